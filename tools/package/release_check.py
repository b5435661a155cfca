"""Goes through RELEASE.md and says of each step what holds: `make release-check VERSION=0.2.0`.

What a program can see is checked. What only people can do is printed as its commands, from RELEASE.md itself.
It changes nothing but `dist/` and the pages that `make docs` and `make scenarios` write.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Finding:
    """One point of a step. wrong: why it does not hold, or nothing."""

    point: str
    wrong: str = ""


def main() -> int:
    """Print every step with its findings. Return 1 if one does not hold."""
    version = os.environ.get("VERSION", "")
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        sys.stderr.write(f"error: VERSION={version} is not a version\ntry: make release-check VERSION=0.2.0\n")
        return 2
    failed = 0
    for title, text in steps((ROOT / "RELEASE.md").read_text(encoding="utf-8")):
        sys.stdout.write(f"\n== {title}\n")
        check = CHECKS.get(title.split(".")[0])
        for each in check(ROOT, version) if check else ():
            failed += bool(each.wrong)
            sys.stdout.write(f"   FAIL {each.point}: {each.wrong}\n" if each.wrong else f"   ok   {each.point}\n")
            sys.stdout.flush()
        sys.stdout.writelines(f"   by hand: {command}\n" for command in commands(text))
    sys.stdout.write(f"\n{failed} points do not hold\n" if failed else "\nall that a program can see holds\n")
    return 1 if failed else 0


def steps(text: str) -> list[tuple[str, str]]:
    """Return title and text of each step of RELEASE.md."""
    return re.findall(r"^## (\d[^\n]*)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Return the commands of a step, those over several lines as one."""
    blocks = re.findall(r"^```text\n(.*?)^```|((?:^    [^\n]+\n)+)", text, re.MULTILINE | re.DOTALL)
    joined = "\n".join(fenced or indented for fenced, indented in blocks)
    return [line.strip() for line in re.sub(r"\\\n\s*", "", joined).splitlines() if line.strip()]


def held_to_everything(root: Path, _: str) -> Iterator[Finding]:
    """Check that what would be released is committed. The long runs are people's."""
    changed = _output(root, "git", "status", "--porcelain").splitlines()
    yield Finding("the work tree is clean", f"{len(changed)} files differ: commit them" if changed else "")


def version_is_set(root: Path, version: str) -> Iterator[Finding]:
    """Check the version in each file of the table, the changelog, and the pages that are made from the code."""
    table = re.findall(r"^\| (`.+?) \|", (root / "RELEASE.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name in (file for row in table for file in re.findall(r"`([^`]+)`", row)):
        path = root / name
        there = path.is_file() and re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", path.read_text("utf-8"))
        yield Finding(f"{name} has {version}", "" if there else "set it there")
    yield changelog_has(root, version)


def changelog_has(root: Path, version: str) -> Finding:
    """Check that the changelog has the version with its date, below an empty Unreleased."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    point = f"CHANGELOG.md has {version} with its date, under an empty Unreleased"
    if not re.search(rf"^## \[?{re.escape(version)}\]? - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE):
        return Finding(point, f"there is no heading '## {version} - YYYY-MM-DD'")
    unreleased = re.search(r"^## \[?Unreleased\]?\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    if not unreleased or unreleased[1].strip():
        return Finding(point, "Unreleased is missing, or still has entries")
    return Finding(point)


def published(root: Path, version: str) -> Iterator[Finding]:
    """Check what is to be published: the tag, the pins of the Dockerfile, and what `make package` builds."""
    tags = _output(root, "git", "tag", "--points-at", "HEAD").split()
    yield Finding(
        f"this commit is tagged v{version}", "" if f"v{version}" in tags else "git tag --sign it, or check it out"
    )
    dockerfile = (root / "tools" / "restore" / "Dockerfile").read_text(encoding="utf-8")
    for image in re.findall(r"^ARG \w+_IMAGE=(\S+)", dockerfile, re.MULTILINE):
        pinned = re.search(r"@sha256:[0-9a-f]{64}$", image)
        yield Finding(f"the base image {image.split('@')[0]} is pinned", "" if pinned else "run make pin-images")
    done = subprocess.run(
        ["/usr/bin/env", "make", "--silent", "package"], cwd=root, capture_output=True, text=True, check=False
    )
    yield Finding("make package builds everything", done.stderr.strip()[-500:] if done.returncode else "")
    for name in (
        f"neo4j_restore-{version}-py3-none-any.whl",
        f"neo4j_restore-{version}.tar.gz",
        f"neo4j-restore-{version}.tgz",
    ):
        yield Finding(
            f"dist/{name} is there", "" if (root / "dist" / name).is_file() else "it was built under another name"
        )


CHECKS: dict[str, Callable[[Path, str], Iterator[Finding]]] = {
    "1": held_to_everything,
    "2": version_is_set,
    "3": published,
}


def _output(root: Path, *argv: str) -> str:
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
