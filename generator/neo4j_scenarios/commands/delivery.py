"""Writes or compares single files, and prints the result."""

from collections.abc import Mapping
from pathlib import Path

from neo4j_scenarios.commands.options import DIFFERENT
from neo4j_scenarios.console import put, put_json, say
from neo4j_scenarios.write import difference, write


def deliver(
    files: Mapping[Path, str],
    *,
    check: bool,
    force: bool,
    as_json: bool = False,
    quiet: bool = False,
    mode: int = 0o666,
) -> int:
    """Write the files, or with `check` print the names of those that differ. Return the exit code. Raises OutputError.

    mode: the permissions, as in `write`.
    """
    if check:
        return _compare(files, as_json)
    states: dict[str, list[str]] = {"written": [], "unchanged": []}
    for path, text in files.items():
        state = write(path, text, mode=mode, force=force)
        states[state].append(str(path))
        if not quiet and not as_json:
            say(f"{state} {path}")
    if as_json:
        put_json({"written": states["written"], "unchanged": len(states["unchanged"])})
    return 0


def _compare(files: Mapping[Path, str], as_json: bool) -> int:
    states = {path: difference(path, text) for path, text in files.items()}
    different = {path: state for path, state in states.items() if state}
    if as_json:
        paths = {kind: [str(path) for path, state in states.items() if state == kind] for kind in ("missing", "stale")}
        put_json({**paths, "unchanged": len(states) - len(different)})
    else:
        put("".join(f"{state} {path}\n" for path, state in different.items()))
    return DIFFERENT if different else 0


def show(text: str, as_json: bool) -> None:
    """Write a file's text to stdout, or its data as JSON, which Helm and kubectl also read."""
    if as_json:
        from neo4j_scenarios.yaml.text import parse_yaml

        put_json(parse_yaml(text))
    else:
        put(text)
