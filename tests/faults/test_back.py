"""A swap is undone if a rename fails. If that is interrupted, the next start finds the old data or the new data.

In the full run each rename of each case fails once. Each time, the restore is killed at up to 24 of the changes that
follow, and loses power at up to 12 of the fsyncs that follow and at the end. The kills take the first and last change
of each kind (rename, unlink, fsync and so on), and more spread evenly between. All changes of all renames would grow
with the square of their number.
"""

import errno
import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from tests.faults import power, power_recorder
from tests.faults.cases import CASES, Case
from tests.faults.conftest import MakePod, some, spread
from tests.faults.forks import Ended
from tests.faults.pods import Pod
from tests.faults.power import Sync
from tests.faults.power_recorder import Recording
from tests.faults.table import everything, tally
from tests.support.archives import empty

_KILLED = -signal.SIGKILL

# What a rename may meet: a mount point, another user's folder, a disk that fails.
_ERRORS = (errno.EBUSY, errno.EACCES, errno.EIO)

# At how many moments after one failed rename a try is made, in the full run.
_KILLS = 24
_LOSSES = 12

# With the old data deleted there is none to go back to.
_TRIED = [case for case in CASES if not case.reclaims]
_IDS = [case.name for case in _TRIED]


def renames(volume: Pod) -> list[int]:
    """Return the changes at which the case's command renames: those of the swap are the last."""
    return [number for number, change in enumerate(volume.cut().changes) if change == "rename"]


def failing(number: int) -> dict[str, object]:
    """Return the fault that fails the rename at this change, once."""
    return {"at": number, "error": _ERRORS[number % len(_ERRORS)], "names": ["rename"]}


def failed(volume: Pod, number: int) -> Ended | None:
    """Run with a failing rename. Return how it ended, or None if the rename was in housekeeping."""
    volume.lay()
    ended = volume.cut({"kind": "fail", "lasts": False, **failing(number)})
    return ended if ended.code else None


def taken_back(volume: Pod, name: str, count: int) -> Iterator[tuple[int, Ended]]:
    """Yield renames of the swap, each with how the command ended that took the swap back."""
    volume.lay()
    numbers = renames(volume)
    for each in some(len(numbers), name, min(count, len(numbers))):
        ended = failed(volume, numbers[each])
        if ended:
            yield numbers[each], ended


def changing(tried: Iterator[tuple[int, Ended]]) -> Iterator[tuple[int, Ended]]:
    """Yield those after which the volume was changed: where the journal could not be written, nothing is undone."""
    return ((number, ended) for number, ended in tried if len(ended.changes) > number + 1)


def kills(ended: Ended, number: int, name: str) -> list[int]:
    """Return the changes after the failed rename at which to kill."""
    later = ended.changes[number + 1 :]
    chosen = spread(later, _KILLS) if everything() else some(len(later), f"{name} {number}", min(2, len(later)))
    return [number + 1 + each for each in chosen]


def losses(recording: Recording, random: Random) -> list[int]:
    """Return the events at which to lose power: fsyncs of the later half, where the swap is, and the end."""
    synced = [cut for cut, event in enumerate(recording.events) if isinstance(event, Sync)]
    cuts = [*synced[len(synced) // 2 :], len(recording.events)]
    return (
        [cuts[each] for each in spread(["sync"] * len(cuts), _LOSSES)]
        if everything()
        else random.sample(cuts, min(2, len(cuts)))
    )


@pytest.mark.parametrize("case", _TRIED, ids=_IDS)
def test_a_rename_that_fails_leaves_the_old_data_live_and_no_seal(case: Case, pod: MakePod) -> None:
    volume = pod(case)
    with tally("a rename of the swap fails") as tries:
        for number, ended in taken_back(volume, case.name, 3):
            with tries.attempt(f"{case.name}, at change {number}"):
                assert ended.code == 14, str(ended)
                assert volume.holds_old(), f"not the old data: {ended}"
                assert not volume.journal() or not case.purges, f"a journal is left: {volume.journal()}"
                volume.assert_recovers()


@pytest.mark.parametrize("case", _TRIED, ids=_IDS)
def test_killed_while_a_swap_is_taken_back_the_volume_is_old_or_becomes_new(case: Case, pod: MakePod) -> None:
    volume = pod(case)
    with tally("SIGKILL while a swap is taken back") as tries:
        for number, ended in islice(changing(taken_back(volume, case.name, 8)), None if everything() else 2):
            for kill in kills(ended, number, case.name):
                with tries.attempt(f"{case.name}, a rename failed at {number}, killed before {kill}"):
                    volume.lay()
                    fault = {"kind": "fail, then kill", "kill": kill, **failing(number)}
                    assert volume.cut(fault).code == _KILLED
                    volume.assert_old_or_goes_on()
                    volume.assert_recovers()


@pytest.mark.parametrize("case", _TRIED, ids=_IDS)
def test_after_a_power_loss_while_a_swap_is_taken_back_the_volume_is_old_or_becomes_new(
    case: Case, pod: MakePod, tmp_path: Path
) -> None:
    volume, random = pod(case), Random(case.name)  # noqa: S311
    with tally("power loss while a swap is taken back") as tries:
        for number, _ in taken_back(volume, case.name, 2):
            volume.lay()
            path = tmp_path / "recording"
            fault = {"kind": "fail, recorded", "volume": str(volume.data), "to": str(path), **failing(number)}
            assert volume.cut(fault).code == 14
            recording = power_recorder.read(path)
            for cut in losses(recording, random):
                with tries.attempt(f"{case.name}, a rename failed at {number}, power lost at event {cut}"):
                    image = power.left(recording.first, recording.events[:cut], Random(cut))  # noqa: S311
                    empty(volume.data)
                    image.write(volume.data)
                    volume.assert_old_or_goes_on()
                    volume.assert_recovers()
