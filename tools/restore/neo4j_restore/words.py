"""Words in the names of objects that say what an object is, or say nothing of whose it is."""

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They say nothing of another database or environment.
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

# Without a date they say when a backup was made, rather than whose it is.
TIMELY: Final = CALENDAR | _set("current last newest recent today yesterday")

# Nothing with one of these is a backup of a database, neither as an ending nor as a word of the stem.
NEVER: Final = _set(
    "report reports log logs conf config configuration metrics inconsistencies diagnostics heapdump hprof plugins "
    "certificates"
)

# The last line has uploads and downloads that have not ended.
NEVER_ENDINGS: Final = NEVER | _set(
    "sha256 sha1 sha512 md5 crc32c sum asc sig json jsonl yaml yml txt md html xml csv tsv cypher cql graphml sql "
    "properties env ini toml out err meta metadata manifest done ok success lock pid sh py ps1 jar pem key "
    "tmp temp part partial filepart crdownload uploading incomplete swp"
)

# Other ways to pack, encrypt or set aside a backup.
FOREIGN_ENDINGS: Final = _set("bak old 7z rar gpg pgp enc aes bz2 xz zst lz4")
