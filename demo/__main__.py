"""`make demo`: the whole way from a backup in a bucket to a running Neo4j, on this machine, without a cluster.

1. a bucket, emulated in this process, with a real dump in it
2. a generated scenario for it, and the chart that helm renders with it
3. the restore container's command with its own environment, on an empty data folder
4. a real Neo4j on that folder, which then gets new data
5. the restore container once more, as after a restart of the pod: nothing is restored twice
"""

import shlex
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from demo.chart import Container, restore_container, scenario, template
from demo.pod import Pod
from demo.sample import DUMP, neo4j_home
from tests.real.neo4j import Neo4j
from tests.support.stores import Bucket, emulator

KEY = "nightly/neo4j/neo4j-2026-01-31T02-00-00.dump"

_COUNT = (
    "MATCH (s:Station) WITH count(s) AS stations, count(s.name) AS names "
    "MATCH ()-[l:LINE]->() RETURN stations, names, count(l) AS lines"
)


NEXT = """Three things to try next:

1. See what is in a bucket of yours. This changes nothing:
     BUCKET=gs://my-backups/nightly DATABASE=neo4j GOOGLE_APPLICATION_CREDENTIALS=key.json .venv/bin/neo4j-restore list
2. Answer questions, and get a values file for your cluster:
     .venv/bin/neo4j-scenarios new --interactive
3. Install the chart on a real cluster, restore, and restart the pod. It starts a cluster and ends it:
     make e2e
"""


def main() -> int:
    """Run the demo, and return the exit code: 0, or that of the first program that fails."""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="neo4j-restore-demo-") as folder, emulator() as running:
            show(Path(folder), running.bucket("demo"))
    except subprocess.CalledProcessError as error:
        say(f"{error.stdout or ''}{error.stderr or ''}", indent=3)
        say(f"error: {shlex.join(error.cmd)} ended with {error.returncode}\ntry: see its lines above")
        return error.returncode
    say(f"\nDone in {time.monotonic() - started:.0f} s.\n\n{NEXT}")
    return 0


def show(folder: Path, bucket: Bucket) -> None:
    """Run all steps in `folder`."""
    step(f"A bucket with a backup: {bucket.url}/{KEY}, {DUMP.stat().st_size} bytes, emulated at {bucket.host}")
    bucket.put(KEY, DUMP.read_bytes())
    container = render(folder, bucket)
    step("A real Neo4j, for neo4j-admin and for the server")
    try:
        home = neo4j_home(lambda line: say(line, indent=3))
    except subprocess.CalledProcessError as error:
        without_java(container, folder, error.stderr)
        return
    say(str(home), indent=3)
    pod = Pod(folder / "data", home)
    restore(pod, container)
    with Neo4j(home, pod.data) as server:
        step(f"Neo4j {home.name} on the restored data")
        count(server)
        say("and now we write one more station", indent=3)
        server.query("CREATE (:Station {id: 0, name: 'Built after the restore'})")
    again(pod, container)
    with Neo4j(home, pod.data) as server:
        step("Neo4j once more: the station that was written after the restore is still there")
        count(server)


def render(folder: Path, bucket: Bucket) -> Container:
    """Write a scenario, render the chart with it, and return the restore container."""
    step("A scenario, generated")
    values = folder / "values.yaml"
    command(scenario(f"{bucket.url}/nightly", "neo4j", bucket.host, values))
    settings = [line for line in values.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    say("\n".join(settings), indent=3)
    step("The chart, rendered with it by helm: the restore container's environment")
    container = restore_container(command(template(values)))
    say("\n".join(f"{name}={value}" for name, value in container.env.items()), indent=3)
    return container


def without_java(container: Container, folder: Path, reason: str) -> None:
    """Show the steps that work without neo4j-admin, and say which are left out and why."""
    step("The restore container finds the backup (neo4j-restore list)")
    say(Pod(folder / "data", None).run(container, "list"), indent=3)
    step("Left out: the restore, and Neo4j on it. Both need Neo4j's own programs and Java:")
    say(reason, indent=3)


def restore(pod: Pod, container: Container) -> None:
    """Run the restore container on an empty data folder."""
    step("The restore container, on an empty data folder")
    say(f"here /data is {pod.data}, and the emulated bucket needs no key", indent=3)
    say(pod.run(container), indent=3)
    step("The receipt it leaves beside the data")
    say(pod.receipt.read_text(), indent=3)


def again(pod: Pod, container: Container) -> None:
    """Run the restore container again, as a restarted pod does."""
    step("The restore container again, as when the pod restarts: nothing is restored twice")
    before = pod.receipt.read_bytes()
    say(pod.run(container), indent=3)
    if pod.receipt.read_bytes() != before:
        sys.exit(f"error: {pod.receipt} has changed: the set was restored twice")
    say("the receipt is unchanged", indent=3)


def count(server: Neo4j) -> None:
    """Print what is in the databases."""
    say(f"SHOW DATABASES: {server.status_of_databases()}", indent=3)
    say(f"nodes: {server.query(_COUNT)[0]}", indent=3)


def command(argv: list[str]) -> str:
    """Print a command, run it, and return its output. Raises CalledProcessError."""
    say(f"$ {shlex.join(argv)}".replace(f"{Path.cwd()}/", ""), indent=3)
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def step(title: str) -> None:
    """Print a step's heading."""
    say(f"\n== {title}")


def say(text: str, *, indent: int = 0) -> None:
    """Print at once, because the programs that we start print as well."""
    sys.stdout.write(textwrap.indent(text.rstrip(), " " * indent) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
