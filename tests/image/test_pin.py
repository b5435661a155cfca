"""`make pin-images` writes the digests that a real registry tells into the Dockerfile."""

import re
import subprocess
from pathlib import Path

from tests.docs.pages import ROOT
from tests.support.registry import Registry, registry
from tests.support.says import says

PIN = ROOT / "tools" / "image" / "pin"


def dockerfile(folder: Path, host: str) -> Path:
    """Write the Dockerfile with base images of the registry at `host`."""
    text = (ROOT / "tools" / "restore" / "Dockerfile").read_text(encoding="utf-8")
    path = folder / "Dockerfile"
    path.write_text(re.sub(r"^(ARG (?:NEO4J|PYTHON)_IMAGE)=", rf"\1={host}/", text, flags=re.MULTILINE))
    return path


def push(running: Registry, reference: str, folder: Path) -> str:
    """Push an image with one small layer, and return its digest."""
    layer = folder / "layer.tar"
    subprocess.run(["tar", "-cf", layer, "-C", "/etc", "hostname"], check=True)
    argv = [running.crane, "append", "--new_layer", str(layer), "--new_tag", reference]
    subprocess.run(argv, capture_output=True, check=True)
    return subprocess.run(
        [running.crane, "digest", reference], capture_output=True, text=True, check=True
    ).stdout.strip()


def pin(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PIN, path], capture_output=True, text=True, check=False)


def test_both_base_images_are_pinned_and_pinned_again(tmp_path: Path) -> None:
    with registry() as running:
        path = dockerfile(tmp_path, running.host)
        images = re.findall(r"^ARG \w+_IMAGE=([^@\n]+)", path.read_text(), re.MULTILINE)
        expected = [f"{image}@{push(running, image, tmp_path)}" for image in images]
        for _ in range(2):
            says(pin(path), 0, printed=tuple(expected))
            assert re.findall(r"^ARG \w+_IMAGE=(\S+)", path.read_text(), re.MULTILINE) == expected


def test_an_image_that_the_registry_lacks_is_named_and_the_file_stays(tmp_path: Path) -> None:
    with registry() as running:
        path = dockerfile(tmp_path, running.host)
        before = path.read_text()
        says(pin(path), 1, f"error: {running.host}/neo4j:", "was not found", "try: ")
        assert path.read_text() == before
