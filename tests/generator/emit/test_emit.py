"""`neo4j-scenarios emit`: what engines are told of a fleet, against their published schemas or the engine itself."""

from pathlib import Path

import jsonschema_rs
import pytest
from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, FLEET, GIT, KINDS, files, objects
from tests.generator.emit.published import schemas
from tests.generator.fleets import make_fleet
from tests.support.says import says

from neo4j_scenarios.emit import ENGINES

# Those whose shared files name every cluster, whatever is selected.
SHARING = [name for name, engine in ENGINES.items() if not engine.selects]

# Those that take any fleet. Seeds need running clusters and a lock: see test_seed.
ANY = [name for name, engine in ENGINES.items() if not engine.seeds]


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_schema_refuses_a_key_that_is_not_known(kind: str) -> None:
    schema = schemas()[KINDS[kind], kind]
    messages = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors({"sepc": {}})]
    assert any("sepc" in message for message in messages)


@pytest.mark.parametrize("engine", ANY)
def test_a_second_time_nothing_is_written_and_a_check_agrees(emit: Command, engine: str) -> None:
    flags = f"{CHARTS} {GIT}"
    says(emit(engine, flags), 0)
    says(emit(engine, flags), 0, unsaid="written")
    says(emit(engine, f"{flags} --check"), 0)
    says(emit(engine, f"{flags} --check --at-once 20"), 3)


@pytest.mark.parametrize("engine", ANY)
def test_the_command_in_a_file_names_all_that_it_was_written_with(emit: Command, tmp_path: Path, engine: str) -> None:
    emit(engine, f"{CHARTS} {GIT} --at-once 5 --part early -l wave!=2")
    written = [path for path in (tmp_path / "out").rglob("*") if path.suffix in {".yaml", ".sh"}]
    heads = [line for path in written for line in path.read_text().splitlines()[:3]]
    assert any(
        f"emit {engine} fleet.yaml" in head
        and all(
            word in head
            for word in ["--chart neo4j/neo4j=", "--path fleets/prod", "-l 'wave!=2'", "--part early", "--at-once 5"]
        )
        for head in heads
    )


@pytest.mark.parametrize("engine", SHARING)
def test_a_selection_writes_files_of_its_own_clusters_and_drops_no_other(
    emit: Command, tmp_path: Path, engine: str
) -> None:
    flags = f"{CHARTS} {GIT}"
    emit(engine, flags)
    before = files(tmp_path / "out")
    changed = FLEET.replace("scenario: single-instance", "scenario: single-instance\n  heap-size: 1g")
    done = emit(engine, f"{flags} --only trial --prune", changed)
    says(done, 0, unsaid=("orphaned", "removed"))
    different = {path for path, held in files(tmp_path / "out").items() if held != before.get(path)}
    assert {path for path in different if "trial" not in path} == set()
    assert different


@pytest.mark.parametrize("engine", SHARING)
def test_a_selection_into_an_empty_folder_asks_for_the_whole_fleet_or_a_part(
    emit: Command, tmp_path: Path, engine: str
) -> None:
    done = emit(engine, f"{CHARTS} {GIT} --only trial")
    says(done, 2, "the selection: leaves out 2 clusters without files", "--part NAME")
    assert not (tmp_path / "out").exists()


def test_a_selector_with_an_unknown_label_is_noted_and_selects_as_it_says(emit: Command, tmp_path: Path) -> None:
    done = emit("script", "-l waev!=10")
    says(done, 0, "note: -l: no cluster has the label 'waev': did you mean 'wave'?")
    says(emit("script", "--only missing"), 2, "--only 'missing'")
    says(emit("script", "-l wave=77"), 2, "the selection: matches none of the 3 clusters")


def test_parts_of_a_fleet_share_no_object(emit: Command, tmp_path: Path) -> None:
    names = []
    for part in ("early", "late"):
        selector = "wave=0" if part == "early" else "wave=10"
        path = make_fleet(tmp_path, f"name: graphs\n{FLEET}")
        says(emit("flux", f"{CHARTS} --part {part} -l {selector} -o {tmp_path / part}", path.read_text()), 0)
        names += [each["metadata"]["name"] for each in objects(tmp_path / part / "waves.yaml")]
    assert names == ["graphs-early-wave-0", "graphs-late-wave-10"]
    done = emit("flux", f"{CHARTS} --part late -l wave=10 -o {tmp_path / 'early'}", f"name: graphs\n{FLEET}")
    assert "is not the output folder of fleet.yaml, part late for flux" in done.err


@pytest.mark.parametrize("engine", ANY)
@pytest.mark.parametrize(
    ("clusters", "expected"),
    [
        (
            "  payments: {variables: {namespace: graph}}\n  ledger: {variables: {namespace: graph}}\n",
            "payments and ledger would be the same release 'neo4j' in namespace 'graph'",
        ),
        (
            "  a: {variables: {namespace: graph, kubernetes: eu}}\n"
            "  b: {variables: {namespace: graph, kubernetes: eu}}\n",
            "a and b would be the same release 'neo4j' in namespace 'graph' of 'eu'",
        ),
        ("  eu: {group: graph}\n  eu-1: {}\n", "eu and eu-1 would both have a release named 'eu-1'"),
        (f"  {'x' * 60}: {{}}\n", "engines allow at most 63"),
    ],
    ids=["one namespace", "one namespace elsewhere", "one file", "a long name"],
)
def test_two_clusters_that_are_one_release_are_refused(
    emit: Command, tmp_path: Path, engine: str, clusters: str, expected: str
) -> None:
    done = emit(engine, f"{CHARTS} {GIT}", FLEET.partition("clusters:")[0] + "clusters:\n" + clusters)
    says(done, 1, expected)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("engine", ANY)
def test_pods_that_are_never_ready_are_given_to_no_engine(emit: Command, tmp_path: Path, engine: str) -> None:
    offline = FLEET.replace(
        "trial: {}", "trial: {target: neo4j/neo4j, offline-maintenance: 'true', password-secret: a}"
    )
    done = emit(engine, f"{CHARTS} {GIT}", offline)
    says(done, 1, "offline-maintenance: keeps the pods from becoming ready")
    assert not (tmp_path / "out").exists()


def test_one_namespace_of_two_kubernetes_clusters_or_with_two_releases_is_no_clash(emit: Command) -> None:
    clusters = (
        "  a: {variables: {namespace: graph, kubernetes: eu}}\n  b: {variables: {namespace: graph}}\n"
        "  c: {release: other, variables: {namespace: graph}}\n"
    )
    says(emit("script", fleet=FLEET.partition("clusters:")[0] + "clusters:\n" + clusters), 0)


@pytest.mark.parametrize("engine", ANY)
def test_a_broken_cluster_keeps_what_it_has_and_stops_no_other(emit: Command, tmp_path: Path, engine: str) -> None:
    flags = f"{CHARTS} {GIT}"
    emit(engine, flags)
    before = files(tmp_path / "out")
    broken = FLEET.replace("trial: {}", "trial: {labels: {wave: '0', 'tier': '-'}}")
    says(emit(engine, flags, broken), 1)
    done = emit(engine, f"{flags} --keep-going", broken)
    says(done, 1, "error: ", unsaid="orphaned")
    assert files(tmp_path / "out") == before
    hidden = FLEET.replace("trial: {}", "trial: {scenario: no-such}")
    done = emit(engine, f"{flags} --keep-going", hidden)
    assert "has problems that hide its release" in done.err
    assert files(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("kubernetes", "engine", "code"),
    [
        ("-x", "script", 1),
        ("a b", "script", 1),
        ("arn:aws:eks:eu-west-1:123456789012:cluster/eu", "script", 0),
        ("arn:aws:eks:eu-west-1:123456789012:cluster/eu", "flux", 2),
    ],
)
def test_a_place_that_an_engine_could_not_reach_is_refused(
    emit: Command, kubernetes: str, engine: str, code: int
) -> None:
    done = emit(engine, CHARTS, FLEET.replace("kubernetes: us-prod", f"kubernetes: '{kubernetes}'"))
    says(done, code)
    assert ("variables.kubernetes" in done.err) == (code != 0)


def test_every_engine_installs_the_version_that_a_cluster_names(emit: Command, tmp_path: Path) -> None:
    fleet = FLEET.replace("trial: {}", "trial: {chart-version: 0.2.0}")
    for engine in ANY:
        says(emit(engine, f"{CHARTS} {GIT} -o {tmp_path / engine}", fleet), 0)
    elements = objects(tmp_path / "argocd/applicationset.neo4j-restore.yaml")[0]["spec"]["generators"][0]["list"]
    assert [each["version"] for each in elements["elements"]] == ["0.2.0", "0.1.0"]
    flux = [objects(tmp_path / f"flux/wave-{path}.yaml")[0]["spec"]["chart"]["spec"] for path in ("0/trial", "10/live")]
    assert [each["version"] for each in flux] == ["0.2.0", "0.1.0"]
    (trial,) = objects(tmp_path / "helmfile/wave-0.yaml")[0]["releases"]
    assert trial["version"] == "0.2.0"
    assert "neo4j-restore --version 0.2.0\n" in (tmp_path / "script/install.sh").read_text()
    emit("script", f"-o {tmp_path / 'plain'}", fleet)
    assert "charts/neo4j-restore --version 0.2.0\n" in (tmp_path / "plain/install.sh").read_text()


@pytest.mark.parametrize(
    ("engine", "flags", "expected"),
    [
        ("argo", CHARTS, "error: ENGINE: 'argo' is not known: did you mean 'argocd'?"),
        ("argocd", CHARTS, "error: --repository: is missing: argocd reads the output folder from Git"),
        ("flux", "", "error: --chart: is missing for neo4j-restore"),
        ("flux", "--chart neo4j-restore=charts/neo4j-restore", "is not TARGET=REPOSITORY/NAME:VERSION"),
        ("flux", "--chart neo4j-restor=oci://a/b:1", "did you mean 'neo4j-restore'?"),
        ("argocd", f"{CHARTS} --repository git.example", "error: --repository: 'git.example' is not the URL"),
        ("flux", f"{CHARTS} --path a/../../b", "error: --path: 'a/../../b' is not a folder of the repository"),
        ("argocd", f"{CHARTS} {GIT} --revision=--help", "error: --revision: '--help' is not a branch or tag"),
        ("argocd", f"{CHARTS} {GIT} --sync-window deny", "error: --sync-window: needs a separate project"),
        ("argocd", f"{CHARTS} {GIT} --project a --sync-window deny", "error: --sync-window: 'deny' is not KIND;"),
        ("argocd", f"{CHARTS} {GIT} --project A_b", "error: --project: 'A_b'"),
        ("flux", f"{CHARTS} --project graphs", "error: --project: is for argocd, not for flux"),
        ("script", "--timeout 5m", "error: --timeout: is for flux, not for script"),
        ("flux", f"{CHARTS} --timeout soon", "error: --timeout: 'soon' is not a duration"),
        ("flux", f"{CHARTS} --timeout 0s", "error: --timeout: '0s' is not between 1s and 7d"),
        ("script", "--at-once 2", "error: --at-once: is 2, less than the 3 servers of big, which wait for each other"),
    ],
)
def test_what_an_engine_can_not_be_told_is_refused(
    emit: Command, tmp_path: Path, engine: str, flags: str, expected: str
) -> None:
    done = emit(engine, flags)
    says(done, 2)
    assert done.out == ""
    assert expected in done.err
    assert not (tmp_path / "out").exists()


def test_the_problems_of_all_clusters_are_told_with_their_places(emit: Command) -> None:
    fleet = FLEET.replace('wave: "10"', "wave: soon")
    fleet = fleet.replace("trial: {}", "a.b: {target: [neo4j/neo4j, neo4j-restore]}")
    done = emit("script", fleet=fleet)
    says(
        done,
        1,
        "fleet.yaml:7:19: labels.wave: 'soon' is not a whole number (cluster live)",
        "fleet.yaml:20:9: target: names 2 charts, but an engine would install all of them (cluster a.b)",
        "'a.b' is not a valid namespace",
    )


def test_a_problem_that_clusters_share_is_told_once(emit: Command) -> None:
    fleet = FLEET.replace('labels: {wave: "0"}', "labels: {wave: soon}") + "  more: {}\n"
    done = emit("script", fleet=fleet)
    assert done.err.count("error: ") == 1
    assert "'soon' is not a whole number (2 clusters: trial, more)" in done.err
