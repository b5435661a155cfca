"""The fleets that the generator is measured with, and the floor that it is measured against."""

import marshal
import subprocess
import sys
from pathlib import Path

from tests.support.says import says

from bench import bare_write, fleets


def test_the_fleet_has_each_cluster_once_and_builds(tmp_path: Path) -> None:
    fleets.write(tmp_path / "fleet", 14)
    command = str(Path(sys.executable).with_name("neo4j-scenarios"))
    argv = [command, "build", str(tmp_path / "fleet" / "fleet.yaml"), "--quiet", "-o", str(tmp_path / "out")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    says(done, 0)
    assert sorted(path.parent.name for path in tmp_path.glob("out/*/values*")) == [fleets.name(n) for n in range(14)]


def test_bare_writes_are_those_files_and_nothing_else(tmp_path: Path) -> None:
    files = {"note": b"n", "a/values.yaml": b"a", "b/values.yaml": b"b"}
    (tmp_path / "packed").write_bytes(marshal.dumps(files))
    argv = [sys.executable, bare_write.__file__, str(tmp_path / "packed"), str(tmp_path / "out")]
    subprocess.run(argv, check=True)
    written = {str(path.relative_to(tmp_path / "out")): path.read_bytes() for path in tmp_path.rglob("out/**/*.yaml")}
    assert written | {"note": (tmp_path / "out" / "note").read_bytes()} == files
