"""Whether a process runs: one that has ended and that nobody has waited for yet does not."""

from pathlib import Path


def is_alive(number: str) -> bool:
    """Return whether the process of this id runs."""
    try:
        stat = Path("/proc", number.strip(), "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
