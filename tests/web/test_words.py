from datetime import UTC, date, datetime

import pytest

from scheduler import dates
from scheduler.domain.length import Length
from scheduler.domain.status import Status
from scheduler.domain.timeline import Phase
from scheduler.web import words
from scheduler.web.episodes.picture import Scale, draw


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "day of treatment"), (1, "1 day after treatment"), (4, "4 days after treatment")],
)
def test_it_counts_days_as_staff_do(number: int, said: str) -> None:
    assert words.days_after(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [("+447700900123", "07700 900123"), ("+12025550123", "+1 202-555-0123"), ("nonsense", "nonsense")],
)
def test_it_reads_a_number_out(number: str, said: str) -> None:
    assert words.phone(number) == said


@pytest.mark.parametrize(("hours", "said"), [(1, "1 hour"), (24, "1 day"), (72, "3 days"), (12, "12 hours")])
def test_it_says_a_length_in_its_larger_unit(hours: int, said: str) -> None:
    assert words.length(Length(hours)) == said


def test_it_writes_a_day_out() -> None:
    assert dates.long_day(date(2026, 11, 26)) == "Thursday 26 November"


@pytest.mark.parametrize("status", list(Status))
def test_it_has_a_word_and_a_mark_for_every_status(status: Status) -> None:
    assert words.STATUS[status]
    assert words.mark(status) in words.MARK_MEANS


def test_a_picture_of_nothing_still_has_its_first_day() -> None:
    picture = draw("Europe/London", date(2026, 11, 20), (), [], datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert picture.now == "25.00%"
    assert picture.ticks[0].text == "Fri 20 Nov"


def test_it_keeps_everything_inside_the_frame() -> None:
    start, end = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
    scale = Scale("Europe/London", start, end)
    assert scale.x(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert scale.x(datetime(2030, 1, 1, tzinfo=UTC)) == 100


@pytest.mark.parametrize(
    ("ends_at", "last_date", "at_least", "said"),
    [
        (datetime(2026, 12, 5, tzinfo=UTC), date(2026, 12, 4), False, "until Fri 4 Dec"),
        (datetime(2026, 12, 5, tzinfo=UTC), date(2026, 12, 4), True, "at least until Fri 4 Dec"),
        (datetime(2026, 11, 23, 15, tzinfo=UTC), date(2026, 11, 23), False, "until Mon 23 Nov, 15:00"),
        (None, None, False, "no end given"),
    ],
)
def test_it_says_until_when(
    ends_at: datetime | None, last_date: date | None, at_least: bool, said: str
) -> None:
    starts_at = datetime(2026, 11, 20, tzinfo=UTC)
    whole_day = ends_at is not None and ends_at.hour == 0
    phase = Phase(
        "p", "do", "site", "P", starts_at, ends_at, 0, None, last_date, None, whole_day, at_least, ()
    )
    assert words.until(phase, "Europe/London") == said
