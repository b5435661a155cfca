"""Makes the questions of clusters to their buckets, and gives the answers back to the clusters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.errors import Interrupted, Problem
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.lockfile import Lock
from neo4j_scenarios.inputs.asked import meaning
from neo4j_scenarios.survey import Answer, Options, Question, reach, survey


@dataclass(frozen=True)
class Questions:
    """The question of each cluster to its bucket, by the cluster's name in the lock."""

    of: Mapping[str, Question]

    @property
    def buckets(self) -> int:
        """Return the number of different buckets."""
        return len({question.reach for question in self.of.values()})

    def answers(self, options: Options, progress: Callable[[int], None]) -> dict[str, Answer | Problem]:
        """Return each cluster's answer, or the problem with its bucket. Raises Interrupted at Ctrl-C.

        progress: called with the number of buckets that are done.
        """
        try:
            results = survey(self.of.values(), options, progress=lambda done, _: progress(done))
        except KeyboardInterrupt:
            problem = Problem(
                "the buckets", "nothing was written", "run it again, and use --threads to read more buckets at once"
            )
            raise Interrupted(problem) from None
        return {
            name: results.answers.get(question) or replace(results.failures[question.reach], clusters=(name,))
            for name, question in self.of.items()
        }


def ask(clusters: Iterable[Cluster], lock: Lock) -> Questions:
    """Return the questions of the clusters. A cluster with a pin also asks whether the pinned set is still there."""
    return Questions({cluster.pin: _question(cluster, lock) for cluster in clusters})


def _question(cluster: Cluster, lock: Lock) -> Question:
    scenario, entry = cluster.scenarios[0], lock.get(cluster.pin)
    # If the bucket and folder are the same, also ask for the sets of the pinned time: a new database is pinned by it.
    same = entry is not None and meaning(entry.asked).place == meaning(cluster.inputs).place
    pinned = entry.timestamp if entry and same else ""
    place = reach(environment(scenario))
    return Question(
        place,
        scenario.sources,
        scenario.timestamp,
        scenario.backup_set_dir,
        pinned,
        tuple(scenario.ignore_objects),
        scenario.on_stale_latest,
    )


def grouped(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems. Equal problems of one bucket become one problem that names all its clusters."""
    clusters: dict[Problem, list[str]] = {}
    for problem in problems:
        clusters.setdefault(replace(problem, clusters=()), []).extend(problem.clusters)
    return [replace(problem, clusters=tuple(names)) for problem, names in clusters.items()]
