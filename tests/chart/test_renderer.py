"""Helm's library, which most tests of the chart ask, answers as the real Helm does, to the byte."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.chart.helm import CHART, CI_FILES, ROOT, Helm, Values, load, make_values
from tests.support.renderer import renderer
from tests.support.says import says

REFUSED: dict[str, Values] = {
    "nothing": {},
    "typo": make_values({"databas": "neo4j"}),
    "type": make_values(probes=7),
    "null": make_values(data=None),
    "block-as-text": {"restore": "neo4j"},
    "combination": make_values({"bucket": "ftp://backups"}, ingress={"enabled": True}),
}


@pytest.mark.parametrize(
    "values", [*map(load, CI_FILES), *REFUSED.values()], ids=[*(f.stem for f in CI_FILES), *REFUSED]
)
def test_the_library_answers_as_helm_does(helm: Helm, values: Values) -> None:
    assert_alike(helm, json.dumps(values))


@pytest.mark.parametrize(
    "values", ["", "{", "[1]", "restore:\n - a\n b: c", "restore: {database: neo4j, database: other}"], ids=repr
)
def test_text_that_is_not_a_map_is_refused_in_the_same_words(helm: Helm, values: str) -> None:
    assert_alike(helm, values)


@pytest.mark.parametrize("release", ["graph-a", "Graph_A", "", "a" * 54])
def test_a_name_of_a_release_counts_and_is_refused_alike(helm: Helm, release: str) -> None:
    assert_alike(helm, json.dumps(make_values()), release=release)


@pytest.mark.parametrize("kubernetes", ["1.25", "1.24", "v1.31.2", "new"])
def test_a_version_of_kubernetes_counts_and_is_refused_alike(helm: Helm, kubernetes: str) -> None:
    assert_alike(helm, json.dumps(make_values()), kubernetes=kubernetes)


def test_a_template_that_fails_and_one_that_makes_no_yaml_are_told_alike(helm: Helm, tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text("block: {key: 1}\n")
    (tmp_path / "templates").mkdir()
    template = tmp_path / "templates" / "small.yaml"
    for text in (
        "{{ .Values.a.b }}",
        "{{ fail",
        "a: b: c",
        "kind: [",
        "v: {{ .Capabilities.HelmVersion.Version }}",
        "",
    ):
        template.write_text(text)
        # A table in place of which there is a text: Helm warns.
        assert_alike(helm, '{"block": "text"}', chart=tmp_path)


def test_a_chart_that_is_not_there_is_told_alike(helm: Helm, tmp_path: Path) -> None:
    assert_alike(helm, "{}", chart=tmp_path)


def test_one_request_leaves_nothing_to_the_next(helm: Helm) -> None:
    first = helm.render(make_values())
    says(helm.render({}), 1, "restore.bucket is empty")
    assert helm.render(make_values()).stdout == first.stdout


def assert_alike(helm: Helm, values: str, *, release: str = "graph", chart: Path = CHART, kubernetes: str = "") -> None:
    assert helm.renderer, "Go is not on PATH"
    library = helm.renderer.template(release, chart, values, kubernetes=kubernetes)
    real = Helm(helm.path, helm.major).render(values, release=release, chart=chart, kubernetes=kubernetes)
    assert (library.returncode, library.stderr, library.stdout) == (real.returncode, real.stderr, real.stdout)


def test_where_go_is_missing_the_program_answers(helm: Helm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with renderer(helm.major) as library:
        assert library is None
    assert Helm(helm.path, helm.major).render(make_values()).stdout == helm.render(make_values()).stdout


def test_the_installer_says_what_is_missing(tmp_path: Path) -> None:
    environment = {"NEO4J_RESTORE_CACHE": str(tmp_path), "PATH": os.defpath}
    done = subprocess.run(
        [ROOT / "tools/renderer/install"], env=environment, capture_output=True, text=True, check=False
    )
    says(done, 1, "error: Go is not on PATH", "try: install Go 1.21 or later")
