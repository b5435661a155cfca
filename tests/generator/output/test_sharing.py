"""Many clusters are rendered by several processes, with the result of one."""

import os
import signal
from collections.abc import Iterator

import pytest

from neo4j_scenarios.errors import Problem, RenderError
from neo4j_scenarios.output.sharing import rendered
from neo4j_scenarios.output.texts import Texts

CLUSTERS = [f"cluster-{number}" for number in range(41)]


def files(cluster: str) -> Iterator[tuple[str, str]]:
    """Yield two files of a cluster, most of which all clusters have in common."""
    for target in ("a", "b"):
        yield f"{cluster}/values.{target}.yaml", f"# größe: {'the same text ' * 50}\nname: {cluster}\n"


def ignore(_: int) -> None:
    """Show no progress."""


@pytest.mark.parametrize("processes", [1, 2, 3, 40, 100])
def test_any_number_of_processes_gives_the_same_texts_in_the_same_order(processes: int) -> None:
    expected = dict(file for cluster in CLUSTERS for file in files(cluster))
    texts = rendered(CLUSTERS, files, ignore, processes)
    assert dict(texts) == expected
    assert list(texts) == list(expected)


@pytest.mark.parametrize("processes", [1, 2])
def test_no_clusters_give_no_texts(processes: int) -> None:
    assert dict(rendered([], files, ignore, processes)) == {}


@pytest.mark.parametrize("broken", [(3, 30), (30, 40)], ids=["here", "in another process"])
def test_the_first_error_is_raised_wherever_it_happened(broken: tuple[int, ...]) -> None:
    def render(cluster: str) -> Iterator[tuple[str, str]]:
        if CLUSTERS.index(cluster) in broken:
            raise RenderError(Problem(cluster, "is broken", "mend it"))
        yield from files(cluster)

    with pytest.raises(RenderError) as caught:
        rendered(CLUSTERS, render, ignore, 2)
    assert [each.where for each in caught.value.problems] == [CLUSTERS[broken[0]]]


def test_a_process_that_is_killed_costs_no_file() -> None:
    own = os.getpid()

    def render(cluster: str) -> Iterator[tuple[str, str]]:
        if cluster == CLUSTERS[-1] and os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from files(cluster)

    assert len(rendered(CLUSTERS, render, ignore, 2)) == 2 * len(CLUSTERS)


def test_an_interruption_leaves_no_process_behind() -> None:
    ready, started = os.pipe()
    others: list[int] = []

    def render(cluster: str) -> Iterator[tuple[str, str]]:
        if cluster == CLUSTERS[-1]:
            os.write(started, str(os.getpid()).encode())
            signal.pause()  # so the other process never ends by itself
        yield from files(cluster)

    def interrupt(done: int) -> None:
        if done > 10:
            others.append(int(os.read(ready, 20)))
            raise KeyboardInterrupt

    with os.fdopen(ready), os.fdopen(started), pytest.raises(KeyboardInterrupt):
        rendered(CLUSTERS, render, interrupt, 2)
    with pytest.raises(ProcessLookupError):
        os.kill(others[0], 0)


def test_progress_is_of_all_clusters() -> None:
    shown: list[int] = []
    rendered(CLUSTERS, files, shown.append, 2)
    assert shown == sorted(set(shown))
    assert shown[-1] == len(CLUSTERS)


def test_texts_that_are_much_alike_take_little_memory() -> None:
    texts = Texts()
    for cluster in CLUSTERS:
        for path, text in files(cluster):
            texts.add(path, text)
    assert sum(len(packed) for _, packed in texts.packed()) < 50 * len(texts)
    assert "cluster-1/values.a.yaml" in texts
    assert "cluster-1" not in texts
    with pytest.raises(KeyError):
        texts["cluster-1"]
