"""Backup artifacts in folders whose names are not understood: a half of the chain, or another environment. Pure.

`base/` and `increments/` may hold one chain between them. But `staging/`, which was restored from these very backups,
has the same database id, and goes on from the same transactions with data of its own. No header tells the two apart,
so a folder is taken for a half only where it can be nothing else: it has nothing but full artifacts, or nothing but
differential ones, and there are none of that form elsewhere.

Where the folder is ours and the name is not understood, such as `sales-full`, the header tells whose an artifact is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from neo4j_restore.kinds import lower
from neo4j_restore.sets import BackupSet, TimeSource, Unclear


@dataclass(frozen=True)
class Scattered:
    """What was found apart from the sets.

    sets: are of the database as well. unclear: stays unclear. foreign: have another database id, the newest first.
    """

    sets: tuple[BackupSet, ...]
    unclear: tuple[Unclear, ...]
    foreign: tuple[BackupSet, ...]


def sort_out(
    chosen: BackupSet, sets: Iterable[BackupSet], unclear: Sequence[Unclear], dated: Sequence[BackupSet]
) -> Scattered:
    """Return what the artifacts among `unclear` are to `chosen`, an artifact with a database id.

    sets: of the same database. dated: those of `unclear` that are artifacts, newest first, with headers where they can
    be read.
    """
    folders = {each.key: each.elsewhere for each in unclear}
    others = [each for each in dated if _is_named_otherwise(each)]
    ours = [each for each in dated if not folders[each.key] and each.header and each not in others]
    apart = [each for each in dated if folders[each.key] and each not in others]
    same = {each.key: each for each in apart if _id(each) == _id(chosen)}
    foreign = tuple(each for each in apart if _id(each) not in {"", _id(chosen)})
    by_folder: dict[str, list[BackupSet]] = {}
    for key, each in same.items():
        by_folder.setdefault(folders[key], []).append(each)
    halves = _halves([each for each in (*sets, *ours) if _id(each) == _id(chosen)], by_folder)
    understood = {each.key for each in (*ours, *halves, *foreign, *others)}
    rest = tuple(_with_time(each, same.get(each.key)) for each in unclear if each.key not in understood)
    return Scattered((*ours, *halves), rest, foreign)


def _is_named_otherwise(each: BackupSet) -> bool:
    """Tell whether the header says that an artifact is of a database of another name."""
    name = each.header.database if each.header else None
    return bool(name) and lower(name or "") != each.database


def _id(each: BackupSet) -> str:
    return (each.header.database_id or "") if each.header else ""


def _with_time(each: Unclear, read: BackupSet | None) -> Unclear:
    """Return what is unclear with the time of its header, where that was read."""
    return replace(each, time=read.time, time_source=TimeSource.HEADER) if read else each


def _halves(own: Iterable[BackupSet], apart: Mapping[str, Sequence[BackupSet]]) -> list[BackupSet]:
    """Return those artifacts of `apart`, by their folders, that make one chain with `own`."""
    lacking = {True, False} - {_is_full(each) for each in own}
    if len(lacking) != 1:
        return []
    fitting = [sets for sets in apart.values() if {_is_full(each) for each in sets} == lacking]
    if any(_overlap(*each) for each in combinations(fitting, 2)):
        return []
    return [each for sets in fitting for each in sets]


def _is_full(each: BackupSet) -> bool:
    return bool(each.header and each.header.full)


def _overlap(some: Iterable[BackupSet], others: Sequence[BackupSet]) -> bool:
    """Tell whether two folders have the same transactions, as those of two environments do."""
    ranges = [_range(each) for each in others]
    return any(low <= last and first <= high for first, last in map(_range, some) for low, high in ranges)


def _range(each: BackupSet) -> tuple[int, int]:
    header = each.header
    return (header.lowest_tx or 0, header.highest_tx or 0) if header else (0, 0)
