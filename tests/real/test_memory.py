"""The memory limit of the restore container, against a real neo4j-admin whose heap is used to its last page."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from tests.real.conftest import MakePod
from tests.real.databases import Made
from tests.real.restoring import Ended

from neo4j_restore.memory import limit_mib

# Java touches all pages of its heap at the start, so that the heap is resident whole.
WHOLE_HEAP = {"HEAP_SIZE": "512m", "JAVA_TOOL_OPTIONS": "-XX:+AlwaysPreTouch"}


def test_a_restore_with_a_heap_that_is_used_whole_stays_below_its_limit(neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "five", DATABASE="neo4j", **WHOLE_HEAP)
    with ThreadPoolExecutor(1) as pool:
        restore = pool.submit(volume.restore)
        peak = highest(restore, str(volume.data))
    assert restore.result().code == 0, restore.result()
    assert 512 < peak < limit_mib("512m")


def highest(restore: Future[Ended], data: str) -> float:
    """Return the most MiB that the processes of a restore to `data` took together while it ran."""
    peak, pause = 0.0, Event()
    while not restore.done():
        peak = max(peak, sum(resident(data).values()))
        pause.wait(0.02)
    return peak


def resident(data: str) -> Mapping[str, float]:
    """Return the peaks, in MiB and by command, of the processes that `DATA_DIR` names `data` to, and their children.

    A process that was just forked has its parent's command and pages, and counts once with it.
    """
    processes = {int(folder.name): status(folder) for folder in Path("/proc").glob("[0-9]*")}
    own = {number for number in processes if f"DATA_DIR={data}" in variables(number)}
    while more := {number for number, each in processes.items() if int(each.get("PPid", 0)) in own} - own:
        own |= more
    most: dict[str, float] = {}
    for each in (processes[number] for number in own if "VmHWM" in processes[number]):
        most[each["command"]] = max(most.get(each["command"], 0.0), int(each["VmHWM"].split()[0]) / 1024)
    return most


def status(folder: Path) -> dict[str, str]:
    """Return what the kernel says of a process, with its `command`. It is empty if the process has ended."""
    try:
        lines = (folder / "status").read_text().splitlines()
        return {"command": (folder / "cmdline").read_text(), **dict(line.split(":", 1) for line in lines)}
    except OSError:
        return {}


def variables(number: int) -> list[str]:
    """Return the environment of a process. It is empty if the process has ended."""
    try:
        return Path(f"/proc/{number}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return []
