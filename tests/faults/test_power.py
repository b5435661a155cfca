"""After a loss of power, whatever of the unsynced is left, the next start finds the old data, or completes the new."""

from pathlib import Path
from random import Random

import pytest
from tests.faults import power, power_recorder
from tests.faults.cases import CASES, Case
from tests.faults.conftest import MakePod
from tests.faults.pods import Pod
from tests.faults.power import Content, File, Sync
from tests.faults.power_recorder import Recording
from tests.faults.table import everything, tally
from tests.support.archives import empty

_IDS = [case.name for case in CASES]


def recorded(volume: Pod, tmp_path: Path) -> Recording:
    """Run the case's command on the volume as it is, and return all that it did there."""
    path = tmp_path / "recording"
    ended = volume.cut({"kind": "record", "volume": str(volume.data), "to": str(path)})
    assert ended.code == 0, ended
    return power_recorder.read(path)


def lose_power(volume: Pod, recording: Recording, cut: int, random: Random) -> None:
    """Leave of the volume what a power loss may leave at the event `cut`."""
    image = power.left(recording.first, recording.events[:cut], random)
    empty(volume.data)
    image.write(volume.data)


def cuts(recording: Recording, random: Random) -> list[int]:
    """Return moments at which most is at stake, before each fsync and at the end: all in the full run, else a few."""
    numbers = [number for number, event in enumerate(recording.events) if isinstance(event, Sync)]
    numbers.append(len(recording.events))
    return numbers * 3 if everything() else random.sample(numbers, 5)


@pytest.mark.parametrize("case", CASES, ids=_IDS)
def test_after_a_power_loss_the_volume_is_old_or_becomes_new(case: Case, pod: MakePod, tmp_path: Path) -> None:
    volume = pod(case)
    recording = recorded(volume, tmp_path)
    volume.assert_done()
    with tally("power loss") as tries:
        for seed, cut in enumerate(cuts(recording, Random(case.name))):  # noqa: S311
            with tries.attempt(f"{case.name}, at event {cut} of {len(recording.events)}, seed {seed}"):
                lose_power(volume, recording, cut, Random(seed))  # noqa: S311
                volume.assert_old_or_goes_on()
                volume.assert_recovers()


def test_a_line_of_the_history_that_lost_only_its_end_is_not_told_again(pod: MakePod, tmp_path: Path) -> None:
    volume = pod(next(case for case in CASES if case.name == "a dump, once, over old data"))
    recording = recorded(volume, tmp_path)
    line = (volume.home / "history.jsonl").read_bytes()
    written = next(
        number
        for number, event in enumerate(recording.events)
        if isinstance(event, Content) and event.file.data == line
    )
    with tally("power loss in the last byte of the history") as tries, tries.attempt("once"):
        image = power.all_of(recording.first, recording.events[: written + 1])
        (node,) = (node for node, file in image.files.items() if file.data == line)
        image.files[node] = File(line[:-1], image.files[node].mtime_ns)
        empty(volume.data)
        image.write(volume.data)
        volume.assert_old_or_goes_on()
        volume.assert_recovers()
