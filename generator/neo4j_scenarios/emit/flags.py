"""Checks the flags of `emit`: an engine would report a wrong one only in its logs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from neo4j_restore.secrecy import WITHHELD, looks_like_key
from neo4j_restore.spec import Invalid
from neo4j_scenarios.amounts import parse_duration
from neo4j_scenarios.emit.engine import Window, parse_window
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.inputs.rules import NAME

_LONGEST_TIMEOUT: Final = 7 * 86400

# The forms that Git takes: a URL, or user@host:path.
_REPOSITORY: Final = re.compile(r"(?:(?:https?|ssh|git)://|[\w.-]+@[\w.-]+:)[^\s]+")


def timeout_seconds(engine: str, text: str, default: str) -> int:
    """Return the seconds of --timeout. Raises UsageError for a text that is not a duration, and for other engines."""
    if text != default and engine != "flux":
        raise UsageError(Problem("--timeout", f"is for flux, not for {engine}", "leave --timeout out"))
    try:
        seconds = int(parse_duration(text))
    except Invalid as error:
        raise UsageError(Problem("--timeout", str(error), f"--timeout {default}")) from error
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise UsageError(Problem("--timeout", f"{text!r} is not between 1s and 7d", f"--timeout {default}"))
    return seconds


def parse_windows(engine: str, texts: Sequence[str], project: str, namespace: str) -> list[Window]:
    """Return the sync windows. Raises UsageError for a value that Argo CD refuses, and for other engines."""
    flags = {"--sync-window": list(texts), "--project": [project], "--argocd-namespace": [namespace]}
    used = [flag for flag, words in flags.items() if any(words)]
    if used and engine != "argocd":
        raise UsageError(*(Problem(flag, f"is for argocd, not for {engine}", f"leave {flag} out") for flag in used))
    if texts and project in {"", "default"}:
        what = "needs a separate project, because other applications of Argo CD use the project 'default' too"
        raise UsageError(Problem("--sync-window", what, "--project graphs"))
    problems, windows = [], []
    for flag, word in (("--project", project), ("--argocd-namespace", namespace)):
        try:
            NAME(word or "default")
        except Invalid as error:
            problems.append(Problem(flag, str(error), f"{flag} graphs"))
    for text in texts:
        try:
            windows.append(parse_window(text))
        except Invalid as error:
            problems.append(Problem("--sync-window", str(error), "--sync-window 'deny;0 8 * * 1-5;10h'"))
    if problems:
        raise UsageError(*problems)
    return windows


def check_places(repository: str, path: str, revision: str) -> None:
    """Raise UsageError for a place that no engine can read. Otherwise the mistake would only show in its logs."""
    problems = []
    if repository and not _REPOSITORY.fullmatch(repository):
        what = f"{repository!r} is not the URL of a Git repository"
        problems.append(Problem("--repository", what, "--repository https://git.example/team/graphs.git"))
    if ".." in path.split("/") or any(char.isspace() or not char.isprintable() for char in path):
        problems.append(Problem("--path", f"{path!r} is not a folder of the repository", "--path fleets/prod"))
    if not re.fullmatch(r"[\w.][\w./+@^~{}-]*", revision):
        problems.append(Problem("--revision", f"{revision!r} is not a branch or tag", "--revision main"))
    if problems:
        raise UsageError(*problems)


def check_replace(engine: str, replace: bool) -> None:
    """Raise UsageError for --replace with an engine for which the fleet file says whether data is replaced."""
    if replace and engine != "seed":
        what = f"is for seed, not for {engine}: there `force-overwrite` in the fleet file says it"
        raise UsageError(Problem("--replace", what, "leave --replace out"))


def refuse_keys(flags: Mapping[str, Iterable[str]]) -> None:
    """Raise UsageError for flags that contain a password or key, which would be written into every file."""
    hint = "give the URL without user and password: the engine has its own credentials for it"
    refused = [flag for flag, texts in flags.items() if any(map(looks_like_key, texts))]
    if refused:
        raise UsageError(*(Problem(flag, f"is {WITHHELD}", hint) for flag in refused))
