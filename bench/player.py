"""Runs a contender on an empty volume, and compares its result with the set."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cases import Case
from bench.compare import compare
from bench.contenders import Contender
from bench.measure import Sample
from bench.places import ROOT
from bench.servers import Endpoint
from bench.sets import DATABASE, Sets
from tests.support import standin

from bench import dumps, measure, programs, servers

_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True)
class Player:
    """Runs one contender on an empty volume."""

    case: Case
    backups: Sets
    work: Path
    end: Endpoint

    def run(self, contender: Contender, *, warm_up: bool) -> Sample:
        """Return the figures of a run. Raises BenchError if it fails, or in the warm-up for a wrong result."""
        volume = servers.fresh(self.work / "volume")
        argv = [programs.program("bash"), "-euo", "pipefail", "-c", contender.script]
        sample = measure.run(argv, volume, self._env(contender), timeout_seconds=_TIMEOUT_SECONDS, watched=warm_up)
        if warm_up and contender.leaves_store:
            compare(volume, self.backups.manifests[self.case.manifest], self.case.databases)
        return sample

    def _env(self, contender: Contender) -> dict[str, str]:
        common = environment(self.work, self.end, self.backups.objects, contender.needs)
        if self.case.scheme in _OF_SCHEME:
            common |= _OF_SCHEME[self.case.scheme](self.end)
        return (
            common
            | {"BUCKET": f"{self.case.scheme}://{self.case.bucket}"}
            | (self._neo4j(common) if self.case.real_admin else {})
        )

    def _neo4j(self, common: Mapping[str, str]) -> dict[str, str]:
        home, conf = dumps.neo4j_home(), dumps.configure(self.work, self.work / "volume")
        path = f"{home / 'bin'}:{common['PATH']}"
        return {"PATH": path, "NEO4J_HOME": str(home), "NEO4J_CONF": str(conf), "HEAP_SIZE": "512m"}


def environment(work: Path, end: Endpoint, objects: Path, needs: Sequence[str] = ()) -> dict[str, str]:
    """Return the environment of a contender: the store's address for each tool, and our settings.

    needs: programs that must be on its PATH. Raises BenchError if one is missing.
    """
    paths = [str(Path(sys.executable).parent), *(str(Path(programs.program(name)).parent) for name in needs)]
    home = work / "neo4j"
    if not home.exists():
        standin.install(home)
    return {
        "PATH": ":".join([*paths, os.environ["PATH"]]),
        "HOME": str(work),
        "PYTHON": sys.executable,
        "BENCH": str(ROOT / "bench"),
        "OBJECTS": str(objects),
        "URL": end.url,
        "CERT": end.certificate,
        **_tools(work, end),
        "STORAGE_EMULATOR_HOST": end.url,
        "DATABASE": DATABASE,
        "DATA_DIR": str(work / "volume"),
        "NEO4J_HOME": str(home),
        "TERMINATION_LOG": str(work / "termination-log"),
        # The CA certificate, for neo4j-restore and for the serial copy.
        **({"REQUESTS_CA_BUNDLE": end.certificate, "CA_BUNDLE": end.certificate} if end.certificate else {}),
    }


def s3_environment(end: Endpoint) -> dict[str, str]:
    """Return the variables with which neo4j-restore and the tools of S3 find the store."""
    return {
        "ENDPOINT_URL": end.url,
        "AWS_ACCESS_KEY_ID": servers.S3_KEY[0],
        "AWS_SECRET_ACCESS_KEY": servers.S3_KEY[1],
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RCLONE_CONFIG_S3_TYPE": "s3",
        "RCLONE_CONFIG_S3_PROVIDER": "Other",
        "RCLONE_CONFIG_S3_ENV_AUTH": "true",
        "RCLONE_CONFIG_S3_ENDPOINT": end.url,
    }


def azure_environment(end: Endpoint) -> dict[str, str]:
    """Return the variables with which neo4j-restore and rclone find the emulated Azure."""
    account, key = servers.AZURE_ACCOUNT
    # Only an emulator has the account in the path.
    rclone = {"TYPE": "azureblob", "USE_EMULATOR": "true", "ENDPOINT": f"{end.url}/{account}"}
    rclone |= {"ACCOUNT": account, "KEY": key}
    return {
        "ENDPOINT_URL": end.url,
        "AZURE_STORAGE_KEY": key,
        **{f"RCLONE_CONFIG_AZB_{name}": value for name, value in rclone.items()},
    }


_OF_SCHEME: Mapping[str, Callable[[Endpoint], dict[str, str]]] = {"s3": s3_environment, "azb": azure_environment}


def _tools(work: Path, end: Endpoint) -> Mapping[str, str]:
    boto = work / "boto"
    boto.write_text(
        f"[Credentials]\ngs_host = {end.host}\ngs_port = {end.port}\n"
        f"gs_json_host = {end.host}\ngs_json_port = {end.port}\n"
        f"[Boto]\nis_secure = True\nca_certificates_file = {end.certificate or 'system'}\n"
        f"[GSUtil]\nstate_dir = {work / 'gsutil'}\nsoftware_update_check_period = 0\n"
    )
    rclone = {"TYPE": "google cloud storage", "ANONYMOUS": "true", "ENDPOINT": f"{end.url}/storage/v1/"}
    return {
        "BOTO_CONFIG": str(boto),
        "RCLONE_CONFIG": "/dev/null",
        **{f"RCLONE_CONFIG_STORE_{name}": value for name, value in rclone.items()},
        **({"RCLONE_CA_CERT": end.certificate} if end.certificate else {}),
    }
