"""The times that names tell: every form reads back as it was written, and nothing is read as two times."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.sets import stamps

README = (Path(__file__).parents[3] / "tools/restore/README.md").read_text()

# As `date`, Python, Java and PowerShell write them in backup scripts, to the second.
SECONDS = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H-%M-%S",
    "%Y-%m-%d-%H:%M:%S",
    "%Y-%m-%d-%H-%M-%S",
    "%Y-%m-%d_%H-%M-%S",
    "%Y-%m-%d_%H.%M.%S",
    "%Y-%m-%d_%H%M%S",
    "%Y-%m-%d-%H%M%S",
    "%Y_%m_%d_%H_%M_%S",
    "%Y.%m.%d.%H.%M.%S",
    "%Y-%m-%d--%H-%M-%S",
    "%Y-%m-%d_at_%H-%M-%S",
    "%Y-%m-%d_%Hh%Mm%Ss",
    "%Y%m%d%H%M%S",
    "%Y%m%d-%H%M%S",
    "%Y%m%d_%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M%SZ",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H-%M-%S_UTC",
    "%Y-%m-%dT%H-%M-%S-0123abcd",
    "%d-%b-%Y_%H-%M-%S",
    "%d%b%Y-%H%M%S",
    "%b-%d-%Y-%H%M%S",
)
MINUTES = ("%Y-%m-%d-%H%M", "%Y%m%d-%H%M", "%Y%m%d%H%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d_%H-%M", "%Y%m%d_%H%M")
HOURS = ("%Y%m%d%H", "%Y-%m-%d-%H", "%Y-%m-%dT%H")
DAYS = ("%Y-%m-%d", "%Y%m%d", "%Y_%m_%d", "%Y.%m.%d", "%d-%b-%Y", "%d%b%Y", "%Y-%b-%d", "%a-%b-%d-%Y", "%A_%Y-%m-%d")

times = st.integers(946_684_800, 1_988_150_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.sampled_from(SECONDS), times)
def test_a_second_reads_back(form: str, time: datetime) -> None:
    stamp = stamps.read(time.strftime(form))
    assert stamp is not None
    assert stamp.time == time
    assert stamp.holds(time)
    assert not stamp.holds(time + timedelta(seconds=1))


@given(st.sampled_from([*((each, "minutes") for each in MINUTES), *((each, "hours") for each in HOURS)]), times)
def test_a_minute_or_an_hour_reads_back_and_holds_all_of_it(form: tuple[str, str], time: datetime) -> None:
    stamp = stamps.read(time.strftime(form[0]))
    begin = time.replace(second=0) if form[1] == "minutes" else time.replace(second=0, minute=0)
    assert stamp is not None
    assert stamp.time == begin
    assert stamp.holds(time)
    assert not stamp.holds(begin + timedelta(**{form[1]: 1}))


@given(st.sampled_from(DAYS), times)
def test_a_day_is_as_late_as_it_can_be(form: str, time: datetime) -> None:
    stamp = stamps.read(time.strftime(form))
    assert stamp is not None
    assert stamp.time == time.replace(hour=23, minute=59, second=59)
    assert stamp.holds(time)


@given(st.sampled_from(["%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m%d%Y", "%d%m%Y", "%m_%d_%Y-%H%M%S"]), times)
def test_a_day_and_a_month_in_an_order_that_is_not_known_are_read_only_where_one_is_possible(
    form: str, time: datetime
) -> None:
    stamp = stamps.read(time.strftime(form))
    if time.day > 12 or time.day == time.month:
        assert stamp is not None
        assert stamp.holds(time)
    else:
        assert stamp is None


@given(st.sampled_from(["%y%m%d", "%m%d%y", "%d%m%y", "%y-%m-%d", "%y%m%d_%H%M%S"]), times)
def test_a_year_of_two_digits_is_read_right_or_not_at_all(form: str, time: datetime) -> None:
    stamp = stamps.read(time.strftime(form), time)
    assert stamp is None or stamp.holds(time)


@given(st.sampled_from(["%d-%m-%Y", "%m-%d-%Y", "%d%m%Y", "%m.%d.%Y-%H%M", "%y%m%d", "%d%m%y"]), times, times)
def test_the_order_of_other_names_decides_whenever_it_was_written(form: str, time: datetime, written: datetime) -> None:
    # Beside it is a name of the same form that could only be one day.
    other = stamps.read(time.replace(year=2001, month=1, day=31).strftime(form), datetime(2001, 2, 1, tzinfo=UTC))
    assert other is not None
    assert len(other.orders) == 1
    stamp = stamps.read(time.strftime(form), max(time, written), other.orders)
    assert stamp is not None
    assert stamp.holds(time)


@given(st.sampled_from(["%d-%m-%Y", "%m-%d-%Y", "%d%m%Y", "%y%m%d", "%d%m%y"]), times, st.integers(-20, 40))
def test_the_day_of_the_upload_decides(form: str, time: datetime, hours: int) -> None:
    stamp = stamps.read(time.strftime(form), time + timedelta(hours=hours))
    # The one day may be near to the other, such as the first of February to the second of January of two years.
    assert stamp is None or stamp.holds(time)
    if form in {"%d-%m-%Y", "%m-%d-%Y"} and abs(time.day - time.month) > 1:
        assert stamp is not None


def test_an_upload_rules_out_later_days() -> None:
    assert stamps.read("260131") is None
    stamp = stamps.read("260131", datetime(2026, 2, 1, tzinfo=UTC))
    assert stamp is not None
    assert stamp.time == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)


@given(times, st.integers(-12 * 60, 14 * 60), st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%Y%m%d-%H%M%S%:z"]))
def test_an_offset_is_taken_into_account(time: datetime, minutes: int, form: str) -> None:
    local = time.astimezone(timezone(timedelta(minutes=minutes)))
    text = local.strftime(form.replace("%:z", "%z"))
    if "%:z" in form:
        text = f"{text[:-2]}:{text[-2:]}"
    stamp = stamps.read(text)
    assert stamp is not None
    assert stamp.time == time


@given(times, st.integers(0, 999_999))
def test_fractions_and_seconds_since_1970_read_back(time: datetime, micros: int) -> None:
    precise = time.replace(microsecond=micros)
    for text in (f"{time:%Y-%m-%dT%H-%M-%S}.{micros:06}", f"{time:%Y-%m-%d-%H-%M-%S}-{micros:06}"):
        stamp = stamps.read(text)
        assert stamp is not None
        assert stamp.time == precise
    if time.year > 2001:
        stamp = stamps.read(str(int(time.timestamp())))
        assert stamp is not None
        assert stamp.time == time


@given(st.text("0123456789-_.:Tt+Zhm", max_size=30))
def test_no_text_is_read_as_two_times(text: str) -> None:
    stamp, meanings = stamps.read(text), stamps.meanings(text)
    assert (stamp is not None) == (len(meanings) == 1)


@pytest.mark.parametrize(
    "text",
    ["", "latest", "2026-13-31", "2026-02-30", "2026-01-31T24-00-00", "10.11.12", "5.26.0", "2026", "٢٠٢٦"],
)
def test_other_texts_tell_no_time(text: str) -> None:
    assert stamps.read(text) is None


def test_the_forms_in_the_readme_are_read() -> None:
    _, _, below = README.partition("| form | examples |\n|---|---|\n")
    examples = [each for row in below.split("\n\n")[0].splitlines() for each in re.findall(r"`([^`]+)`", row)]
    unread = [each for each in examples if not stamps.read(each, datetime(2026, 2, 20, tzinfo=UTC))]
    assert (len(examples) > 20, unread) == (True, ["01-02-2026"])
