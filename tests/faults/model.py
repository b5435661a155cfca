"""What must be on a volume, by the promises alone: a small model of starts, rollbacks and what they leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Files = Mapping[str, bytes]

# Exit codes, as documented.
DONE, EXPIRED, NOT_FOUND, UNREACHABLE = 0, 2, 10, 20


@dataclass(frozen=True)
class Request:
    """What the pod asks for at its next start. The names are those of its environment."""

    databases: tuple[str, ...] = ("neo4j",)
    policy: str = "once"
    wish: str = "first"
    keep: bool = False
    expired: bool = False
    start_empty: bool = False


@dataclass(frozen=True)
class Store:
    """The bucket: the newest set of each database that has one. up: whether it answers."""

    sets: Mapping[str, Files] = field(default_factory=dict)
    up: bool = True


@dataclass(frozen=True)
class State:
    """A volume at rest. live, previous: the files of each database, as they lie in a data folder.

    restored, removed: of the last record in the history, which has `records`. rolled_back: that record is a rollback.
    """

    live: Mapping[str, Files] = field(default_factory=dict)
    previous: Mapping[str, Files] = field(default_factory=dict)
    wishes: frozenset[tuple[str, str]] = frozenset()
    restored: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    rolled_back: bool = False
    records: int = 0


def start(state: State, request: Request, store: Store) -> tuple[State, int]:
    """Return the volume after a start that nothing disturbs, and its exit code."""
    wanted = [name for name in request.databases if _is_wanted(state, request, name)]
    if request.expired and any(name not in state.live for name in wanted):
        return state, EXPIRED
    wanted = [] if request.expired else wanted
    if wanted and not store.up:
        return state, UNREACHABLE
    missing = [name for name in wanted if name not in store.sets]
    if any(name in state.live or not request.start_empty for name in missing):
        return state, NOT_FOUND
    chosen = [name for name in wanted if name in store.sets]
    return (_restored(state, request, store, chosen) if chosen else state), DONE


def _is_wanted(state: State, request: Request, name: str) -> bool:
    done = request.policy == "once" and (request.wish, name) in state.wishes
    if name in state.live or name in state.removed:
        return request.policy != "false" and not done
    return True


def _restored(state: State, request: Request, store: Store, chosen: list[str]) -> State:
    replaced = {name: state.live[name] for name in chosen if name in state.live}
    kept = replaced if request.keep else {}
    return State(
        live={**state.live, **{name: store.sets[name] for name in chosen}},
        # A restore that replaced nothing has no generation of its own, and leaves the one before.
        previous=kept if replaced else state.previous,
        wishes=state.wishes | {(request.wish, name) for name in chosen},
        restored=frozenset(chosen),
        records=state.records + 1,
    )


def rollback(state: State) -> tuple[State, int]:
    """Return the volume after a rollback that nothing disturbs, and its exit code."""
    if state.rolled_back:
        return state, DONE
    if not state.previous:
        return state, NOT_FOUND
    touched = state.restored | set(state.previous)
    kept = {name: files for name, files in state.live.items() if name not in touched}
    after = replace(
        state,
        live={**kept, **state.previous},
        previous={name: files for name, files in state.live.items() if name in touched},
        restored=frozenset(),
        removed=state.restored - set(state.previous),
        rolled_back=True,
        records=state.records + 1,
    )
    return after, DONE
