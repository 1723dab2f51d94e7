"""What a clinic says of itself: how patients reach it, its zone, how much its texts say, what they cost."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.accounts import check_email
from scheduler.clinics import NAME_LENGTH, Refused, read_sms_name
from scheduler.domain.echo import cut
from scheduler.domain.localtime import check_zone
from scheduler.enrolment.phone import any_number
from scheduler.history import note
from scheduler.models import Clinic, Detail

FIELDS = (
    "name", "sms_name", "timezone", "urgent_phone", "urgent_hours", "out_of_hours_phone", "reply_to",
    "website", "emergency_number", "detail", "segment_price", "currency",
)  # fmt: skip
#: what every text and page names; without them the plans that run could say nothing any more
NAMED = {
    "urgent_phone": gettext_lazy("Texts name it: give another number, it cannot be left out."),
    "reply_to": gettext_lazy("Texts name it: give another address, it cannot be left out."),
}
MEANWHILE = gettext_lazy("Somebody changed this at the same moment. Look at it again.")
EMERGENCY_NUMBERS = ("", "999", "112")
DEAREST = Decimal(100)
WEBSITE = URLValidator(schemes=["http", "https"])


@transaction.atomic
def change(
    clinic: Clinic,
    values: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """Store values as `read` gives them and tell what was there before; return the names that changed.

    What `values` does not name stays. `seen` is what the person saw stored. Raises Refused where that is
    not what is stored, where something is left out that texts name, or where the numbers do not fit together.
    """
    stored = Clinic.objects.select_for_update().get(pk=clinic.pk)
    changed = {
        name: [getattr(stored, name), values[name]]
        for name in FIELDS
        if name in values and values[name] != getattr(stored, name)
    }
    if stale := [name for name in changed if seen and seen[name] != changed[name][0]]:
        raise Refused(dict.fromkeys(stale, MEANWHILE))
    emptied = {name: why for name, why in NAMED.items() if name in changed and not changed[name][1].strip()}
    if emptied:
        raise Refused(emptied)
    for name, (_before, new) in changed.items():
        setattr(stored, name, new)
    if {"out_of_hours_phone", "urgent_hours", "urgent_phone"} & changed.keys():
        _check_numbers(stored)
    if changed:
        stored.save(update_fields=list(changed))
        told = {name: [_plain(before), _plain(new)] for name, (before, new) in changed.items()}
        note(clinic, "settings-changed", actor=actor, now=now, changed=told)
    return tuple(changed)


def _check_numbers(clinic: Clinic) -> None:
    if clinic.out_of_hours_phone and not clinic.urgent_hours:
        sentence = _(
            "Say when the urgent number is answered: at all other times patients call the other one."
        )
        raise Refused({"urgent_hours": sentence})
    if clinic.out_of_hours_phone and clinic.out_of_hours_phone == clinic.urgent_phone:
        raise Refused({"out_of_hours_phone": _("This is the urgent number again: leave it out.")})


def _plain(value: Any) -> Any:
    """As an event keeps it."""
    return str(value) if isinstance(value, Decimal) else value


def read(name: str, typed: str, zone: str) -> Any:
    """One value as it is stored; numbers without a country code are of the zone's country.

    Raises ValueError with a sentence.
    """
    text = typed.strip()
    return READERS[name](text, zone)


def _name(text: str, _zone: str) -> str:
    if not 0 < len(text) <= NAME_LENGTH or not text.isprintable():
        raise ValueError(
            _("Give the clinic's name, %(name_length)s characters at the most.")
            % {"name_length": NAME_LENGTH}
        )
    return text


def _zone(text: str, _zone: str) -> str:
    try:
        return check_zone(cut(text))
    except ValueError as unknown:
        raise ValueError(_("This is not a time zone; one looks like Europe/London.")) from unknown


def _number(text: str, zone: str) -> str:
    return any_number(text, zone) if text else ""


def _hours(text: str, _zone: str) -> str:
    longest = Clinic._meta.get_field("urgent_hours").max_length or 0
    if len(text) > longest or not text.isprintable():
        raise ValueError(
            _("Write it in one line of %(longest)s characters at the most.") % {"longest": longest}
        )
    return text


def _address(text: str, _zone: str) -> str:
    if text:
        check_email(text)
    return text


def _website(text: str, _zone: str) -> str:
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    longest = Clinic._meta.get_field("website").max_length or 0
    try:
        WEBSITE(address)
    except ValidationError:
        raise ValueError(_("This is not a web address. An example: https://example.com.")) from None
    if len(address) > longest:
        raise ValueError(
            _("This is too long: %(limit_value)s characters are the most.") % {"limit_value": longest}
        )
    return address


def _emergency(text: str, _zone: str) -> str:
    if text not in EMERGENCY_NUMBERS:
        raise ValueError(_("Choose none, 999 or 112."))
    return text


def _detail(text: str, _zone: str) -> str:
    if text not in Detail.values:
        raise ValueError(_("Choose full or minimal."))
    return text


def _price(text: str, _zone: str) -> Decimal | None:
    if not text:
        return None
    try:
        price = Decimal(text.replace(",", "."))
    except InvalidOperation:
        price = Decimal("NaN")
    exponent = price.as_tuple().exponent
    if not price.is_finite() or not 0 <= price <= DEAREST or not isinstance(exponent, int) or exponent < -4:
        raise ValueError(_("Write a price like 0.0412, with four decimals at the most."))
    return price


def _currency(text: str, _zone: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise ValueError(_("Write the three letters of the currency: GBP, for example."))
    return text.upper()


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "name": _name,
    "sms_name": lambda text, _zone: read_sms_name(text),
    "timezone": _zone,
    "urgent_phone": _number,
    "urgent_hours": _hours,
    "out_of_hours_phone": _number,
    "reply_to": _address,
    "website": _website,
    "emergency_number": _emergency,
    "detail": _detail,
    "segment_price": _price,
    "currency": _currency,
}
