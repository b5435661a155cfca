"""Backup artifacts in folders whose names are not understood: a half of the chain, or another environment. Pure.

`base/` and `increments/` may hold the two halves of one chain. But `staging/`, which was restored from these backups,
has the same database id, and continues the same transactions with other data. Headers do not tell the two apart. So a
folder is taken for a half only if it can't be anything else: it has only full artifacts, or only differential ones, and
there are none of that form elsewhere.

If the folder is understood but a name is not, such as `sales-full`, the header says which database an artifact is of.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from neo4j_restore.sets.backup_set import BackupSet, TimeSource, Unclear
from neo4j_restore.sets.catalog import order
from neo4j_restore.sets.kinds import Kind, lower


@dataclass(frozen=True)
class Scattered:
    """The artifacts in other folders.

    sets: of the database as well. unclear: still unclear. foreign: with another database id, newest first.
    """

    sets: tuple[BackupSet, ...]
    unclear: tuple[Unclear, ...]
    foreign: tuple[BackupSet, ...]


def joined(
    chosen: BackupSet,
    sets: Sequence[BackupSet],
    unclear: Sequence[Unclear],
    dated: Callable[[list[BackupSet]], list[BackupSet]],
) -> Scattered | None:
    """Return all sets of the database, newest first, with those of other folders; None where there is nothing to join.

    chosen: of `sets`, what would be taken without them. dated: returns artifacts newest first, with their headers.
    """
    apart = [each.as_set for each in unclear if each.as_set and each.as_set.kind is Kind.BACKUP]
    if chosen.kind is not Kind.BACKUP or not apart or not _id(chosen):
        return None
    sorted_out = sort_out(chosen, sets, unclear, dated(apart))
    return replace(sorted_out, sets=tuple(order([*sets, *sorted_out.sets])))


def sort_out(
    chosen: BackupSet, sets: Iterable[BackupSet], unclear: Sequence[Unclear], dated: Sequence[BackupSet]
) -> Scattered:
    """Sort the artifacts among `unclear` by their relation to `chosen`, an artifact with a database id.

    sets: of the same database. dated: the artifacts among `unclear`, newest first, with headers as far as they can be
    read.
    """
    folders = {each.key: each.elsewhere for each in unclear}
    others = [each for each in dated if _is_named_otherwise(each)]
    ours = [each for each in dated if not folders[each.key] and each.header and each not in others]
    apart = [each for each in dated if folders[each.key] and each not in others]
    same = {each.key: each for each in apart if _id(each) == _id(chosen)}
    foreign = tuple(each for each in apart if _id(each) not in {"", _id(chosen)})
    by_folder: dict[str, list[BackupSet]] = {}
    for key, artifact in same.items():
        by_folder.setdefault(folders[key], []).append(artifact)
    halves = _halves([each for each in (*sets, *ours) if _id(each) == _id(chosen)], by_folder)
    understood = {each.key for each in (*ours, *halves, *foreign, *others)}
    rest = tuple(_with_time(each, same.get(each.key)) for each in unclear if each.key not in understood)
    return Scattered((*ours, *halves), rest, foreign)


def _is_named_otherwise(artifact: BackupSet) -> bool:
    """Return whether the header names another database."""
    name = artifact.header.database if artifact.header else None
    return bool(name) and lower(name or "") != artifact.database


def _id(artifact: BackupSet) -> str:
    return (artifact.header.database_id or "") if artifact.header else ""


def _with_time(unclear: Unclear, read: BackupSet | None) -> Unclear:
    """Return an unclear object with the time of its header, if that was read."""
    return replace(unclear, time=read.time, time_source=TimeSource.HEADER) if read else unclear


def _halves(ours: Iterable[BackupSet], apart: Mapping[str, Sequence[BackupSet]]) -> list[BackupSet]:
    """Return the artifacts of `apart`, by their folders, that make one chain with `ours`."""
    lacking = {True, False} - {_is_full(each) for each in ours}
    if len(lacking) != 1:
        return []
    fitting = [sets for sets in apart.values() if {_is_full(each) for each in sets} == lacking]
    if any(_overlap(*each) for each in combinations(fitting, 2)):
        return []
    return [each for sets in fitting for each in sets]


def _is_full(artifact: BackupSet) -> bool:
    return bool(artifact.header and artifact.header.full)


def _overlap(some: Iterable[BackupSet], others: Sequence[BackupSet]) -> bool:
    """Return whether two folders have transactions in common, as two environments would have."""
    ranges = [_range(each) for each in others]
    return any(low <= last and first <= high for first, last in map(_range, some) for low, high in ranges)


def _range(artifact: BackupSet) -> tuple[int, int]:
    header = artifact.header
    return (header.lowest_tx or 0, header.highest_tx or 0) if header else (0, 0)
