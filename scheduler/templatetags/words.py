"""Template filters over `scheduler.web.words`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html

from scheduler.domain import localtime
from scheduler.enrolment.phone import spoken
from scheduler.models import Clinic
from scheduler.plans.wording import named
from scheduler.web import words

register = template.Library()
register.filter("day", words.day)
register.filter("long_day", words.long_day)
register.filter("phone", words.phone)
register.filter("days_after", words.days_after)
register.filter("mark", words.mark)
register.filter("reason", words.reason)
register.filter("told", words.told)
register.filter("length_words", words.length)
register.filter("leg", words.leg)
register.filter("treatment", named)


@register.filter
def moment(value: datetime | str, zone: str = "") -> str:
    """Thu 26 Nov, 09:00: an instant in a zone, or a wall-clock time as it is."""
    if isinstance(value, str):
        return words.moment(datetime.fromisoformat(value))
    return words.moment(localtime.to_wall(zone, value) if zone else value)


@register.filter
def clock(value: datetime, zone: str = "") -> str:
    return localtime.clock(localtime.to_wall(zone, value) if zone else value)


@register.filter
def local_date(value: datetime, zone: str) -> date:
    return localtime.local_date(zone, value)


@register.filter
def status(value: str) -> str:
    return words.STATUS.get(value, value)


@register.filter
def channel(value: str) -> str:
    return words.CHANNELS.get(value, value)


@register.filter
def channel_plural(value: str) -> str:
    return words.PLURAL.get(value, value)


@register.filter
def get(values: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key that is only known here; nothing where it has none."""
    return values.get(key, "")


@register.filter
def kind(value: str) -> str:
    return words.KINDS.get(value, value)


@register.filter
def calling(text: str, clinic: Clinic) -> str:
    """A text with the clinic's urgent number as a link that calls it."""
    number = spoken(clinic.urgent_phone)
    before, found, after = text.partition(number)
    if not (number and found):
        return text
    return format_html(
        '{}<a class="number" href="tel:{}">{}</a>{}', before, clinic.urgent_phone, found, after
    )


@register.filter
def now_heading(value: str) -> str:
    return words.NOW[value]


@register.filter
def mark_means(value: str) -> str:
    return words.MARK_MEANS[value]
