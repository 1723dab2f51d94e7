"""The hours of a local day within which reminders may leave. All instants are aware UTC."""

from datetime import date, datetime, timedelta

from scheduler.domain import localtime
from scheduler.domain.protocol import Protocol

DAY = timedelta(days=1)
#: a nominal time at or near closing is pulled this far before it, so that there is time to send
BEFORE_CLOSING = timedelta(minutes=30)


def opening(protocol: Protocol, zone: str, instant: datetime) -> datetime:
    """When sending hours open on the local date of an instant."""
    return opens_on(protocol, zone, localtime.local_date(zone, instant))


def closing(protocol: Protocol, zone: str, instant: datetime) -> datetime:
    """When sending hours close on the local date of an instant; nothing leaves at that instant or later."""
    return closes_on(protocol, zone, localtime.local_date(zone, instant))


def opens_on(protocol: Protocol, zone: str, day: date) -> datetime:
    return localtime.at(zone, day, protocol.sending_hours.opens)


def closes_on(protocol: Protocol, zone: str, day: date) -> datetime:
    return localtime.at(zone, day, protocol.sending_hours.closes)


def inside_hours(protocol: Protocol, zone: str, instant: datetime) -> bool:
    return opening(protocol, zone, instant) <= instant < closing(protocol, zone, instant)


def next_sending_moment(protocol: Protocol, zone: str, instant: datetime) -> datetime:
    """The instant itself where it lies within sending hours, else the next opening."""
    if instant < opening(protocol, zone, instant):
        return opening(protocol, zone, instant)
    if instant < closing(protocol, zone, instant):
        return instant
    return opens_on(protocol, zone, localtime.local_date(zone, instant) + DAY)


def pull_in(protocol: Protocol, zone: str, nominal: datetime) -> datetime:
    """The nearest moment within sending hours of the same day that leaves time to send."""
    latest = closing(protocol, zone, nominal) - BEFORE_CLOSING
    return min(max(nominal, opening(protocol, zone, nominal)), latest)


def last_moment(protocol: Protocol, zone: str, instant: datetime) -> datetime:
    """The latest end of sending at or before an instant: itself within the hours, else the closing before."""
    if instant <= opening(protocol, zone, instant):
        return closes_on(protocol, zone, localtime.local_date(zone, instant) - DAY)
    return min(instant, closing(protocol, zone, instant))
