"""Chooses the set for each database of a request, out of what the bucket holds (`shelves`)."""

from collections.abc import Sequence
from dataclasses import replace
from logging import getLogger

from neo4j_restore.errors import BackupNotFoundError, ConfigurationError, RestoreError
from neo4j_restore.planning import choosing, freshness, histories, plan, points, refusals, shards
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.planning.freshness import Choice
from neo4j_restore.planning.plan import Action, Decision, Step
from neo4j_restore.planning.shelves import Shelves
from neo4j_restore.request import Request
from neo4j_restore.sets import scattered, stamps
from neo4j_restore.sets.backup_set import BackupSet, Shelf, TimeSource
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.settings import Policy
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store
from neo4j_restore.timestamps import Timestamp
from neo4j_restore.volume.state import Volume

log = getLogger(__name__)


class Selection:
    """Chooses the sets of one request in one store."""

    def __init__(self, request: Request, policy: Policy, store: Store, reader: Artifacts) -> None:
        """Keep the store, without asking it."""
        self._request, self._policy, self._reader = request, policy, reader
        self._shelves = Shelves(request, store, reader)

    def choose(
        self, steps: tuple[Step, ...], state: Volume
    ) -> tuple[tuple[Step, ...], dict[DatabaseName, list[BackupSet]]]:
        """Return the steps with their sets, and all sets of each source database, as `catalog.order` returns them.

        Raises one BackupNotFoundError for all databases without a set or with a doubtful one. Raises ConfigurationError
        if one set would be restored as two databases.
        """
        chosen: list[Step] = []
        problems: list[RestoreError] = []
        for step in steps:
            if step.decision.action is not Action.RESTORE:
                chosen.append(step)
                continue
            try:
                chosen.append(self._step(step, state))
            except BackupNotFoundError as error:
                problems.append(error)
        if problems:
            hints = dict.fromkeys(error.hint for error in problems)
            raise BackupNotFoundError("; ".join(map(str, problems)), hint="; ".join(hints))
        _refuse_shared([step.chosen for step in chosen if step.chosen])
        return tuple(chosen), self._shelves.all

    def _step(self, step: Step, state: Volume) -> Step:
        choice = self._choice(step.source)
        # After `_choice`, which may add sets from other folders.
        shelf = self._shelves.of(step.source)
        family = shards.find(self._shelves.keys, step.source)
        chosen = choice.chosen if choice else None
        if family and shards.is_meant(family, step.source, chosen, self._request.timestamp):
            raise shards.refusal(family, step.source, self._request.bucket)
        if choice is None:
            return self._missing(step, state)
        if choice.doubt:
            raise BackupNotFoundError(choice.doubt, hint=choice.hint)
        doubtful = [] if shelf.named else choosing.doubts(choice.chosen, shelf.unclear, self._request.timestamp)
        if doubtful:
            raise refusals.refusal(choice.chosen, doubtful, self._request.bucket, self._request.ignore_objects)
        _log_time(choice.chosen)
        if not self._request.until:
            _log_distance(choice.chosen, self._request.timestamp)
        return replace(step, chosen=choice.chosen, warning="; ".join(choice.warnings), unclear=tuple(shelf.unclear))

    def _choice(self, database: DatabaseName) -> Choice | None:
        shelf, timestamp = self._shelves.of(database), self._request.timestamp
        if shelf.named:
            return Choice(shelf.named)
        chosen = histories.choose(self._eligible(database), timestamp)
        if chosen is None:
            self._refuse_other_kinds(shelf.sets)
            return None
        warnings = choosing.name_doubts(chosen)
        if chosen.kind is Kind.BACKUP:
            chosen, warnings = self._with_scattered(database, chosen)
            warnings = (*warnings, *self._given_up(database, chosen))
        if timestamp.is_latest:
            choice = freshness.judge(chosen, self._eligible(database), self._policy.on_stale_latest)
            return replace(choice, warnings=(*choice.warnings, *warnings))
        if chosen.time_source is TimeSource.STORE and timestamp.moment:
            warning = f"the time of {chosen.url} is only its upload time, which a copy of the bucket resets"
            return Choice(chosen, (warning, *warnings))
        return Choice(chosen, warnings)

    def _eligible(self, database: DatabaseName) -> list[BackupSet]:
        """Return the sets to choose from. With RESTORE_UNTIL only backup artifacts have such points."""
        sets = self._shelves.of(database).sets
        return [each for each in sets if each.kind is Kind.BACKUP] if self._request.until else sets

    def _refuse_other_kinds(self, sets: Sequence[BackupSet]) -> None:
        """Raise ConfigurationError if only sets of other kinds than RESTORE_UNTIL needs are there."""
        others = [each for each in sets if each.kind is not Kind.BACKUP]
        if self._request.until and others:
            points.check(self._request.until, others[0], others[0].url)

    def _with_scattered(self, database: DatabaseName, chosen: BackupSet) -> tuple[BackupSet, tuple[str, ...]]:
        """Read the artifacts in folders that are not understood. Return the artifact to take now, and a warning.

        An artifact with another database id is of another database, whatever its name is.
        """
        shelf = self._shelves.of(database)
        sorted_out = scattered.joined(chosen, shelf.sets, shelf.unclear, self._reader.dated)
        if sorted_out is None:
            return chosen, ()
        sets = list(sorted_out.sets)
        self._shelves.put(database, replace(shelf, sets=sets, unclear=list(sorted_out.unclear)))
        chosen = histories.choose(sets, self._request.timestamp) or chosen
        return chosen, choosing.left_alone(chosen, sorted_out.foreign, self._request.timestamp)

    def _given_up(self, database: DatabaseName, chosen: BackupSet) -> tuple[str, ...]:
        """Return a warning if an older artifact has higher transactions than the chosen one."""
        other = histories.went_back(chosen, self._shelves.of(database).sets, self._request.timestamp)
        if other is None:
            return ()
        warning = (
            f"{other.url} has later transactions than {chosen.url}, but is older by its header. It is left alone, as "
            "it belongs to a history that ended when the database was restored from an older backup. If it is meant, "
            "name it with TIMESTAMP or BUCKET"
        )
        return (warning,)

    def _missing(self, step: Step, state: Volume) -> Step:
        """Return the step that starts Neo4j without the database. Raises BackupNotFoundError if that is not allowed."""
        shelf, request = self._shelves.of(step.source), self._request
        if plan.missing_is_fine(self._policy, step, state, self._shelves.bearing(step.source)):
            whose = step.renamed_from or "it"
            reason = f"{request.bucket} has no set of {whose}, and ON_MISSING is start-empty"
            log.warning("%s: skip: %s", step.database, reason)
            return replace(step, decision=Decision(Action.SKIP, reason))
        all_sets = Shelf(shelf.sets, shelf.unclear, shelf.others)
        keys, seen = self._shelves.keys, self._shelves.seen
        error = refusals.not_found(request.bucket, step.source, request.timestamp, all_sets, keys, seen)
        if step.renamed_from:
            turned = f"{step.source}={step.database}"
            error.hint += f". In DATABASE the new name comes first: is {turned} meant, the set of {step.database}?"
        raise error


def _log_time(chosen: BackupSet) -> None:
    stamp = stamps.read(chosen.stamp, chosen.updated)
    how = f"stamp {chosen.stamp}, {stamp.form}" if stamp else f"stamp {chosen.stamp or 'none'}"
    log.info("%s: taking %s, of %s by the %s (%s)", *_about(chosen), chosen.time_source, how)


def _log_distance(chosen: BackupSet, timestamp: Timestamp) -> None:
    """Say how far a backup artifact is from the time that was asked for. Only RESTORE_UNTIL gets nearer."""
    if chosen.kind is not Kind.BACKUP or timestamp.moment is None or chosen.time >= timestamp.moment:
        return
    log.info(
        "%s: %s was made %s before TIMESTAMP. If a differential backup was made later, RESTORE_UNTIL=%s restores up to "
        "that time itself",
        *(chosen.database, chosen.url, timestamp.moment - chosen.time, timestamp.text),
    )


def _about(chosen: BackupSet) -> tuple[str, str, str]:
    return chosen.database, chosen.url, chosen.time.isoformat(timespec="seconds")


def _refuse_shared(chosen: list[BackupSet]) -> None:
    urls = [each.url for each in chosen]
    if len(set(urls)) < len(urls):
        message = f"{max(urls, key=urls.count)} would be restored as more than one database"
        raise ConfigurationError(
            message, hint="BACKUP_SET_DIR names the folder of one database: name only one in DATABASE"
        )
