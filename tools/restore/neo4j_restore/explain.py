"""What each exit code means for the operator: cause, what is on the disk, what to do."""

from dataclasses import dataclass
from typing import Final

from neo4j_restore import spec

_AS_IT_WAS = (
    "The old data is unchanged. Staged files are removed now or at the next start. With SPACE_MODE=reclaim the old "
    "data may be deleted already: the message says so, and no start is a success before a restore is."
)


@dataclass(frozen=True)
class Explanation:
    """One exit code; each text is one or more sentences, todo a list of steps."""

    cause: str
    disk: str
    todo: tuple[str, ...]


EXPLANATIONS: Final = {
    0: Explanation(
        "Every database asked for was restored, or was rightly left alone: it exists and the policy keeps it, its "
        "request was fulfilled or has expired, or the bucket has no set of it and ON_MISSING is start-empty.",
        "The restored databases, with a receipt in .neo4j-restore/receipt.json; or what was there before.",
        ("Nothing. `neo4j-restore status` shows the receipt, and the log says why a database was left alone.",),
    ),
    2: Explanation(
        "A variable is missing or malformed. The request has expired, and the volume is empty. BACKUP_SET_DIR does not "
        "fit the archive. The database is sharded, which only a running cluster can restore. "
        "The key's file is not a key, or AGE_IDENTITY_FILE does not decrypt the set. There is no "
        "neo4j-admin, or its edition can't take the set (block format, a differential backup). Java is too old, or "
        "does not start with its options or HEAP_SIZE. Neo4j's folders are on several file systems.",
        _AS_IT_WAS,
        (
            "Read the message: it names every variable at once, with what was found and what is expected.",
            "Correct the values, and upgrade the release. Trying again without a change can't help.",
            "For another edition, build the image with its NEO4J_IMAGE.",
            "If JAVA_TOOL_OPTIONS or the like keeps Java from starting, remove it from the restore container: agents "
            "that are injected into all pods belong to the server.",
        ),
    ),
    10: Explanation(
        "The store answered, and has no set that fits: none of this database, none for this timestamp, or "
        "a differential backup whose chain has a gap. Or it can't tell which set is meant: an object that is not "
        "understood may be a newer backup, or a `-latest` object is older than another set. "
        "For `rollback`: no previous generation is kept. For `verify`: the database is not on the volume.",
        _AS_IT_WAS,
        (
            "Compare BUCKET, DATABASE and TIMESTAMP with the nearest candidates in the message.",
            "`neo4j-restore list` prints all sets that it sees, and why it takes other objects for none.",
            "Leave out what is not a backup by IGNORE_OBJECTS; say by ON_STALE_LATEST which set counts.",
            "If Neo4j shall start without a backup, set ON_MISSING to start-empty.",
        ),
    ),
    11: Explanation(
        "The set's bytes are not what they should be: another checksum than the store's, a cut or changed archive, "
        "dump or backup, an entry that leads out of the archive, a store that lacks files, or another database's. An "
        "artifact that can't be read may be newer than the set that would be restored. Or nothing can verify the set, "
        "and REQUIRE_CHECKSUM is true.",
        _AS_IT_WAS,
        (
            "Take another set: TIMESTAMP names one, `neo4j-restore list` prints them.",
            "See what made the set: a backup job that failed midway uploads half an archive.",
            "If nothing can verify it, put a checksum beside it: `sha256sum NAME >NAME.sha256`.",
        ),
    ),
    12: Explanation(
        "The volume holds files that are not a database and not ours; a folder that a restore must move is a symbolic "
        "link or a mount point; a server or another restore uses the volume; our own journal or receipt there can't be "
        "understood; or something else is in the place of a file or folder of ours. For `verify`: a database lacks "
        "transaction logs or store files.",
        "The old data is unchanged, or live again if the swap had begun. The hint says so. Where it says that the swap "
        "is half done, the next start tries again to complete or to undo it.",
        (
            "Read the message: it names the folder, the link, the mount or the lock, and the hint has a command.",
            "Stop the server or the other pod; or look at the files, and move them away.",
        ),
    ),
    13: Explanation(
        "The volume has no room for what the restore needs at its peak, or was full in the middle.",
        f"{_AS_IT_WAS} A swap that had begun is undone. If the hint says that it is half done, the next start goes on.",
        (
            "Make the volume larger; the message says need and have.",
            "KEEP_PREVIOUS=true keeps a replaced generation on the volume; without it its room is free.",
            "Where the old data may go before the new is there: SPACE_MODE=reclaim with FORCE_OVERWRITE=true.",
        ),
    ),
    14: Explanation(
        "The volume can't be read or written: it is not mounted, is read-only, fails, or has no file locks; or a "
        "folder that the swap must move belongs to another user, is sticky or immutable. What a swap needs is asked "
        "before the download.",
        "The old data is unchanged, or live again if the swap had begun, as far as the volume still tells. Where the "
        "hint says that the swap is half done, the next start tries again to complete or to undo it.",
        (
            "Run the command in the hint, as root: it names the path, its owner and mode, and the uid of the "
            "container. An fsGroup with fsGroupChangePolicy Always does the same for the whole volume.",
            "Check the mount at DATA_DIR, and the node's log for errors of the disk.",
            "Start again once it is sound: nothing has to be undone by hand.",
        ),
    ),
    20: Explanation(
        "The store is unreachable, refuses this identity or has none, the bucket or the listed object is gone, or the "
        "object is in an archive tier.",
        _AS_IT_WAS,
        (
            "The message names object and identity: check the bucket's name, and that identity's right to read it.",
            "Unreachable: check network, proxy and DNS from the pod; the restart of the pod tries again.",
            "Slow: the log tells every ten seconds what is waited for; DEADLINE_SECONDS says how long it may take.",
            "In an archive tier: run the command in the message, and start again once the object is thawed.",
        ),
    ),
    30: Explanation(
        "neo4j-admin ended with an error, did not start, was killed, or ended with 0 and made no database.",
        _AS_IT_WAS + " neo4j-admin only ever worked in the staging folder.",
        (
            "Read its last lines, in the message.",
            "Check that the image holds a Neo4j of the version that the server runs.",
            "If it was killed, give the container the memory that the message names, or lower HEAP_SIZE.",
            "If Java's heap was used up, double HEAP_SIZE, and raise the container's memory by as much.",
        ),
    ),
    31: Explanation(
        "The Neo4j in the image can't take the set as it is. The set is of an older Neo4j, and has to be migrated "
        "first; or it is of a newer one; or the database system was asked of a Neo4j before 4.0, which has none.",
        _AS_IT_WAS,
        (
            "An older set: restore it with an image and a server of the version that made it, and migrate it there.",
            "A newer set: use an image and a server of the version that made it, or of a later one.",
        ),
    ),
    70: Explanation(
        "neo4j-restore has a bug.",
        "What it was before, or a sealed swap that the next start completes.",
        ("Report it with the traceback in the container's log: secrets are hidden in it.",),
    ),
}


# Endings that are no answer of the program: 128 and the signal's number.
SIGNALS: Final = {
    137: "killed (SIGKILL)",
    143: "told to stop (SIGTERM)",
}

_ENDED = {
    137: Explanation(
        "The kernel or the kubelet killed the container: beyond its memory limit, or not stopped in its grace period.",
        "What it was before, or a sealed swap that the next start completes.",
        (
            "`kubectl describe pod` tells OOMKilled: raise the container's memory, or lower HEAP_SIZE.",
            "The README of the image has a table of the memory that each HEAP_SIZE needs.",
        ),
    ),
    143: Explanation(
        "The pod was deleted, evicted or its node drained while the restore ran.",
        "What it was before, or a sealed swap that the next start completes.",
        ("Nothing: the next start goes on with what has come, or begins again.",),
    ),
}


def explain(code: int) -> str:
    """Return the explanation of `code` as text for a terminal. Raises KeyError for a code that is none."""
    found = (EXPLANATIONS | _ENDED)[code]
    steps = "\n".join(f"  - {step}" for step in found.todo)
    meaning = (spec.EXIT_CODES | SIGNALS)[code]
    return f"{code}: {meaning}\n\ncause: {found.cause}\n\non the disk: {found.disk}\n\nwhat to do:\n{steps}"


def page() -> str:
    """Return the documentation page of all exit codes, in Markdown: docs/exit-codes.md."""
    parts = ["# Exit codes", "", "`neo4j-restore explain CODE` prints each of these. Written by `make docs`."]
    for code, found in (EXPLANATIONS | _ENDED).items():
        parts += ["", f"## {code}: {(spec.EXIT_CODES | SIGNALS)[code]}", "", f"**Cause.** {found.cause}", ""]
        parts += [f"**On the disk.** {found.disk}", "", "**What to do.**", "", *(f"- {step}" for step in found.todo)]
    return "\n".join(parts) + "\n"
