"""`make package SBOM=image` lists what an image contains."""

import json
import subprocess
from pathlib import Path

from tests.docs.pages import ROOT
from tests.support.says import says

SBOM = ROOT / "tools" / "package" / "sbom"

STATUS = """Package: ca-certificates
Status: install ok installed
Architecture: all
Version: 20250419
"""


def image(folder: Path) -> Path:
    """Make an archive of an image that has one Debian package and one Python package."""
    root = folder / "root"
    python = root / "opt/neo4j-restore/lib/python3.13/site-packages/lz4-4.4.5.dist-info"
    for path in (root / "var/lib/dpkg", root / "etc", python):
        path.mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    (root / "etc/os-release").write_text("ID=debian\nVERSION_ID=13\n")
    (python / "METADATA").write_text("Metadata-Version: 2.1\nName: lz4\nVersion: 4.4.5\n")
    (python / "RECORD").write_text("")
    layer, archive = folder / "layer.tar", folder / "image.tar"
    subprocess.run(["tar", "-cf", layer, "-C", root, "."], check=True)
    crane = subprocess.run(
        [ROOT / "tools/registry/install"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    argv = [crane, "append", "--new_layer", str(layer), "--new_tag", "neo4j-restore:test", "--output", str(archive)]
    subprocess.run(argv, check=True, capture_output=True)
    return archive


def run(*argv: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SBOM, *argv], capture_output=True, text=True, check=False)


def test_it_lists_the_packages_in_both_formats(tmp_path: Path) -> None:
    says(run(image(tmp_path), tmp_path / "dist"), 0, printed="neo4j-restore.cdx.json")
    cyclonedx = json.loads((tmp_path / "dist" / "neo4j-restore.cdx.json").read_text())
    listed = {(each["name"], each["version"]) for each in cyclonedx["components"] if each["type"] == "library"}
    assert {("ca-certificates", "20250419"), ("lz4", "4.4.5")} <= listed
    spdx = json.loads((tmp_path / "dist" / "neo4j-restore.spdx.json").read_text())
    assert {"ca-certificates", "lz4"} <= {each["name"] for each in spdx["packages"]}


def test_what_is_not_an_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "image.tar").write_bytes(b"no tar")
    says(run(tmp_path / "image.tar", tmp_path / "dist"), 1, "error: syft could not read", "try: ")
    says(run(), 1, "error: tools/package/sbom needs an image and a folder")
