import pytest

from scheduler.enrolment.phone import NotANumber, any_number, mobile, region_of, spoken

LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("typed", "zone", "written"),
    [
        ("07700 900123", LONDON, "+447700900123"),
        (" +44 (0)7700 900-123 ", LONDON, "+447700900123"),
        ("00447700900999", LONDON, "+447700900999"),
        ("07400 123456", LONDON, "+447400123456"),
        ("+44 7700 900000", "Africa/Casablanca", "+447700900000"),
        ("0612345678", "Africa/Casablanca", "+212612345678"),
        ("0491 570 156", "Australia/Lord_Howe", "+61491570156"),
        ("(202) 555-0123", "America/New_York", "+12025550123"),
    ],
)
def test_it_reads_a_mobile_number_as_people_write_it(typed: str, zone: str, written: str) -> None:
    assert mobile(typed, zone) == written


@pytest.mark.parametrize("typed", ["01632 960123", "020 7946 0000", "0800 123 4567"])
def test_it_says_that_a_landline_is_not_a_mobile(typed: str) -> None:
    with pytest.raises(NotANumber, match="not a mobile"):
        mobile(typed, LONDON)


@pytest.mark.parametrize("typed", ["07700", "07700 9001234", "0", "+", "+999 1234567", "()", "1" * 300])
def test_it_says_that_a_number_is_not_complete(typed: str) -> None:
    with pytest.raises(NotANumber, match=r"not a complete telephone number\. An example: 07700 900123"):
        mobile(typed, LONDON)


@pytest.mark.parametrize(
    "typed", ["call me on 07700 900123", "07700 900123 x5", "0800 FLOWERS", "a@example.com"]
)
def test_it_takes_digits_and_not_words(typed: str) -> None:
    with pytest.raises(NotANumber, match="digits and spaces"):
        mobile(typed, LONDON)


def test_it_takes_a_landline_where_calls_are_answered() -> None:
    assert any_number("01632 960123", LONDON) == "+441632960123"


def test_it_says_a_number_that_works_from_abroad_and_fits_a_text() -> None:
    assert spoken("+441632960123") == "+44 1632 960123"
    assert all(
        len(spoken(number)) <= 16 for number in ("+4915123456789", "+12025550123", "+212612345678", "")
    )


@pytest.mark.parametrize(("zone", "region"), [(LONDON, "GB"), ("Australia/Lord_Howe", "AU"), ("UTC", "GB")])
def test_it_knows_the_country_of_a_zone(zone: str, region: str) -> None:
    assert region_of(zone) == region
