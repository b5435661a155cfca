"""Writes docs/compatibility.md of what passed tests have proved: `python -m tests.docs.compatibility [RESULTS…]`.

RESULTS: files that PROOFS names in a run of the tests. They go into tests/docs/proofs.jsonl, of which the page is made.
With --check nothing is written. It fails if the results of a whole run say something else than that file.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.docs.pages import ROOT
from tests.support import proofs
from tests.support.proofs import ARGV, REFUSED, RUN, Proof

PAGE: Final = ROOT / "docs" / "compatibility.md"
PROOFS: Final = ROOT / "tests" / "docs" / "proofs.jsonl"

# What marks may name, in the order of the page.
FORMATS: Final = {
    "archive": "archive of a backup directory",
    "directory": "backup directory, as objects",
    "folder": "copy of a stopped server's data folder",
    "dump": "dump",
    "packed dump": "dump in a gzip or tar",
    "full": "full `.backup`",
    "packed full": "full `.backup` in a tar",
    "chain": "chain of `.backup`, with differential ones",
    "block": "store of the block format",
    "older": "set of an older line, as it is",
    "newer": "set of a newer Neo4j",
}
FEATURES: Final = {
    "system": "`system` together with other databases",
    "rename": "rename, `DATABASE=staging=neo4j`",
    "until": "`RESTORE_UNTIL`",
    "migrate": "`MIGRATE`",
    "auth": "`AUTH_FILES`",
    "proof": "what neo4j-admin says of the staged store",
    "check": "`CONSISTENCY_CHECK`",
    "script": "metadata script, kept with its database",
    "finalize": "`finalize`: databases, privileges, default",
    "cluster": "causal cluster",
    "shards": "sharded property database",
    "kubernetes": "chart, init container and restart on Kubernetes",
}
TITLES: Final = {**FORMATS, **FEATURES}

# What no set has, so that no test can show it. From Neo4j's operations manual.
ELSEWHERE: Final = {
    "aliases": "Aliases are in `system`. They come back with it, and only with it. `finalize` makes none.",
    "composite databases": "A composite database has no store, so it has no backup. It is defined in `system`. Restore "
    "`system` and each database that it is made of. `neo4j-admin` can't restore one by its name.",
    "property shards": "A sharded property database is restored by one `CREATE DATABASE … SET GRAPH SHARD` on a "
    "running Enterprise server. A restore is refused with exit code 2, and the hint has the statement.",
    "change data capture": "CDC stops at a restore. Change identifiers from before it mean nothing afterwards. Start "
    "its consumers again from `db.cdc.current()`, after they have read the whole database.",
}

_HEAD: Final = """\
# Compatibility

This page says which versions, formats and editions of Neo4j work. It is made from the results of the tests:
`make compatibility` runs them and writes it.

A cell lists the versions that a test used:

- **run here**: a test restored with a real Neo4j of this version, and passed.
- **argv checked**: Neo4j's program for this is closed and can't be had here. A stand-in checked the arguments and
  the folders that it was given, against Neo4j's manual. For `finalize` a recording server took the statements. The
  parsers of Community 5.26.30 and 2026.08.1 accept each of them, and each statement of `emit seed`.
- **not possible**: a test shows that it is refused before anything changes. The number leads to the reason.
- `-`: no test.

Versions between two that are listed get the same commands, unless a column says otherwise. The Community Edition of 3.x
was not run: its `load` is the one of Enterprise. {versions}
"""


def line_of(version: str) -> str:
    """Return the line of a version, as the head of a column names it."""
    major = int(version.partition(".")[0])
    return f"{major}.x" if major < 2025 else "2025 and later"


def marked() -> dict[str, set[str]]:
    """Return the features that each marked test names, by its node id. Nothing is imported."""
    tests = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (features := set(_features(node))):
                tests[f"{path.relative_to(ROOT)}::{node.name}"] = features
    return tests


def _features(test: ast.FunctionDef) -> Iterator[str]:
    for each in test.decorator_list:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _MARKS:
            yield from (ast.literal_eval(argument) for argument in each.args[: _MARKS[each.func.attr]])


# How many of a mark's arguments are features.
_MARKS: Final = {"proves": None, "refuses": 1}


def merged(known: Iterable[Proof], seen: Iterable[Proof]) -> set[Proof]:
    """Return the proofs that are known after a run. Each test that ran says anew what it proves.

    A run on a cluster has one version of Neo4j, so there it says so only of that version.
    """
    seen, still = set(seen), marked()
    again = {_key(each) for each in seen}
    return seen | {each for each in known if _key(each) not in again and each.test in still}


def _key(proof: Proof) -> tuple[str, str]:
    return proof.test, proof.version if proof.test.startswith("tests/e2e/") else ""


def page(known: Iterable[Proof]) -> str:
    """Return the page that shows these proofs."""
    known = sorted(known, key=_order)
    ran = {(each.edition, each.version): None for each in known if each.how == RUN}
    by_edition = groupby(sorted(ran, key=lambda each: (each[0], _numbers(each[1]))), key=lambda each: each[0])
    versions = [f"{edition.title()} {_listed(version for _, version in group)}" for edition, group in by_edition]
    reasons = list(dict.fromkeys(each.because for each in known if each.how == REFUSED))
    parts = [
        _HEAD.format(versions=f"Run here were {' and '.join(versions)}."),
        "## Formats\n",
        _table(FORMATS, known, reasons),
        "## Features\n",
        _table(FEATURES, known, reasons),
        "## Not possible, because\n",
        *[f"{number}. {because}" for number, because in enumerate(reasons, 1)],
        "\n## What has no set of its own\n",
        *[f"- **{what}**: {text}" for what, text in ELSEWHERE.items()],
        "\n## The tests\n",
        "| what | how | tests |\n|---|---|---|",
        *_tests(known),
        *_not_run({each.test for each in known}),
    ]
    return "\n".join(parts) + "\n"


def _table(rows: dict[str, str], known: list[Proof], reasons: list[str]) -> str:
    columns = sorted({_column(each) for each in known}, key=lambda each: (_numbers(each[0]), each))
    lines = ["| | " + " | ".join(f"{line} {edition.title()}" for line, edition in columns) + " |"]
    lines += ["|---" * (len(columns) + 1) + "|"]
    for feature, title in rows.items():
        own = [each for each in known if each.feature == feature]
        cells = [_cell([each for each in own if _column(each) == column], reasons) for column in columns]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _column(proof: Proof) -> tuple[str, str]:
    return line_of(proof.version), proof.edition


def _cell(own: list[Proof], reasons: list[str]) -> str:
    """Return the best that is known of each version: where it ran for real, the stand-in adds nothing."""
    ran = {each.version for each in own if each.how == RUN}
    said = []
    for how in (RUN, ARGV):
        versions = {each.version for each in own if each.how == how} - (ran if how != RUN else set())
        said += [f"{how}: {_listed(versions)}"] if versions else []
    refused = {each.because: None for each in own if each.how == REFUSED}
    for because in refused:
        versions = {each.version for each in own if each.because == because}
        said.append(f"not possible ({reasons.index(because) + 1}): {_listed(versions)}")
    return "<br>".join(said) or "-"


def _tests(known: list[Proof]) -> Iterator[str]:
    for feature, title in TITLES.items():
        for how in (RUN, ARGV, REFUSED):
            tests = sorted({each.test for each in known if (each.feature, each.how) == (feature, how)})
            if tests:
                yield f"| {title} | {how} | {'<br>'.join(map(_linked, tests))} |"


def _not_run(shown: set[str]) -> list[str]:
    """Return the marked tests that no run has shown to pass yet."""
    missing = sorted(marked().keys() - shown)
    if not missing:
        return []
    return ["\n## Not run yet\n", "No cell counts these tests:\n", *[f"- {_linked(test)}" for test in missing]]


def _linked(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})"


def _listed(versions: Iterable[str]) -> str:
    return ", ".join(sorted(set(versions), key=_numbers))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _order(proof: Proof) -> tuple[object, ...]:
    place = list(TITLES).index(proof.feature)
    return place, _numbers(proof.version), proof.edition, proof.how, proof.test, proof.because


def main(arguments: list[str]) -> int:
    """Take in the results of runs and write the page, or with --check compare only."""
    known = proofs.read(PROOFS) if PROOFS.exists() else set()
    seen = set[Proof]().union(*(proofs.read(Path(each)) for each in arguments if each != "--check"))
    after = merged(known, seen)
    if "--check" in arguments:
        lost = {each for each in known - seen if not each.test.startswith("tests/e2e/")}
        for sign, some in (("-", lost), ("+", seen - known)):
            sys.stderr.writelines(f"{sign} {each}\n" for each in sorted(some))
        if lost or seen - known:
            sys.stderr.write("error: docs/compatibility.md differs from this run\ntry: make compatibility\n")
        return int(bool(lost or seen - known))
    proofs.write(PROOFS, after)
    PAGE.write_text(page(after), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
