"""Template filters over `scheduler.web.words`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from scheduler import dates
from scheduler.attention import MOST
from scheduler.domain import localtime
from scheduler.domain.phases import Course
from scheduler.enrolment.phone import spoken
from scheduler.models import Attempt, Clinic
from scheduler.plans.wording import named
from scheduler.web import words
from scheduler.web.episodes.plan_state import SAYS as PLAN_STATES

register = template.Library()
register.filter("day", dates.day)
register.filter("long_day", dates.long_day)
register.filter("phone", words.phone)
register.filter("days_after", words.days_after)
register.filter("mark", words.mark)
register.filter("reason", words.reason)
register.filter("told", words.told)
register.filter("length_words", words.length)
register.filter("leg", words.leg)
register.filter("treatment", named)
register.filter("spoken", spoken)
register.filter("seconds", words.seconds)


@register.filter
def moment(value: datetime | str, zone: str = "") -> str:
    """Thu 26 Nov, 09:00: an instant in a zone, or a wall-clock time as it is."""
    if isinstance(value, str):
        return dates.wall_moment(datetime.fromisoformat(value))
    return dates.moment(zone, value) if zone else dates.wall_moment(value)


@register.filter
def clock(value: datetime, zone: str = "") -> str:
    return localtime.clock(localtime.to_wall(zone, value) if zone else value)


@register.filter
def local_date(value: datetime, zone: str) -> date:
    return localtime.local_date(zone, value)


@register.filter
def status(value: str) -> str:
    return str(words.STATUS.get(value, value))


@register.filter
def channel(value: str) -> str:
    return str(words.CHANNELS.get(value, value))


@register.filter
def channel_plural(value: str) -> str:
    return str(words.PLURAL.get(value, value))


@register.filter
def stopped(value: str) -> str:
    """Stopped texts: of a channel that the patient wants no more of."""
    return str(words.STOPPED.get(value, value))


@register.filter
def site(value: str) -> str:
    return str(words.SITES.get(value, value))


@register.filter
def address(attempt: Attempt) -> str:
    """Where it went, as people read it."""
    return attempt.address if attempt.kind == "email" else words.phone(attempt.address)


@register.simple_tag
def treatments(courses: Sequence[Course], clinic: Clinic) -> str:
    """A, B and C: each a link to its page."""
    links = [
        format_html(
            '<a href="{}">{}</a>', reverse("episode", args=[clinic.slug, c.treatment.episode]), named(c)
        )
        for c in courses
    ]
    if len(links) < 2:
        return links[0] if links else ""
    first = format_html_join(", ", "{}", ((link,) for link in links[:-1]))
    return format_html(_("{first} and {last}"), first=first, last=links[-1])


@register.filter
def get(values: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key that is only known here; nothing where it has none."""
    return values.get(key, "")


@register.filter
def kind(value: str) -> str:
    return str(words.KINDS.get(value, value))


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
    return str(words.NOW[value])


@register.filter
def mark_means(value: str) -> str:
    return str(words.MARK_MEANS[value])


@register.filter
def plan_state(value: str) -> str:
    return str(PLAN_STATES[value])


@register.filter
def health(value: str) -> str:
    return str(words.HEALTH[value])


@register.filter
def health_mark(value: str) -> str:
    return words.HEALTH_MARK[value]


@register.filter
def count_words(value: str) -> str:
    return str(words.COUNTS[value])


@register.filter
def at_most(value: int) -> str:
    """99+ for what was not counted any further."""
    return f"{MOST}+" if value > MOST else str(value)


@register.filter
def money(value: Decimal, currency: str) -> str:
    """1,234.56 GBP, as the language writes numbers."""
    return f"{number_format(value, 2, use_l10n=True, force_grouping=True)} {currency}"
