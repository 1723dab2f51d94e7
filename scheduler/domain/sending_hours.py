"""The hours of a local day within which reminders may leave. All instants are aware UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from scheduler.domain import localtime
from scheduler.domain.protocol import Protocol, SendingHours

DAY = timedelta(days=1)
#: a nominal time at or near closing is pulled this far before it, so that there is time to send
BEFORE_CLOSING = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class LocalHours:
    """A protocol's sending hours on the clock of one zone."""

    zone: str
    hours: SendingHours

    def opens_on(self, day: date) -> datetime:
        return localtime.at(self.zone, day, self.hours.opens)

    def closes_on(self, day: date) -> datetime:
        """Nothing leaves at that instant or later."""
        return localtime.at(self.zone, day, self.hours.closes)

    def opening(self, instant: datetime) -> datetime:
        """When they open on the local date of an instant."""
        return self.opens_on(localtime.local_date(self.zone, instant))

    def closing(self, instant: datetime) -> datetime:
        """When they close on the local date of an instant."""
        return self.closes_on(localtime.local_date(self.zone, instant))

    def include(self, instant: datetime) -> bool:
        return self.opening(instant) <= instant < self.closing(instant)

    def next_moment(self, instant: datetime) -> datetime:
        """The instant itself where it lies within the hours, else the next opening."""
        day = localtime.local_date(self.zone, instant)
        if instant < self.closes_on(day):
            return max(instant, self.opens_on(day))
        return self.opens_on(day + DAY)

    def last_moment(self, instant: datetime) -> datetime:
        """The latest moment of sending at or before an instant: itself within the hours, or a closing."""
        if instant <= self.opening(instant):
            return self.closes_on(localtime.local_date(self.zone, instant) - DAY)
        return min(instant, self.closing(instant))

    def on(self, day: date, clock: time) -> datetime:
        """A time of day on a date, or the nearest moment of that day within the hours."""
        return _on(self.zone, self.hours.opens, self.hours.closes, day, clock)

    def pull_in(self, nominal: datetime) -> datetime:
        """The nearest moment within the hours of the same day that leaves time to send."""
        return min(max(nominal, self.opening(nominal)), self.closing(nominal) - BEFORE_CLOSING)


@lru_cache(maxsize=65536)
def _on(zone: str, opens: time, closes: time, day: date, clock: time) -> datetime:
    nominal = localtime.at(zone, day, clock)
    return min(max(nominal, localtime.at(zone, day, opens)), localtime.at(zone, day, closes) - BEFORE_CLOSING)


def local_hours(protocol: Protocol, zone: str) -> LocalHours:
    return LocalHours(zone, protocol.sending_hours)
