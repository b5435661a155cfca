"""What each exit code means for the operator: cause, what is on the disk, what to do."""

from dataclasses import dataclass
from typing import Final

from neo4j_restore import spec

_AS_IT_WAS = (
    "The old data is unchanged. Staged files are removed now or at the next start. With SPACE_MODE=reclaim the old "
    "data may be deleted already. Then the message says so, and no start ends with 0 before a restore has succeeded."
)


@dataclass(frozen=True)
class Explanation:
    """One exit code. cause, disk: one or more sentences. todo: a list of steps."""

    cause: str
    disk: str
    todo: tuple[str, ...]


EXPLANATIONS: Final = {
    0: Explanation(
        "Every requested database was restored, or was rightly left alone: it exists and the policy keeps it, its "
        "request was fulfilled or has expired, or the bucket has no set of it and ON_MISSING is start-empty.",
        "The restored databases, with a receipt in .neo4j-restore/receipt.json. If nothing was restored, the old data.",
        ("Nothing. `neo4j-restore status` shows the receipt, and the log says why a database was left alone.",),
    ),
    2: Explanation(
        "A variable is missing or malformed. The request has expired, and the volume is empty. BACKUP_SET_DIR does not "
        "fit the archive. The database is sharded, which only a running cluster can restore. The key file holds no "
        "key, or AGE_IDENTITY_FILE does not decrypt the set. The image has no neo4j-admin, or its edition can't "
        "restore the set (block format, a differential backup). Java is too old, or does not start with its options or "
        "HEAP_SIZE. Neo4j's folders are on several file systems. For `finalize`: the server's edition, version or "
        "cluster can't serve a restored database.",
        _AS_IT_WAS,
        (
            "Read the message: it names all wrong variables at once, each with its value and the expected one.",
            "Correct the values, and upgrade the release. Another start without a change will fail again.",
            "For another edition, build the image with its NEO4J_IMAGE.",
            "If a variable such as JAVA_TOOL_OPTIONS keeps Java from starting, remove it from the restore container. "
            "Agents that are injected into all pods are meant for the server.",
        ),
    ),
    10: Explanation(
        "The store answered, but it has no set that fits: none of this database, none for this timestamp, or only a "
        "differential backup whose chain has a gap. Or it is not clear which set is meant: an object that is not "
        "understood may be a newer backup, or a `-latest` object is older than another set. "
        "Or AUTH_FILES is true, and no folder has auth files. "
        "For `rollback`: no previous generation is kept. For `verify`: the database is not on the volume.",
        _AS_IT_WAS,
        (
            "Compare BUCKET, DATABASE and TIMESTAMP with the nearest candidates in the message.",
            "`neo4j-restore list` prints all sets that it sees, and why other objects are not sets.",
            "Exclude objects that are not backups with IGNORE_OBJECTS. Decide between two sets with ON_STALE_LATEST.",
            "If Neo4j should start without a backup, set ON_MISSING to start-empty.",
            "For auth files: copy the folder dbms of the server's data folder to one of the places in the message.",
        ),
    ),
    11: Explanation(
        "The set's bytes are wrong: a checksum does not match, the archive, dump or backup is cut or changed, an entry "
        "leads out of the archive, store files are missing, or they are of another database. Or neo4j-admin can't "
        "read the staged store, finds inconsistencies in it (CONSISTENCY_CHECK), or finds another store format or "
        "transaction than the set promised. Or a backup artifact that can't be read may be newer than the set that "
        "would be restored. Or nothing can verify the set, and REQUIRE_CHECKSUM is true. For `finalize`: a "
        "metadata script has foreign statements.",
        _AS_IT_WAS,
        (
            "Choose another set with TIMESTAMP. `neo4j-restore list` prints them.",
            "Inconsistencies: the message names the report. It stays on the volume until the next check.",
            "Check the job that made the set: a backup job that failed midway uploads half an archive.",
            "If nothing can verify it, put a checksum beside it: `sha256sum NAME >NAME.sha256`.",
        ),
    ),
    12: Explanation(
        "The volume holds files that are neither a database nor ours. Or a folder that a restore must move is a link "
        "or a mount point. Or a server or another restore uses the volume. Or our journal or receipt can't be "
        "understood. Or a file or folder of another kind has the name of one of ours. For `verify`: a database lacks "
        "transaction logs or store files, or the data is from another bucket, set or request than the variables name.",
        "The old data is unchanged, or live again if the swap had begun. The hint says which. If it says that the swap "
        "is half done, the next start tries again to complete or to undo it.",
        (
            "Read the message: it names the folder, the link, the mount or the lock, and the hint has a command.",
            "Stop the server or the other pod. If the files are in the way, look at them and move them away.",
        ),
    ),
    13: Explanation(
        "The volume has less room than the restore needs at its peak, or it was full during the restore.",
        f"{_AS_IT_WAS} A swap that had begun is undone. If the hint says that it is half done, the next start goes on.",
        (
            "Make the volume larger. The message says how much the restore needs, and how much there is.",
            "KEEP_PREVIOUS=true keeps a replaced generation on the volume. Without it that room is free.",
            "If the old data may be deleted first: SPACE_MODE=reclaim with FORCE_OVERWRITE=true.",
        ),
    ),
    14: Explanation(
        "The volume can't be read or written: it is not mounted, is read-only, fails, or has no file locks. Or the "
        "swap must move a folder that belongs to another user, is sticky or is immutable. The permissions that a swap "
        "needs are checked before the download.",
        "The old data is unchanged, or live again if the swap had begun, unless the disk itself lost it. If the hint "
        "says that the swap is half done, the next start tries again to complete or to undo it.",
        (
            "Run the command in the hint as root. The message names the path, its owner and mode, and the uid of the "
            "container. An fsGroup with fsGroupChangePolicy Always does the same for the whole volume.",
            "Check the mount at DATA_DIR, and the node's log for disk errors.",
            "Start again once the volume works. Nothing has to be undone by hand.",
        ),
    ),
    20: Explanation(
        "The store is unreachable, there is no identity to ask it with, or it refuses the identity. Or the bucket or a "
        "listed object is gone, or the object is in an archive tier.",
        _AS_IT_WAS,
        (
            "The message names object and identity: check the bucket's name, and that identity's right to read it.",
            "Unreachable: check network, proxy and DNS from the pod. The restart of the pod tries again.",
            "Slow: the log says every ten seconds what the restore waits for. DEADLINE_SECONDS limits its time.",
            "In an archive tier: run the command in the message, and start again once the object is thawed.",
        ),
    ),
    30: Explanation(
        "neo4j-admin ended with an error, did not start, was killed, or ended with 0 but made no database. Or "
        "CONSISTENCY_CHECK is true, and the store needs a recovery before it can be checked.",
        _AS_IT_WAS + " neo4j-admin writes only to the staging folder.",
        (
            "Read its last lines in the message.",
            "Check that the image holds the Neo4j version that the server runs.",
            "If it was killed, give the container the memory that the message names, or lower HEAP_SIZE.",
            "If Java's heap was full, double HEAP_SIZE, and raise the container's memory by as much.",
        ),
    ),
    31: Explanation(
        "The Neo4j in the image can't restore the set as it is. The set is of an older Neo4j, and has to be migrated "
        "first. Or it is of a newer Neo4j. Or DATABASE names system, which Neo4j has only since 4.0.",
        _AS_IT_WAS,
        (
            "A store of 4.3 or 4.4 in Neo4j 5 or later: set MIGRATE to true. Then neo4j-admin migrates it in staging.",
            "A store of 3.4 or 3.5 in Neo4j 4: set MIGRATE to by-server, and dbms.allow_upgrade=true in the server. "
            "Then the server migrates it when it starts.",
            "An older one: the message says which version it has to go through.",
            "A newer set: use an image and a server of the version that made it, or of a later one.",
        ),
    ),
    40: Explanation(
        "`finalize` got no answer from the Neo4j server within FINALIZE_SECONDS. Or the server's TLS certificate is "
        "not trusted, or the server refuses the login.",
        "The restored data, unchanged.",
        (
            "Check BOLT_URI, and that Neo4j runs: `kubectl get pods`. Run finalize again once it does.",
            "A refused login: check user and password in the Secret. If the database system was restored, the "
            "passwords are those of the backup.",
            "An untrusted certificate: set BOLT_CA_FILE, and a name that the certificate has in BOLT_URI.",
        ),
    ),
    41: Explanation(
        "The Neo4j server refused a statement of `finalize`. Or it knows a restored database and can't start it.",
        "The restored data, unchanged. The report says which statements were done.",
        (
            "Read the message: it has the statement and the server's reason. Then run finalize again.",
            "Permission denied: use a user with the role admin.",
            "A database that does not start: read debug.log of the server.",
        ),
    ),
    42: Explanation(
        "Neo4j runs on the copy that was restored for a drill, but an assertion of DRILL_ASSERTIONS does not hold. "
        "Or the server refused its query.",
        "Only the copy of the drill. The live data was never touched.",
        (
            "Read the log: it has each assertion, what it found and what it expected.",
            "Compare with the live data. If that holds, the backup is old or of another database: check its job.",
            "Correct an assertion whose query the server refused, or that is out of date.",
        ),
    ),
    70: Explanation(
        "neo4j-restore has a bug.",
        "The old data is unchanged, or the swap was sealed and the next start completes it.",
        ("Report it with the traceback in the container's log. Secrets are hidden in it.",),
    ),
}


# A process that a signal ended has the exit code 128 plus the signal's number.
SIGNALS: Final = {
    137: "killed (SIGKILL)",
    143: "told to stop (SIGTERM)",
}

_ENDED = {
    137: Explanation(
        "The kernel or the kubelet killed the container: it used more memory than its limit, or did not stop in its "
        "grace period.",
        "The old data is unchanged, or the swap was sealed and the next start completes it.",
        (
            "If `kubectl describe pod` says OOMKilled: raise the container's memory, or lower HEAP_SIZE.",
            "The README of the image has a table of the memory that each HEAP_SIZE needs.",
        ),
    ),
    143: Explanation(
        "The pod was deleted or evicted, or its node was drained, while the restore ran.",
        "The old data is unchanged, or the swap was sealed and the next start completes it.",
        ("Nothing. The next start resumes the download, or begins again.",),
    ),
}


def explain(code: int) -> str:
    """Return the explanation of `code` as text for a terminal. Raises KeyError for an unknown code."""
    explanation = (EXPLANATIONS | _ENDED)[code]
    steps = "\n".join(f"  - {step}" for step in explanation.todo)
    head = f"{code}: {(spec.EXIT_CODES | SIGNALS)[code]}"
    return f"{head}\n\ncause: {explanation.cause}\n\non the disk: {explanation.disk}\n\nwhat to do:\n{steps}"


def page() -> str:
    """Return the documentation page of all exit codes, in Markdown: docs/exit-codes.md."""
    parts = ["# Exit codes", "", "`neo4j-restore explain CODE` prints each of these. Written by `make docs`.", ""]
    parts += [
        "A *set* is one backup of one database. A *request* is what the container is asked to restore.",
        "Its name is RESTORE_ID. The *swap* moves the restored databases into place.",
        "It is *sealed* once it can be completed after any crash.",
        "See [operations](operations.md) for all steps of a start.",
    ]
    for code, explanation in (EXPLANATIONS | _ENDED).items():
        parts += ["", f"## {code}: {(spec.EXIT_CODES | SIGNALS)[code]}", "", f"**Cause.** {explanation.cause}", ""]
        parts += [f"**On the disk.** {explanation.disk}", "", "**What to do.**", ""]
        parts += [f"- {step}" for step in explanation.todo]
    return "\n".join(parts) + "\n"
