"""Measures `plan`'s forecast of a restore's time against the time that the restore then takes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.player import environment
from bench.sets import FULL, QUICK, Sets, Size

from bench import dumps, measure, servers, sets

_COMMAND = str(Path(sys.executable).with_name("neo4j-restore"))

_MOST_SECONDS = 1800.0

# The database was half as large when the drill was made.
_HALF = Size("half", FULL.store_bytes // 2, FULL.archive_files, 1000)
_QUICK_HALF = Size("quick-half", QUICK.store_bytes // 2, QUICK.archive_files, QUICK.directory_files)

Record = dict[str, object]


@dataclass(frozen=True)
class _Bench:
    """What a forecast needs. work: a folder on the disk that is measured."""

    work: Path
    bucket: str

    def environment(self, end: servers.Endpoint, backups: Sets) -> dict[str, str]:
        """Return the environment of the commands, with the real neo4j-admin for dumps."""
        variables = environment(self.work, end, backups.objects) | {"BUCKET": f"gs://{self.bucket}"}
        if self.bucket != dumps.BUCKET:
            return variables
        home = dumps.neo4j_home()
        return variables | {"NEO4J_HOME": str(home), "PATH": f"{home / 'bin'}:{variables['PATH']}", "HEAP_SIZE": "512m"}

    def restored(self, backups: Sets, record: Record | None = None) -> tuple[float, float, Record]:
        """Restore. Return the forecast by an earlier restore, the seconds that it took, and its record."""
        with servers.store(backups.objects, self.work, tls=True) as end:
            env, volume = self.environment(end, backups), servers.fresh(self.work / "volume")
            home = volume / ".neo4j-restore"
            expected = 0.0
            if record:
                home.mkdir()
                (home / "receipt.json").write_text(json.dumps({"format": 1, "last": record, "wishes": {}}))
                expected = self._forecast(env)
            taken = measure.run([_COMMAND, "run"], volume, env, timeout_seconds=_MOST_SECONDS)
            last: Record = json.loads((home / "receipt.json").read_text())["last"]
            return expected, taken.wall_seconds, last

    def _forecast(self, env: Mapping[str, str]) -> float:
        done = subprocess.run([_COMMAND, "plan", "--json"], env=dict(env), capture_output=True, text=True, check=True)
        return float(json.loads(done.stdout)["forecast"]["seconds"])


def errors(work: Path, repeats: int, *, quick: bool) -> dict[str, float]:
    """Return by how much of the truth each forecast is off: the median of some rounds of drill, plan and restore."""
    grown = sets.make(QUICK if quick else FULL)
    before = sets.make(_QUICK_HALF if quick else _HALF)
    with_dump = dumps.make(grown)
    ratios = {
        "forecast_same": _error(_Bench(work, "targz"), grown, grown, repeats),
        "forecast_grown": _error(_Bench(work, "targz"), before, grown, repeats),
        "forecast_dump": _error(_Bench(work, dumps.BUCKET), with_dump, with_dump, repeats),
    }
    shutil.rmtree(work / "volume", ignore_errors=True)
    return ratios


def _error(bench: _Bench, drill: Sets, real: Sets, repeats: int) -> float:
    wrong = []
    for _ in range(repeats):
        _, _, record = bench.restored(drill)
        expected, taken, _ = bench.restored(real, record)
        wrong.append(abs(expected - taken) / taken)
    return median(wrong)
