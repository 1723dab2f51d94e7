"""What goes out today, what became of it, how late and at what price; and the last thirty days."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scheduler import dates
from scheduler.domain import localtime
from scheduler.figures import Count, count, days_until, hours_of, lateness_of, segments_of
from scheduler.web.access import ClinicRequest, clinic_page
from scheduler.web.clinic.chart import columns

DAYS = 30
#: hours that are shown even when nothing goes then
USUAL = range(8, 21)


@require_safe
@clinic_page()
def today(request: ClinicRequest) -> HttpResponse:
    clinic, now = request.clinic, request.now
    day = localtime.local_date(clinic.timezone, now)
    hours = _shown(count(clinic, hours_of(clinic, day), now))
    days = count(clinic, days_until(clinic, day, DAYS))
    segments, price = segments_of(clinic, day), clinic.segment_price
    context = {
        "day": day,
        "hours": hours,
        "by_hour": columns(hours, lambda one: localtime.clock(one.part.wall), every=2),
        "days": days[::-1],
        "by_day": columns(days, lambda one: dates.day(one.part.wall.date()), every=4),
        "whole": _sum(hours),
        "lateness": lateness_of(clinic, day),
        "segments": segments,
        "cost": None if price is None else segments * price,
        "hour_now": next((one.part.wall for one in hours if one.part.begins <= now < one.part.ends), None),
    }
    return render(request, "clinic/today.html", context)


def _shown(hours: Sequence[Count]) -> list[Count]:
    """The usual hours, and all from the first to the last in which there is something."""
    busy = [number for number, hour in enumerate(hours) if hour.total or hour.part.wall.hour in USUAL]
    return list(hours[busy[0] : busy[-1] + 1]) if busy else []


def _sum(counts: Sequence[Count]) -> Count:
    whole = Count(counts[0].part)
    for one in counts:
        whole.delivered += one.delivered
        whole.sent += one.sent
        whole.failed += one.failed
        whole.ahead += one.ahead
    return whole
