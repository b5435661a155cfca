"""The ending of an object's name: of a set, of something that is never one, or unknown."""

import re

from neo4j_restore.sets.kinds import AGE, ENDINGS, lower, split_ending
from neo4j_restore.sets.words import FOREIGN_ENDINGS, NEVER_ENDINGS

# rsync writes to such a name, and renames the file at the end.
_TEMPORARY = re.compile(r"\..+\.[A-Za-z0-9]{6}", re.ASCII)
_AROUND_ENDING = re.compile(
    rf"(?P<stem>.+?)(?P<ending>{'|'.join(re.escape(each) for each in sorted(ENDINGS, key=len, reverse=True))})"
    r"(?P<rest>[-_.].+)"
)


def split_name(name: str) -> tuple[str, str, str]:
    """Return a name's stem, its ending, and the text after the ending. The last two may be empty."""
    stem, ending = split_ending(name)
    if ending:
        return stem, ending, ""
    folded = lower(name).removesuffix(AGE)
    if match := _AROUND_ENDING.fullmatch(folded):
        return name[: match.end("stem")], match["ending"], name[match.start("rest") : len(folded)]
    before, dot, last = name.rpartition(".")
    return (before, "", "") if dot and lower(last) in FOREIGN_ENDINGS else (name, "", "")


def is_never(name: str, stem: str) -> bool:
    """Return whether the ending of a name or of its stem is never that of a backup."""
    if _TEMPORARY.fullmatch(name) and not split_ending(name)[1]:
        return True
    parts = (name, stem) if len(stem) < len(name) else (name,)
    return any(lower(part.rpartition(".")[2]) in NEVER_ENDINGS for part in parts if "." in part)
