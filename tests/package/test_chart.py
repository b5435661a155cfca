"""The chart as a release publishes it: with the digests and the changes of the release, signed, in a registry."""

import base64
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.chart.helm import CHART, ROOT, Helm, load, make_values
from tests.support.registry import Registry
from tests.support.says import says
from tools.package import chart

DIGEST = f"sha256:{'ab' * 32}"
RELEASE = {
    "RESTORE_IMAGE": f"registry.example.org/neo4j-restore@{DIGEST}",
    "NEO4J_IMAGE": f"registry.example.org:5000/neo4j:5.26.30@{DIGEST}",
    "SOURCE_URL": "https://git.example.org/neo4j-restore",
}
VARIABLES = {*RELEASE, "KEY", "KEYRING", "PASSPHRASE"}


def package(into: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    argv = [sys.executable, "-m", "tools.package.chart", str(into)]
    return subprocess.run(argv, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the chart of a release, as `helm push` takes it."""
    folder = tmp_path_factory.mktemp("packaged")
    says(package(folder, **RELEASE), 0)
    (made,) = folder.glob("*.tgz")
    return made


def file_of(packed: Path, name: str) -> str:
    with tarfile.open(packed) as archive:
        content = archive.extractfile(f"neo4j-restore/{name}")
        assert content is not None
        return content.read().decode()


def test_the_digests_of_the_release_are_the_defaults_and_comments_stay(packaged: Path) -> None:
    text = file_of(packaged, "values.yaml")
    values = yaml.safe_load(text)
    assert values["restore"]["image"]["repository"] == "registry.example.org/neo4j-restore"
    assert values["image"]["repository"] == "registry.example.org:5000/neo4j"
    assert (values["restore"]["image"]["digest"], values["image"]["digest"]) == (DIGEST, DIGEST)
    assert values["image"]["tag"] == load(CHART / "values.yaml")["image"]["tag"]
    assert text.count("#") == (CHART / "values.yaml").read_text(encoding="utf-8").count("#")


def test_it_says_the_images_the_changes_and_the_sources(packaged: Path) -> None:
    about = yaml.safe_load(file_of(packaged, "Chart.yaml"))
    images = yaml.safe_load(about["annotations"]["artifacthub.io/images"])
    assert [each["image"] for each in images] == [RELEASE["RESTORE_IMAGE"], f"registry.example.org:5000/neo4j@{DIGEST}"]
    changes = yaml.safe_load(about["annotations"]["artifacthub.io/changes"])
    assert {each["kind"] for each in changes} <= {"added", "changed", "deprecated", "removed", "fixed", "security"}
    assert all(each["description"] for each in changes)
    assert (about["home"], about["sources"][0]) == (RELEASE["SOURCE_URL"], RELEASE["SOURCE_URL"])
    assert about["kubeVersion"]


def test_the_changes_are_those_of_the_version() -> None:
    newest = "## 0.2.0 - 2026-12-01\n\n### Fixed\n\n- One, and\n  more. Before, less.\n- Two\n"
    text = f"## Unreleased\n\n{newest}\n## 0.1.0\n\n### Added\n\n- All\n"
    described = [(each["kind"], each["description"]) for each in chart.changes(text, "0.2.0")]
    assert described == [("fixed", "One, and more"), ("fixed", "Two")]
    assert chart.changes(text, "0.1.0") == [{"kind": "added", "description": "All"}]


def test_the_charts_own_images_are_those_of_its_values() -> None:
    about: dict[str, Any] = load(CHART / "Chart.yaml")
    listed = yaml.safe_load(about["annotations"]["artifacthub.io/images"])
    assert listed == chart.images(load(CHART / "values.yaml"), about["appVersion"])


def test_the_icon_is_the_picture_in_the_repository() -> None:
    kind, _, picture = load(CHART / "Chart.yaml")["icon"].partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert base64.b64decode(picture) == (CHART / "icon.svg").read_bytes().strip()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"RESTORE_IMAGE": "registry.example.org/neo4j-restore@sha256:abc"}, "error: RESTORE_IMAGE="),
        ({"KEY": "somebody"}, "error: KEY is set and KEYRING is not"),
    ],
    ids=["half a digest", "no keyring"],
)
def test_what_cannot_be_packaged_is_refused(given: dict[str, str], error: str, tmp_path: Path) -> None:
    says(package(tmp_path, **given), 2, error)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def gpg_home(tmp_path: Path) -> Iterator[Path]:
    """Yield an empty folder for gpg. Its agent, which gpg starts by itself, ends with the test."""
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)


def test_with_a_key_it_has_a_provenance_that_helm_verifies(helm: Helm, gpg_home: Path, tmp_path: Path) -> None:
    public, secret = tmp_path / "public.gpg", tmp_path / "secret.gpg"
    gpg = ["gpg", "--homedir", str(gpg_home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    name = "Release <release@example.org>"
    subprocess.run([*gpg, "--quick-generate-key", name, "rsa2048", "sign"], check=True, capture_output=True)
    subprocess.run([*gpg, "--output", str(public), "--export"], check=True)
    subprocess.run([*gpg, "--output", str(secret), "--export-secret-keys"], check=True)
    nothing = tmp_path / "passphrase"
    nothing.write_text("\n", encoding="utf-8")
    says(package(tmp_path, KEY="Release", KEYRING=str(secret), PASSPHRASE=str(nothing)), 0)
    (made,) = tmp_path.glob("*.tgz")
    done = helm.run("verify", str(made), "--keyring", str(public))
    says(done, 0)
    made.write_bytes(made.read_bytes() + b"x")
    assert helm.run("verify", str(made), "--keyring", str(public)).returncode != 0


def test_it_is_pushed_to_a_registry_and_installs_from_there(helm: Helm, packaged: Path, registry: Registry) -> None:
    where = f"oci://{registry.host}/helm{helm.major}"
    pushed = helm.run("push", str(packaged), where, "--plain-http")
    says(pushed, 0)
    (digest,) = re.findall(r"Digest: (sha256:[0-9a-f]{64})", pushed.stderr + pushed.stdout)
    version = load(CHART / "Chart.yaml")["version"]
    for reference in ([f"{where}/neo4j-restore", "--version", version], [f"{where}/neo4j-restore@{digest}"]):
        done = helm.run("template", "graph", *reference, "--plain-http", values=make_values())
        says(done, 0)
        pods = [each for each in yaml.safe_load_all(done.stdout) if each and each["kind"] == "StatefulSet"]
        (pod,) = (each["spec"]["template"]["spec"] for each in pods)
        used = {each["image"] for each in [*pod["initContainers"], *pod["containers"]]}
        assert used == {RELEASE["RESTORE_IMAGE"], f"registry.example.org:5000/neo4j@{DIGEST}"}


def test_what_is_pulled_is_what_was_packaged(helm: Helm, packaged: Path, registry: Registry, tmp_path: Path) -> None:
    where = f"oci://{registry.host}/pulled{helm.major}"
    says(helm.run("push", str(packaged), where, "--plain-http"), 0)
    says(helm.run("pull", f"{where}/neo4j-restore", "--plain-http", "--destination", str(tmp_path)), 0)
    assert (tmp_path / packaged.name).read_bytes() == packaged.read_bytes()
