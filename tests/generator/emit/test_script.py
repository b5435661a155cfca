"""The script that installs a fleet, run with a Helm that records what it is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, FLEET
from tests.support.patience import HANGS_AFTER_SECONDS
from tests.support.says import says


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """Return a program in the place of helm, whose runs are lines of `runs`. One for the namespace `bad` fails.

    Asked for the status of a release it knows none.
    """
    program = tmp_path / "recorder"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = status ] && exit 1\necho "$*" >>{tmp_path}/runs\n'
        'case "$*" in *"--namespace bad"*) exit 1;; esac\n'
    )
    program.chmod(0o755)
    return program


def installed(tmp_path: Path, recorder: Path, *flags: str, at_once: str = "10") -> tuple[int, list[str], str]:
    """Run the script. Return its exit code, the runs of Helm, which are forgotten, and stderr."""
    argv = [str(shutil.which("bash")), str(tmp_path / "out/install.sh"), *flags]
    surroundings = {**os.environ, "HELM": str(recorder), "AT_ONCE": at_once}
    done = subprocess.run(
        argv, env=surroundings, capture_output=True, text=True, check=False, cwd="/", timeout=HANGS_AFTER_SECONDS
    )
    runs = tmp_path / "runs"
    lines = runs.read_text().splitlines() if runs.exists() else []
    runs.unlink(missing_ok=True)
    return done.returncode, lines, done.stderr


def namespaces(runs: list[str]) -> list[str]:
    """Return the namespaces of the runs of Helm."""
    return [line.split("--namespace ")[1].split()[0] for line in runs]


def test_the_script_is_a_program(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script")
    script, surroundings = tmp_path / "out/install.sh", {**os.environ, "HELM": str(recorder)}
    done = subprocess.run([script, "--list"], env=surroundings, capture_output=True, text=True, check=False)
    says(done, 0)
    assert script.read_text().startswith("#!/usr/bin/env bash\n")
    assert "to do: trial/neo4j" in done.stderr
    emit("script", "--prune", FLEET.replace("trial: {}", "trial: {heap-size: 1g}"))
    assert os.access(script, os.X_OK)


def test_shellcheck_has_nothing_against_the_script(emit: Command, tmp_path: Path) -> None:
    emit("script", CHARTS)
    argv = [str(Path(sys.executable).with_name("shellcheck")), "--shell", "bash", str(tmp_path / "out/install.sh")]
    assert subprocess.run(argv, capture_output=True, text=True, check=False).stdout == ""


def test_the_script_installs_every_release_wave_by_wave(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script", CHARTS)
    code, runs, _ = installed(tmp_path, recorder)
    assert (code, len(runs)) == (0, 5)
    assert runs[0] == (
        "upgrade --install neo4j oci://registry.example:5000/charts/neo4j-restore --namespace trial --create-namespace"
        f" --values {tmp_path}/out/trial/values.neo4j-restore.yaml --wait --timeout 6h --version 0.1.0"
    )
    assert all("neo4j --namespace big" in line and "--repo https://helm.example/charts" in line for line in runs[1:4])
    assert runs[4].endswith("--version 0.1.0 --kube-context us-prod")


def test_the_script_upgrades_the_servers_of_a_cluster_one_after_the_other(
    emit: Command, tmp_path: Path, recorder: Path
) -> None:
    emit("script", CHARTS)
    known = recorder.read_text().replace("&& exit 1", """&& echo '{"info":{"status":"deployed"}}' && exit""")
    recorder.write_text(f"{known}echo end >>{tmp_path}/runs\n")
    code, runs, _ = installed(tmp_path, recorder)
    servers = [line.split()[2] if " --namespace big " in line else line for line in runs[2:-2]]
    assert (code, servers) == (0, ["neo4j-1", "end", "neo4j-2", "end", "neo4j-3", "end"])


def test_the_script_begins_no_wave_after_a_failure(emit: Command, tmp_path: Path, recorder: Path) -> None:
    emit("script", fleet=FLEET.replace("trial: {}", "trial: {variables: {namespace: bad}}"))
    code, runs, output = installed(tmp_path, recorder)
    assert (code, len(runs)) == (1, 1)
    assert output.startswith("error: wave 0: failed: bad/neo4j\ntry: ")


def test_the_script_goes_on_where_it_failed(emit: Command, tmp_path: Path, recorder: Path) -> None:
    fleet = FLEET.replace("namespace: graph", "namespace: bad")
    emit("script", fleet=fleet)
    code, runs, _ = installed(tmp_path, recorder)
    assert (code, namespaces(runs)) == (1, ["trial", "big", "big", "big", "bad"])
    code, runs, output = installed(tmp_path, recorder, "--list")
    assert (code, runs) == (0, [])
    assert output.splitlines()[-1] == "to do: bad/neo4j"
    assert output.count("done before: ") == 4
    recorder.write_text(recorder.read_text().replace("exit 1", "exit 0"))
    assert namespaces(installed(tmp_path, recorder)[1]) == ["bad"]
    assert installed(tmp_path, recorder)[:2] == (0, [])
    emit("script", fleet=fleet.replace("trial: {}", "trial: {heap-size: 1g}"))
    assert namespaces(installed(tmp_path, recorder)[1]) == ["trial"]
    assert len(installed(tmp_path, recorder, "--again")[1]) == 5


def test_the_script_begins_no_release_after_a_failure(emit: Command, tmp_path: Path, recorder: Path) -> None:
    fleet = "".join(line for line in FLEET.splitlines(keepends=True) if "big:" not in line)
    fleet += "  bad: {}\n  later: {}\n"
    emit("script", fleet=fleet)
    code, runs, _ = installed(tmp_path, recorder, at_once="1")
    assert (code, namespaces(runs)) == (1, ["trial", "bad"])


@pytest.mark.parametrize(
    ("flags", "at_once", "helm", "expected"),
    [
        (("--lst",), "10", "recorder", "'--lst' is not known"),
        ((), "many", "recorder", "AT_ONCE is 'many'"),
        ((), "2", "recorder", "AT_ONCE is 2, but 3 servers of a cluster wait for each other"),
        ((), "10", "no-such-helm", "there is no "),
    ],
)
def test_wrong_usage_of_the_script_installs_nothing(
    emit: Command, tmp_path: Path, recorder: Path, flags: tuple[str, ...], at_once: str, helm: str, expected: str
) -> None:
    emit("script")
    code, runs, output = installed(tmp_path, recorder.with_name(helm), *flags, at_once=at_once)
    assert (code, runs) == (2, [])
    assert expected in output
