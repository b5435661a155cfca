"""What a fleet file becomes: clusters, or problems."""

from pathlib import Path

import pytest
from tests.generator.fleets import make_fleet

from neo4j_scenarios.errors import GeneratorError, Problem
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.fleet import load


def clusters(folder: Path, text: str, **files: str) -> dict[str, Cluster]:
    return {cluster.name: cluster for cluster in load(make_fleet(folder, text, **files)).clusters}


def problems(folder: Path, text: str, **files: str) -> list[Problem]:
    with pytest.raises(GeneratorError) as caught:
        load(make_fleet(folder, text, **files))
    return [
        Problem(p.where.replace(f"{folder}/", ""), p.what.replace(f"{folder}/", ""), p.hint, p.clusters)
        for p in caught.value.problems
    ]


def problem_text(folder: Path, text: str, **files: str) -> str:
    return "\n".join(f"{problem.where}: {problem.what}" for problem in problems(folder, text, **files))
