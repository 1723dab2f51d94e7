"""Telephone numbers as people type them, turned into E.164."""

import re
from functools import lru_cache
from importlib import resources

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
#: what Ofcom keeps for drama, which the tables of real numbers leave out: a mobile range and a landline range
DRAMA_MOBILE = re.compile(r"\+447700900\d{3}")
DRAMA_LANDLINE = re.compile(r"\+441632960\d{3}")
TYPED = re.compile(r"[0-9 ()./+\u2010-\u2013-]+")
EXAMPLES = {"GB": "07700 900123"}


class NotANumber(ValueError):
    """It says in one sentence what is wrong and gives an example."""


def mobile(typed: str, zone: str) -> str:
    """A mobile number in E.164; without a country code it is one of the zone's country. Raises NotANumber."""
    region = region_of(zone)
    number = _parse(typed, region)
    written = e164(number)
    if DRAMA_MOBILE.fullmatch(written):
        return written
    # Looked up once: a number without a kind is not valid.
    kind = phonenumbers.number_type(number)
    if DRAMA_LANDLINE.fullmatch(written) or kind not in (*MOBILE, PhoneNumberType.UNKNOWN):
        raise NotANumber(
            _(
                "This is not a mobile number, so texts cannot reach it. Give a mobile number, or leave it"
                " out and use email."
            )
        )
    if kind == PhoneNumberType.UNKNOWN:
        raise NotANumber(
            _("This is not a complete telephone number. %(example)s") % {"example": _example(region)}
        )
    return written


def any_number(typed: str, zone: str) -> str:
    """Any telephone number that can be called, in E.164. Raises NotANumber."""
    region = region_of(zone)
    number = _parse(typed, region)
    written = e164(number)
    drama = DRAMA_MOBILE.fullmatch(written) or DRAMA_LANDLINE.fullmatch(written)
    if not (drama or phonenumbers.is_valid_number(number)):
        raise NotANumber(
            _("This is not a complete telephone number. %(example)s") % {"example": _example(region)}
        )
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        raise NotANumber(
            _("Calls to this number cost extra. Give one that patients call at the usual price.")
        )
    return written


def spoken(written: str) -> str:
    """An E.164 number with the spaces people expect, and still its country code: it works from abroad too.

    At most 16 characters, the room a text has for it.
    """
    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException:
        return written
    spaced = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return spaced if len(spaced) <= 16 else written


def e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parse(typed: str, region: str) -> PhoneNumber:
    # The parser would also take letters for digits and find a number within a sentence.
    if not TYPED.fullmatch(typed.strip()):
        raise NotANumber(
            _("A telephone number has digits and spaces only. %(example)s") % {"example": _example(region)}
        )
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as unreadable:
        raise NotANumber(
            _("This is not a complete telephone number. %(example)s") % {"example": _example(region)}
        ) from unreadable


def _example(region: str) -> str:
    return _("An example: %(number)s.") % {"number": EXAMPLES.get(region, "+44 7700 900123")}


def region_of(zone: str) -> str:
    """The country whose numbers need no country code at a clinic in this zone."""
    return _regions().get(zone, "GB")


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text()
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
