"""Neo4j's settings: what the chart derives from other values, under the names of the version."""

import re

import pytest
from tests.chart.helm import Helm, Values, env, make_values


def settings(helm: Helm, **values: object) -> dict[str, str]:
    """Return the settings of Neo4j's container, by the rule with which its image reads their names."""
    environment = env(helm.template(make_values(**values)).neo4j)  # type: ignore[arg-type]
    return {
        re.sub(r"\.\.", "_", name.removeprefix("NEO4J_").replace("_", ".")): text for name, text in environment.items()
    }


def limited(memory: object, **config: str) -> Values:
    return {"resources": {"limits": {"memory": memory}}, "config": config}


@pytest.mark.parametrize(
    ("memory", "heap", "cache"),
    [
        ("8Gi", "3277m", "3277m"),
        ("8G", "3052m", "3052m"),
        (8000000000, "3052m", "3052m"),
        ("2.5Gi", "1024m", "1024m"),
        ("100Gi", "31744m", "50176m"),
        ("1536Mi", "512m", "512m"),
    ],
)
def test_heap_and_page_cache_come_from_the_memory_limit(helm: Helm, memory: object, heap: str, cache: str) -> None:
    assert settings(helm, **limited(memory)) == {
        "server.memory.heap.initial_size": heap,
        "server.memory.heap.max_size": heap,
        "server.memory.pagecache.size": cache,
    }


@pytest.mark.parametrize(
    "values",
    [
        {"resources": {"limits": {"cpu": "1"}}},
        {"resources": {"limits": {"memory": "1Gi"}}},
        {**limited("8Gi"), "memoryFromLimit": False},
        {**limited("8Gi"), "extraEnv": [{"name": "NEO4J_server_memory_pagecache_size", "value": "1g"}]},
    ],
    ids=["no limit", "small limit", "switched off", "set by a variable"],
)
def test_memory_is_left_to_the_image_otherwise(helm: Helm, values: Values) -> None:
    assert "server.memory.heap.max_size" not in settings(helm, **values)


@pytest.mark.parametrize("name", ["server.memory.heap.max_size", "dbms.memory.pagecache.size"])
def test_memory_that_the_values_set_is_left_alone(helm: Helm, name: str) -> None:
    assert settings(helm, **limited("8Gi", **{name: "1g"})) == {name: "1g"}


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("4.4.48-enterprise", {"NEO4J_dbms_jvm_additional", "NEO4J_dbms_memory_heap_max__size", "NEO4JLABS_PLUGINS"}),
        ("3.5", {"NEO4J_dbms_jvm_additional", "NEO4J_dbms_memory_pagecache_size", "NEO4JLABS_PLUGINS"}),
        ("5.26.30", {"NEO4J_server_jvm_additional", "NEO4J_server_memory_heap_max__size", "NEO4J_PLUGINS"}),
        ("2026.08.1", {"NEO4J_server_jvm_additional", "NEO4J_server_memory_pagecache_size", "NEO4J_PLUGINS"}),
    ],
)
def test_names_are_those_of_the_version(helm: Helm, tag: str, names: set[str]) -> None:
    values = make_values(image={"tag": tag}, jvmOptions=["-Da=1"], plugins=["apoc"], **limited("4Gi"))
    assert names <= env(helm.template(values).neo4j).keys()


def test_plugins_options_and_settings_of_apoc_reach_the_image(helm: Helm) -> None:
    values = make_values(
        plugins=["apoc", "graph-data-science"],
        jvmOptions=["-XX:+UseZGC", "-Da=1"],
        apocConfig={"apoc.import.file.use_neo4j_config": True},
    )
    assert env(helm.template(values).neo4j) == {
        "NEO4J_PLUGINS": '["apoc","graph-data-science"]',
        "NEO4J_server_jvm_additional": "-XX:+UseZGC -Da=1",
        "NEO4J_apoc_import_file_use__neo4j__config": "true",
    }
