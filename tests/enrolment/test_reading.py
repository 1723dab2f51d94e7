from datetime import UTC, datetime

import pytest

from scheduler.enrolment.reading import AskFold, read_channels, read_email, read_name, read_treated

LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-11-20T15:00", "2026-11-20T15:00Z"),
        (" 2026-07-01 15:00:59 ", "2026-07-01T14:00Z"),
        ("2026-11-20T15:00:00+05:30", "2026-11-20T09:30Z"),
        ("2026-11-20T15:00Z", "2026-11-20T15:00Z"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30Z"),
    ],
)
def test_it_reads_a_time_in_the_clinics_zone_unless_it_has_an_offset(typed: str, instant: str) -> None:
    assert read_treated(typed, LONDON, "") == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "2026-11-20", "20.11.2026 15:00", "2026-11-20T15", "15:00"]
)
def test_it_says_how_to_write_a_time(typed: str) -> None:
    with pytest.raises(ValueError, match=r"date and (the )?time"):
        read_treated(typed, LONDON, "")


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30T10:00",
        "2026-13-01T10:00",
        "2026-11-20T24:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59",
    ],
)
def test_it_refuses_a_time_that_no_calendar_has(typed: str) -> None:
    with pytest.raises(ValueError, match="no such date and time"):
        read_treated(typed, LONDON, "")


@pytest.mark.parametrize(
    ("typed", "zone", "last", "first"),
    [
        ("2026-03-29T01:30", LONDON, "00:59", "02:00"),
        ("2026-10-04T02:10", "Australia/Lord_Howe", "01:59", "02:30"),
        ("2026-03-08T02:00", "America/New_York", "01:59", "03:00"),
    ],
)
def test_it_names_the_neighbours_of_a_time_that_the_clock_skipped(
    typed: str, zone: str, last: str, first: str
) -> None:
    with pytest.raises(ValueError, match=f"up to {last} or from {first}"):
        read_treated(typed, zone, "first")


def test_it_asks_about_a_time_that_came_twice() -> None:
    with pytest.raises(AskFold, match=r"01:30 on Sun 25 Oct came twice.*first time or the second"):
        read_treated("2026-10-25T01:30", LONDON, "")


def test_it_takes_the_answer_to_that() -> None:
    first, second = (read_treated("2026-10-25T01:30", LONDON, fold) for fold in ("first", "second"))
    assert (first, second) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )


def test_it_takes_no_other_answer_to_that() -> None:
    with pytest.raises(AskFold, match="first or second"):
        read_treated("2026-10-25T01:30", LONDON, "third")


@pytest.mark.parametrize("typed", ["  Zoë   O\u2019Neill ", "Zoe\u0308 O\u2019Neill"])
def test_it_writes_a_name_in_one_way(typed: str) -> None:
    assert read_name(typed) == "Zoë O\u2019Neill"


@pytest.mark.parametrize("name", ["李小龍", "\u0646\u200c\u0627", "Ng"])
def test_it_takes_names_of_any_script(name: str) -> None:
    assert read_name(name) == name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("  ", "Give the patient's name"),
        ("x" * 121, "121 characters long; 120 is the most"),
        ("Sam\nExample", "cannot be shown"),
        ("Sam\x00", "cannot be shown"),
        ("Sam \u202eelpmaxE", "cannot be shown"),
        ("Sam \ud800", "cannot be shown"),
        ("07700 900123", "no letter"),
    ],
)
def test_it_refuses_what_is_no_name(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_name(typed)


@pytest.mark.parametrize(
    "typed",
    ["sam", "sam@", "@example.com", "sam@example.com, x@example.com", "sam@exa mple.com", "a\nb@example.com"],
)
def test_it_refuses_what_is_no_email_address(typed: str) -> None:
    with pytest.raises(ValueError, match="not an email address"):
        read_email(typed)


def test_it_keeps_the_case_of_a_mailbox_and_not_of_its_domain() -> None:
    assert read_email(" Sam.X@Example.COM ") == "Sam.X@example.com"


def test_it_keeps_the_order_of_the_channels() -> None:
    assert read_channels(("email", "sms", "email")) == ("email", "sms")


@pytest.mark.parametrize(
    ("chosen", "sentence"), [((), "at least one"), (("fax",), "no channel 'fax'; there are: sms")]
)
def test_it_says_which_channels_there_are(chosen: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_channels(chosen)
