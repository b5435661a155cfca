"""Findings -> text for people, JSON for programs, or annotations for pull requests on GitHub."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from neo4j_restore.secrecy import redact
from neo4j_scenarios.checking.finding import Finding

# Files that are checked together, in the order of `helm -f`.
Paths = tuple[Path, ...]


def texts(finding: Finding) -> tuple[str, str]:
    """Return the mistake with its place, and the hint."""
    key = f"{finding.key}: " if finding.key else ""
    return f"{finding.place}: {key}{redact(finding.what)}", redact(finding.hint)


def as_data(by_paths: Mapping[Paths, Sequence[Finding]]) -> list[dict[str, Any]]:
    """Return one object for all files that are checked together.

    It has `file` (the first), `files`, `valid`, and `problems` with key, file, line, column, what and hint.
    """
    return [
        {
            "file": str(paths[0]),
            "files": [str(path) for path in paths],
            "valid": not findings,
            "problems": [
                {
                    "key": each.key,
                    "file": each.place.file,
                    "line": each.place.line,
                    "column": each.place.column,
                    "what": redact(each.what),
                    "hint": redact(each.hint),
                }
                for each in findings
            ],
        }
        for paths, findings in by_paths.items()
    ]


def annotation(finding: Finding) -> str:
    """Return the workflow command that makes GitHub show a finding at its line.

    Source: GitHub's documentation, "Workflow commands for GitHub Actions", setting an error message.
    """
    where = f"file={_property(finding.place.file)},line={finding.place.line},col={finding.place.column}"
    text = f"{finding.key}: {redact(finding.what)}\ntry: {redact(finding.hint)}".removeprefix(": ")
    return f"::error {where},title=neo4j-scenarios::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
