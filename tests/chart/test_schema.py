"""No typo passes, every key is known once, and the words are those of `spec`."""

import copy
import re
from collections.abc import Iterable
from pathlib import Path as Folder

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chart import schema
from tests.chart.helm import CHART, Helm, Values, at, commands, load, make_values
from tests.chart.schema import DEFAULTS, SCHEMA, Path, Schema

from neo4j_restore import spec
from neo4j_restore.policies import OnForeignVolume

BLOCKS = dict(schema.blocks())

# Objects that are not the chart's own: checked by Kubernetes, by Neo4j, or maps whose keys are the operator's.
OPEN = {
    ("definitions", "containers", "items"),
    ("definitions", "kubernetes"),
    ("definitions", "mounts", "items"),
    ("definitions", "texts"),
    ("definitions", "volumes", "items"),
    ("properties", "apocConfig"),
    ("properties", "config"),
    ("properties", "drill", "properties", "config"),
    ("properties", "global"),
}


def open_objects(node: Schema, path: Path = ()) -> set[Path]:
    """Return the places in a schema where an object may have keys that are not named."""
    paths = {path} if node.get("type") == "object" and node.get("additionalProperties") is not False else set()
    for key, child in node.items():
        if isinstance(child, dict):
            paths |= open_objects(child, (*path, key))
    return paths


def test_the_schema_is_closed_but_for_what_is_not_the_chart_s() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert open_objects(SCHEMA) == OPEN


@pytest.mark.parametrize("path", [path for path in BLOCKS if path], ids=".".join)
def test_schema_and_values_have_the_same_keys(path: Path) -> None:
    block = BLOCKS[path]
    assert list(block["properties"]) == list(at(DEFAULTS, path)) == block["required"]


def test_schema_and_values_have_the_same_blocks() -> None:
    assert [key for key in SCHEMA["properties"] if (key,) not in schema.PARENTS] == list(DEFAULTS) == SCHEMA["required"]


@pytest.mark.parametrize("path", list(BLOCKS), ids=lambda path: ".".join(path) or "top")
def test_a_typo_is_refused_at_every_level(helm: Helm, path: Path) -> None:
    values = copy.deepcopy(DEFAULTS)
    values["restore"] |= make_values()["restore"]
    at(values, path)["typo"] = "x"
    refusal = helm.refusal(values)
    assert "'typo' not allowed" in refusal
    assert f"'/{'/'.join(path)}'" in refusal or not path


@pytest.mark.parametrize(
    ("values", "place"),
    [
        (make_values({"timestamp": 20260131}), "/restore/timestamp"),
        (make_values({"bucket": "My Backups"}), "restore.bucket is not a location of backup sets: write gs://"),
        (make_values({"bucket": "gs://backups/graph?X-Goog-Signature=1"}), "restore.bucket is not"),
        (make_values({"bucket": "gs://key@backups/graph"}), "restore.bucket is not"),
        (make_values({"bucket": "user:key@backups/graph"}), "restore.bucket is not"),
        (make_values({"purgeOnComplete": "no"}), "/restore/purgeOnComplete"),
        (make_values({"extraEnv": [{"name": "A", "value": 1}]}), "/restore/extraEnv/0/value"),
        (make_values({"heapSize": "big"}), 'restore.heapSize "big" is not a heap size'),
        (make_values({"limitMemory": "2Gi"}), "/restore/limitMemory"),
        (make_values({"command": "plan"}), "/restore/command"),
        (make_values({"notAfter": 1769824800}), "/restore/notAfter"),
        (make_values({"onMissing": "empty"}), "/restore/onMissing"),
        (make_values({"onStaleLatest": "ignore"}), "/restore/onStaleLatest"),
        (make_values({"ignoreObjects": "old/*"}), "/restore/ignoreObjects"),
        (
            make_values({"ignoreObjects": ["old/*,tests/*"]}),
            'restore.ignoreObjects[0] "old/*,tests/*" is not a pattern',
        ),
        (make_values({"ignoreObjects": ["**/*"]}), 'restore.ignoreObjects[0] "**/*" is not a pattern'),
        (make_values({"requireChecksum": "yes"}), "/restore/requireChecksum"),
        (make_values({"addressingStyle": "auto"}), "/restore/addressingStyle"),
        (make_values({"stallSeconds": 0}), "/restore/stallSeconds"),
        (make_values({"connections": 65}), "/restore/connections"),
        (make_values({"deadlineSeconds": -1}), "/restore/deadlineSeconds"),
        (make_values({"startJitterSeconds": 0.5}), "/restore/startJitterSeconds"),
        (make_values(image={"repository": "neo4j:5"}), 'image.repository "neo4j:5" is not a repository'),
        (make_values(image={"tag": ""}), 'image.tag "" is not a tag of an image'),
        (
            make_values(image={"digest": "sha256:1"}),
            'image.digest "sha256:1" is not a digest of an image: write sha256:',
        ),
        (make_values(acceptLicenseAgreement=True), "/acceptLicenseAgreement"),
        (make_values(config={"server": {"memory": "1g"}}), "/config/server"),
        (make_values(data={"size": "10 GB"}), 'data.size "10 GB" is not an amount of storage: write it as 500Gi'),
        (make_values(data={"subPath": "/data"}), 'data.subPath "/data" is not a folder'),
        (make_values(data={"subPath": "../data"}), 'data.subPath "../data" is not a folder'),
        (make_values(auth=None), "missing property 'auth'"),
    ],
    ids=lambda value: value.strip("/").replace("/", ".") if isinstance(value, str) else "",
)
def test_a_malformed_value_is_refused_by_its_place(helm: Helm, values: Values, place: str) -> None:
    assert place in helm.refusal(values)


def test_a_value_that_can_hold_a_password_is_not_repeated(helm: Helm) -> None:
    values = make_values(
        {"bucket": "gs://user:hush@backups", "endpointUrl": "https://user:hush@minio"},
        finalize={"boltUri": "bolt://user:hush@graph"},
    )
    refusal = helm.refusal(values)
    assert "3 problems" in refusal
    assert "hush" not in refusal


def test_a_chart_that_contains_this_one_may_hand_down_its_globals(helm: Helm) -> None:
    helm.template(make_values(**{"global": {"region": "europe"}}))


def test_a_chart_that_contains_this_one_may_switch_it_off_by_its_condition(helm: Helm, tmp_path: Folder) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "neo4j-restore").symlink_to(CHART)
    (tmp_path / "Chart.yaml").write_text(
        "apiVersion: v2\nname: parent\nversion: 1.0.0\n"
        "dependencies: [{name: neo4j-restore, version: 0.1.0, condition: neo4j-restore.enabled}]\n"
    )
    for enabled in (True, False):
        done = helm.run("template", "graph", str(tmp_path), values={"neo4j-restore": make_values(enabled=enabled)})
        assert done.returncode == 0, done.stderr
        assert ("kind: StatefulSet" in done.stdout) is enabled


def test_the_policies_are_those_of_the_image() -> None:
    words = {str(word).lower() for word in schema.of("restore", "forceOverwrite")["enum"]}
    assert words == spec.FORCE_OVERWRITE.keys()
    assert {str(word).lower() for word in schema.of("restore", "migrate")["enum"]} == {*spec.Migrate}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("onMissing", spec.OnMissing),
        ("onStaleLatest", spec.OnStaleLatest),
        ("onForeignVolume", OnForeignVolume),
        ("spaceMode", spec.SpaceMode),
        ("addressingStyle", spec.Addressing),
        ("onLivingCluster", spec.OnLivingCluster),
    ],
    ids=["onMissing", "onStaleLatest", "onForeignVolume", "spaceMode", "addressingStyle", "onLivingCluster"],
)
def test_the_words_of_a_policy_are_those_of_the_image(key: str, words: Iterable[str]) -> None:
    assert schema.of("restore", key)["enum"] == list(words)


def test_the_init_container_s_commands_are_the_two_of_the_image_after_which_neo4j_may_start() -> None:
    assert schema.of("restore", "command")["enum"] == ["run", "rollback"]
    assert commands() > {"run", "rollback"}


def test_the_clouds_are_those_that_the_image_reads() -> None:
    readable = [name for name, scheme in spec.PROVIDERS.items() if scheme in spec.SUPPORTED_SCHEMES]
    assert schema.of("restore", "cloudProvider")["enum"] == ["", *readable]


def test_the_log_formats_are_those_of_the_image() -> None:
    (meaning,) = (variable.meaning for variable in spec.VARIABLES if variable.name == "LOG_FORMAT")
    assert schema.of("restore", "logFormat")["enum"] == re.findall(r"`(\w+)`", meaning)


DATABASES = st.lists(
    st.from_regex(r"\A[A-Za-z][A-Za-z0-9.-]{2,62}( *= *[A-Za-z][A-Za-z0-9.-]{2,62})?\Z"), min_size=1, max_size=3
).map(",".join)


@given(DATABASES)
def test_the_chart_refuses_no_databases_that_the_image_takes(databases: str) -> None:
    assert re.search(schema.FORMS["restore.database"], databases)


@given(st.text(st.sampled_from("a*?/-."), max_size=6))
def test_the_chart_takes_the_patterns_that_the_image_takes_and_no_others(pattern: str) -> None:
    try:
        known = bool(spec.parse_patterns(pattern))
    except spec.Invalid:
        known = False
    assert bool(re.search(schema.FORMS["restore.ignoreObjects[]"], pattern)) == known


def test_one_example_sets_every_key() -> None:
    values = load(CHART / "ci" / "all-values.yaml")
    for path in schema.knobs():
        at(values, path)
