"""What a restore leaves to a running server, and what it brings with `system`. Told before the restore. Pure."""

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from neo4j_restore.admin.admin_commands import Edition
from neo4j_restore.spec import SYSTEM

if TYPE_CHECKING:
    # `plan` has this in its JSON.
    from neo4j_restore.planning.authfiles import AuthFiles
    from neo4j_restore.planning.plan import Plan, Step

# Names of the database that a new server makes by itself, from 4.0 on and before.
_DEFAULTS = frozenset({"neo4j", "graph.db"})


def after_start(plan: "Plan") -> tuple[str, ...]:
    """Return sentences about the time after the restore: none if nothing is left to do, or nothing is known of it."""
    restored = {step.database: step for step in plan.restores}
    if not restored:
        return ()
    if plan.version and plan.version.major < 4:
        return tuple(_of_neo4j_3(plan))
    if SYSTEM in restored:
        users = f"users, roles, privileges and passwords become those of the backup of system{_time(restored[SYSTEM])}"
        return (users, *_renamed(plan))
    # A database that is replaced was served before. One that is new on the volume may be unknown to its `system`.
    unknown = [name for name, step in restored.items() if not step.decision.replaces and name not in _DEFAULTS]
    if not unknown:
        return ()
    names, them = ", ".join(unknown), "it" if len(unknown) == 1 else "them"
    if plan.edition is Edition.COMMUNITY:
        return (
            f"Community serves one database beside system. It serves {names} only as its default database: set "
            f"{_default_setting(plan)}={unknown[0]}",
        )
    return (
        f"system is not restored, and may not know {names}. Once Neo4j runs, neo4j-restore finalize creates {them}, "
        "unless the server has done so for its default database",
    )


def _of_neo4j_3(plan: "Plan") -> Iterator[str]:
    """Yield what changes on a server of 3.x: its users are in files, and it opens one database."""
    if plan.auth_files:
        yield _of_auth_files(plan.auth_files)
    yield from (_active(step) for step in plan.restores if step.renamed_from)


def _renamed(plan: "Plan") -> Iterator[str]:
    """Yield what a `system` of the same backups knows of databases that were renamed: only their old names."""
    renamed = [step for step in plan.restores if step.renamed_from]
    if renamed:
        new, old = (", ".join(names) for names in ([step.database for step in renamed], [s.source for s in renamed]))
        them = "it" if len(renamed) == 1 else "them"
        if plan.edition is Edition.COMMUNITY:
            # Seen with 5.26.30 and 2026.08.1: it then does not open the database of the old name.
            then = f"Community only opens its default database: set {_default_setting(plan)}={renamed[0].database}"
        else:
            then = f"Once Neo4j runs, neo4j-restore finalize creates {them}"
        yield f"the restored system knows {old}, and may not know {new}. {then}"


def _default_setting(plan: "Plan") -> str:
    return "dbms.default_database" if plan.version and plan.version.major == 4 else "initial.dbms.default_database"


def _active(step: "Step") -> str:
    return f"Neo4j 3 serves one database: set dbms.active_database={step.database} to have it open the renamed one"


def _of_auth_files(auth_files: "AuthFiles") -> str:
    if not auth_files.restores:
        return f"users, roles and passwords stay as they are: {auth_files.reason}"
    return (
        "users, roles and passwords become those of the auth files. These hold Neo4j's own users only: of LDAP no auth "
        "data is restored"
    )


def _time(step: "Step") -> str:
    return f" of {step.chosen.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if step.chosen else ""
