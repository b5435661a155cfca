"""Clusters -> questions to their buckets, and the answers back to the clusters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from neo4j_scenarios.asked import meaning
from neo4j_scenarios.cluster import Cluster
from neo4j_scenarios.environment import environment
from neo4j_scenarios.errors import Interrupted, Problem
from neo4j_scenarios.lockfile import Lock
from neo4j_scenarios.survey import Answer, Options, Question, reach, survey


@dataclass(frozen=True)
class Questions:
    """What each cluster, by the name that the lock has for it, asks its bucket."""

    of: Mapping[str, Question]

    @property
    def buckets(self) -> int:
        """Return how many buckets are asked."""
        return len({question.reach for question in self.of.values()})

    def answers(self, options: Options, progress: Callable[[int], None]) -> dict[str, Answer | Problem]:
        """Return each cluster's answer, or why its bucket gives none. Raises Interrupted at Ctrl-C.

        progress: told how many buckets are done.
        """
        try:
            found = survey(self.of.values(), options, progress=lambda done, _: progress(done))
        except KeyboardInterrupt:
            problem = Problem(
                "the buckets", "nothing was written", "run it again; --threads reads more buckets at once"
            )
            raise Interrupted(problem) from None
        return {
            name: found.answers.get(question) or replace(found.failures[question.reach], clusters=(name,))
            for name, question in self.of.items()
        }


def ask(clusters: Iterable[Cluster], lock: Lock) -> Questions:
    """Return what the clusters ask; of one with a pin for the same inputs also whether that holds."""
    return Questions({cluster.pin: _question(cluster, lock) for cluster in clusters})


def _question(cluster: Cluster, lock: Lock) -> Question:
    scenario, entry = cluster.scenarios[0], lock.get(cluster.pin)
    # The pinned time is asked for as well where the same place is meant: by it a new database is pinned beside others.
    same = entry is not None and meaning(entry.asked).place == meaning(cluster.inputs).place
    pinned = entry.timestamp if entry and same else ""
    place = reach(environment(scenario))
    return Question(
        place,
        scenario.databases,
        scenario.timestamp,
        scenario.backup_set_dir,
        pinned,
        tuple(scenario.ignore_objects),
        scenario.on_stale_latest,
    )


def grouped(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems with those of one bucket as one, which names its clusters."""
    clusters: dict[Problem, list[str]] = {}
    for problem in problems:
        clusters.setdefault(replace(problem, clusters=()), []).extend(problem.clusters)
    return [replace(problem, clusters=tuple(names)) for problem, names in clusters.items()]
