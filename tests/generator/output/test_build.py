"""`neo4j-scenarios build fleet.yaml`, and its checks."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.fleets import GOOD, as_yaml, fleets, make_fleet
from tests.support.patience import SHARED_FIXTURES
from tests.support.says import says

from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.output.build import tree
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render

COMMAND = Path(sys.executable).with_name("neo4j-scenarios")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("values.*"))


def test_every_cluster_has_its_folder_beside_the_fleet_file(neo4j_scenarios: Command, tmp_path: Path) -> None:
    done = neo4j_scenarios("build", make_fleet(tmp_path))
    says(done, 0)
    assert done.out == ""
    assert files(tmp_path / "out") == [f"{name}/values.neo4j-restore.yaml" for name in ("eu-1", "eu-2", "us-1")]
    assert done.err.splitlines()[0] == f"written {tmp_path}/out/eu-1/values.neo4j-restore.yaml"
    assert done.err.splitlines()[-1] == "3 written"


def test_a_file_says_which_command_writes_it_and_names_no_folder_of_this_machine(
    neo4j_scenarios: Command, tmp_path: Path
) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path), "-o", tmp_path / "there")
    text = (tmp_path / "there" / "eu-1" / "values.neo4j-restore.yaml").read_text()
    assert text.splitlines()[1] == "#   neo4j-scenarios build fleet.yaml --only eu-1"
    assert str(tmp_path) not in text
    assert yaml.safe_load(text)["data"] == {"size": "100Gi", "storageClass": "premium-rwo"}


def test_a_second_build_writes_nothing_and_a_check_agrees(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    neo4j_scenarios("build", fleet)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}
    assert neo4j_scenarios("build", fleet).err == "3 unchanged\n"
    says(neo4j_scenarios("build --check", fleet), 0)
    assert before == {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")}


def test_a_check_lists_what_is_missing_stale_and_orphaned(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    fleet = make_fleet(tmp_path, GOOD.replace("eu-1:", "eu-9:").replace("50Gi", "60Gi"))
    done = neo4j_scenarios("build --check", fleet)
    out = tmp_path / "out"
    says(done, 3)
    assert done.out.splitlines() == [
        f"missing {out}/eu-9/values.neo4j-restore.yaml",
        f"stale {out}/us-1/values.neo4j-restore.yaml",
        f"orphaned {out}/eu-1/values.neo4j-restore.yaml",
    ]
    result = json.loads(neo4j_scenarios("build --check --json", fleet).out)
    assert {key: result[key] if key == "unchanged" else len(result[key]) for key in result} == {
        "missing": 1,
        "stale": 1,
        "orphaned": 1,
        "unchanged": 1,
        "problems": 0,
    }


def test_orphans_are_told_and_go_with_prune(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    fleet = make_fleet(tmp_path, GOOD.replace("  eu-2: {}\n", ""))
    done = neo4j_scenarios("build", fleet)
    assert done.err.splitlines()[-1] == "1 orphaned, 2 unchanged (--prune removes orphaned files)"
    says(neo4j_scenarios("build --check", fleet), 3)
    assert neo4j_scenarios("build --prune", fleet).err.splitlines()[-1] == "1 removed, 2 unchanged"
    assert not (tmp_path / "out" / "eu-2").exists()


def test_a_selected_build_leaves_the_others_files_alone(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("build", make_fleet(tmp_path))
    fleet = make_fleet(tmp_path, GOOD.replace("100Gi", "200Gi"))
    assert neo4j_scenarios("build --prune --only 'eu-*'", fleet).err.splitlines()[-1] == "1 written, 1 unchanged"
    assert neo4j_scenarios("build --check", fleet).out == ""
    says(neo4j_scenarios("build --check -l region=us", fleet), 0)


def test_nothing_is_written_where_anything_is_wrong(neo4j_scenarios: Command, tmp_path: Path) -> None:
    done = neo4j_scenarios("build", make_fleet(tmp_path, GOOD.replace("50Gi", "lots")))
    says(done, 1, f"error: {tmp_path}/fleet.yaml:12:8: storage-size: 'lots' is not a storage size")
    assert not (tmp_path / "out").exists()
    (problem,) = json.loads(neo4j_scenarios("build --json", tmp_path / "fleet.yaml").out)["problems"]
    assert problem["clusters"] == ["us-1"]


def test_a_folder_of_someone_else_is_refused(neo4j_scenarios: Command, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    done = neo4j_scenarios("build", make_fleet(tmp_path), "-o", tmp_path)
    says(done, 1, "is not an output folder of neo4j-scenarios")
    says(neo4j_scenarios("build --check", tmp_path / "fleet.yaml", "-o", tmp_path), 1)


def test_quiet_says_nothing_and_json_only_json(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    done = neo4j_scenarios("build --json", fleet)
    assert done.err == ""
    assert len(json.loads(done.out)["written"]) == 3
    done = neo4j_scenarios("build --quiet", fleet)
    assert (done.out, done.err) == ("", "")


def test_many_files_are_counted_and_not_all_named(neo4j_scenarios: Command, tmp_path: Path) -> None:
    many = "".join(f"  c-{number}: {{}}\n" for number in range(40))
    lines = neo4j_scenarios("build", make_fleet(tmp_path, GOOD + many)).err.splitlines()
    assert len(lines) == 22
    assert lines[-2:] == ["written … and 23 more", "43 written"]


@pytest.mark.parametrize("flag", ["--prune", "-o x", "--only x", "-l x=y"])
def test_what_is_for_fleets_alone_is_refused_for_folders(neo4j_scenarios: Command, tmp_path: Path, flag: str) -> None:
    done = neo4j_scenarios(f"build {flag}", tmp_path)
    says(done, 2, "error: FLEET: is missing")


def test_after_ctrl_c_every_file_is_whole_and_the_next_build_completes_the_rest(tmp_path: Path) -> None:
    text = GOOD + "".join(f"  c-{number}: {{}}\n" for number in range(2000))
    fleet, out = make_fleet(tmp_path, text), tmp_path / "out"
    for _ in range(9):  # a build that ended before the signal came is made again
        shutil.rmtree(out, ignore_errors=True)
        command = subprocess.Popen([COMMAND, "build", fleet], stderr=subprocess.PIPE, text=True)
        while command.poll() is None and not out.exists():
            os.sched_yield()
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate()
        if command.returncode:
            break
    assert command.returncode == 130
    assert "interrupted" in errors
    expected = tree(load(fleet)).files
    assert all((out / path).read_text() == expected[path] for path in files(out))
    assert not list(out.rglob(".*.new"))
    assert subprocess.run([COMMAND, "build", fleet, "-q"], check=True, capture_output=True).stderr == b""
    assert len(files(out)) == 2003


@pytest.mark.parametrize(("locale", "seed"), [("C", "0"), ("tr_TR.UTF-8", "1"), ("C.UTF-8", "random")])
def test_locale_hash_seed_and_working_folder_do_not_change_a_byte(tmp_path: Path, locale: str, seed: str) -> None:
    text = GOOD.replace(
        "labels: {env: dev}", "labels: {env: dev}\n  variables: {dir: GRÖßEIi}\n  backup-set-dir: '{{ dir | lower }}'"
    )
    fleet = make_fleet(tmp_path, text)
    surroundings = {"PATH": os.environ["PATH"], "LC_ALL": locale, "PYTHONHASHSEED": seed}
    subprocess.run([COMMAND, "build", fleet.name], check=True, env=surroundings, cwd=tmp_path, capture_output=True)
    for path, expected in tree(load(fleet)).files.items():
        assert (tmp_path / "out" / path).read_bytes() == expected.encode()


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES, max_examples=40)
@given(fleets())
def test_a_fleet_gives_the_same_bytes_whatever_the_order_of_its_keys(
    neo4j_scenarios: Command, tmp_path: Path, fleet: dict[str, dict[str, dict[str, str]]]
) -> None:
    there = tree(load(make_fleet(tmp_path, as_yaml(fleet)))).files
    turned = {
        part: {name: dict(reversed(said.items())) for name, said in reversed(named.items())}
        if part != "defaults"
        else named
        for part, named in reversed(fleet.items())
    }
    assert there == tree(load(make_fleet(tmp_path, as_yaml(turned)))).files
    for cluster in load(tmp_path / "fleet.yaml").clusters:
        (scenario,) = cluster.scenarios
        said = {key: text for key, text in fleet["clusters"][cluster.name].items() if key != "group"}
        line = f"neo4j-scenarios build fleet.yaml --only {cluster.name}"
        assert there[f"{cluster.name}/values.{scenario.target.slug}.yaml"] == render(parse(said), line)


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES, max_examples=15)
@given(fleets())
def test_a_build_after_a_build_finds_nothing_to_do(
    neo4j_scenarios: Command, tmp_path: Path, fleet: dict[str, dict[str, dict[str, str]]]
) -> None:
    path = make_fleet(tmp_path, as_yaml(fleet))
    says(neo4j_scenarios("build --prune", path), 0)
    says(neo4j_scenarios("build --check", path), 0)
    assert neo4j_scenarios("build", path).err.endswith(f"{len(fleet['clusters'])} unchanged\n")


@pytest.mark.parametrize("module", ["cli", "fleet.fleet", "output.build", "output.write_tree"])
def test_ctrl_c_is_one_line_and_no_traceback_at_any_moment(tmp_path: Path, module: str) -> None:
    fleet = make_fleet(tmp_path, GOOD)
    program = f"""
import os, signal, sys
class Signal:
    def find_spec(self, name, path=None, target=None):
        if name == "neo4j_scenarios.{module}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Signal())
from neo4j_scenarios.entry import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", program, "build", fleet], capture_output=True, text=True, check=False)
    says(done, 130)
    assert done.stderr == "interrupted: no file is half written. Run it again\n"
    assert not (tmp_path / "out").exists()


def test_a_build_takes_one_fleet(neo4j_scenarios: Command, tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path, GOOD)
    done = neo4j_scenarios("build", fleet, fleet)
    says(done, 2, "a build takes only one fleet")


def test_with_keep_going_one_broken_cluster_does_not_block_the_others(neo4j_scenarios: Command, tmp_path: Path) -> None:
    path = make_fleet(tmp_path, GOOD)
    neo4j_scenarios("build", path)
    held = (tmp_path / "out/eu-2/values.neo4j-restore.yaml").read_bytes()
    broken = GOOD.replace("eu-2: {}", "eu-2: {heap-size: lots}").replace("storage-size: 100Gi", "storage-size: 200Gi")
    path.write_text(broken)
    says(neo4j_scenarios("build", path), 1)
    done = neo4j_scenarios("build", path, "--keep-going", "--prune")
    says(done, 1)
    assert done.err.count("error: ") == 1
    assert "heap-size: 'lots'" in done.err
    assert "200Gi" in (tmp_path / "out/eu-1/values.neo4j-restore.yaml").read_text()
    assert (tmp_path / "out/eu-2/values.neo4j-restore.yaml").read_bytes() == held


def test_list_lists_a_broken_cluster_with_what_is_wrong(neo4j_scenarios: Command, tmp_path: Path) -> None:
    path = make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {heap-size: lots}"))
    done = neo4j_scenarios("list", path)
    says(done, 0)
    rows = done.out.splitlines()
    assert [row.split()[0] for row in rows] == ["CLUSTER", "eu-1", "eu-2", "us-1"]
    assert "heap-size: 'lots'" in rows[2]
    listed = json.loads(neo4j_scenarios("list", path, "--json").out)
    assert [bool(row["problem"]) for row in listed] == [False, True, False]
