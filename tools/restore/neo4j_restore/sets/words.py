"""Words in the names of objects: those that show what an object is, and general ones that name no database."""

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# General words: they do not name another database or environment.
GENERAL: Final = _set(
    "backup backups bak bkp dump dumps db dbs database databases data export snapshot snapshots archive archives full "
    "diff differential inc incr incremental hourly daily nightly weekly monthly yearly auto automatic scheduled cron "
    "online offline hot cold manual"
)

# A job that keeps a backup for each of these writes over the one before.
CALENDAR: Final = _set(
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul "
    "aug sep sept oct nov dec january february march april june july august september october november december"
)

# Without a date these say when a backup was made, and not which database it is of.
TIMELY: Final = CALENDAR | _set("current last newest recent today yesterday")

# An object with one of these words as its ending or in its stem is never a backup of a database.
NEVER: Final = _set(
    "report reports log logs conf config configuration metrics inconsistencies diagnostics heapdump hprof plugins "
    "certificates"
)

# The last line has the endings of unfinished uploads and downloads.
NEVER_ENDINGS: Final = NEVER | _set(
    "sha256 sha1 sha512 md5 crc32c sum asc sig json jsonl yaml yml txt md html xml csv tsv cypher cql graphml sql "
    "properties env ini toml out err meta metadata manifest done ok success lock pid sh py ps1 jar pem key "
    "tmp temp part partial filepart crdownload uploading incomplete swp"
)

# Endings of backups that are packed, encrypted or set aside in other ways.
FOREIGN_ENDINGS: Final = _set("bak old 7z rar gpg pgp enc aes bz2 xz zst lz4")
