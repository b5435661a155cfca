"""Packages the chart for publication: `python -m tools.package.chart FOLDER`, by `make package`.

The chart is copied, and the copy gets what only a release knows. All variables may be unset:

RESTORE_IMAGE  the published restore image, such as registry/neo4j-restore@sha256:…. It becomes the chart's default
NEO4J_IMAGE    the same for the image of Neo4j
SOURCE_URL     the address of the repository, for `home` and `sources`
KEY, KEYRING   the name of a GPG key, and the file with it (`gpg --export-secret-keys`). They make the provenance file
PASSPHRASE     a file with the key's passphrase
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "neo4j-restore"

# As Artifact Hub calls them.
_KINDS = {"Added": "added", "Changed": "changed", "Fixed": "fixed", "Security": "security", "Removed": "removed"}

_IMAGE = re.compile(r"(?P<repository>[^@]+?)(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?")


class Refused(Exception):
    """A variable that can't be used. The text says what to set."""


def main(argv: list[str]) -> int:
    """Package the chart into argv's folder, and return the exit code."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / CHART.name
            shutil.copytree(CHART, copy)
            release(copy, os.environ, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
            subprocess.run([_helm(), "package", copy, "--destination", argv[0], *signing(os.environ)], check=True)
    except Refused as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


def release(chart: Path, environment: Mapping[str, str], changelog: str) -> None:
    """Write into the copy of a chart what the environment and the changelog say of the release."""
    values, about = chart / "values.yaml", chart / "Chart.yaml"
    text = values.read_text(encoding="utf-8")
    for variable, key in (("RESTORE_IMAGE", "restore.image"), ("NEO4J_IMAGE", "image")):
        if environment.get(variable):
            text = _with_image(text, key, _image(variable, environment[variable]))
    values.write_text(text, encoding="utf-8")
    metadata: dict[str, Any] = yaml.safe_load(about.read_text(encoding="utf-8"))
    if environment.get("SOURCE_URL"):
        metadata["home"] = environment["SOURCE_URL"]
        metadata["sources"] = [environment["SOURCE_URL"], *metadata["sources"]]
    annotations = metadata["annotations"]
    annotations["artifacthub.io/images"] = _text(images(yaml.safe_load(text), metadata["appVersion"]))
    annotations["artifacthub.io/changes"] = _text(changes(changelog, metadata["version"]))
    about.write_text(yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, width=10_000), encoding="utf-8")


def images(values: Mapping[str, Any], version: str) -> list[dict[str, str]]:
    """Return the images that the chart installs with these values, as Artifact Hub lists them."""
    both = {"neo4j-restore": values["restore"]["image"], "neo4j": values["image"]}
    return [{"name": name, "image": _reference(image, version)} for name, image in both.items()]


def changes(changelog: str, version: str) -> list[dict[str, str]]:
    """Return the first sentence of each entry of the version's section, or of Unreleased if it has none."""
    sections = dict(
        re.findall(r"^## \[?(\S+?)\]?(?: - [^\n]*)?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    )
    section = sections.get(version) or sections.get("Unreleased", "")
    listed = []
    for heading, entries in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", section, re.MULTILINE | re.DOTALL):
        for entry in re.findall(r"^- (.*?)(?=^- |\Z)", entries, re.MULTILINE | re.DOTALL):
            sentence = re.split(r"(?<=\.)\s", " ".join(entry.split()), maxsplit=1)[0].rstrip(".")
            listed.append({"kind": _KINDS[heading], "description": sentence})
    return listed


def signing(environment: Mapping[str, str]) -> list[str]:
    """Return the options of `helm package` that sign the chart, or none without a key."""
    if not environment.get("KEY"):
        return []
    if not environment.get("KEYRING"):
        message = "KEY is set and KEYRING is not: gpg --export-secret-keys NAME >FILE writes the file for it"
        raise Refused(message)
    passphrase = environment.get("PASSPHRASE")
    options = ["--sign", "--key", environment["KEY"], "--keyring", environment["KEYRING"]]
    return [*options, *(["--passphrase-file", passphrase] if passphrase else [])]


def _helm() -> str:
    done = subprocess.run([ROOT / "tools" / "helm", "any"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def _image(variable: str, reference: str) -> dict[str, str]:
    parts = _IMAGE.fullmatch(reference)
    if not parts:
        message = f"{variable}={reference} is not an image. Write registry/name:tag, or @sha256: and 64 digits"
        raise Refused(message)
    # With a digest and no tag, the tag stays: it still says the version and the edition.
    wanted = {name: value or "" for name, value in parts.groupdict().items()}
    return {name: value for name, value in wanted.items() if value or name != "tag"}


def _reference(image: Mapping[str, str], version: str) -> str:
    if image["digest"]:
        return f"{image['repository']}@{image['digest']}"
    return f"{image['repository']}:{image['tag'] or version}"


def _with_image(text: str, key: str, image: Mapping[str, str]) -> str:
    """Return the text of values.yaml with another image, and its comments as they were."""
    *above, last = key.split(".")
    indent = "  " * len(above)
    start = re.search(rf"^{indent}{last}:\n", text, re.MULTILINE)
    assert start is not None  # noqa: S101 - the chart is ours
    head, block = text[: start.end()], text[start.end() :]
    for name, value in image.items():
        block = re.sub(rf"^({indent}  {name}:).*$", rf'\1 "{value}"', block, count=1, flags=re.MULTILINE)
    return head + block


def _text(entries: list[dict[str, str]]) -> str:
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=10_000)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
