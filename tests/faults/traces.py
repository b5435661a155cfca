"""What a start, whole or cut off, left in the product's own folder on the volume."""

import json
from pathlib import Path
from typing import Any

# Phases from which the next start goes on to the new data.
_SEALED = {"verified", "swapped"}


def journal(home: Path) -> dict[str, Any]:
    """Return the journal of an unfinished restore. It is empty if there is none."""
    path = home / "journal.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def is_sealed(home: Path) -> bool:
    """Tell whether a swap is decided, and not done."""
    return journal(home).get("phase") in _SEALED


def history(home: Path) -> list[dict[str, Any]]:
    """Return the records of the history. A line that a kill cut short is followed by the whole one."""
    records, path = [], home / "history.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def decided(home: Path) -> int:
    """Return how many restores and rollbacks are decided: told in the history, or sealed and not yet told."""
    records = history(home)
    return len(records) + (is_sealed(home) and records[-1:] != [journal(home)["record"]])
