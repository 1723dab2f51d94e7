"""What is true of a patient's treatments, by arithmetic of its own: nothing of the planning code is used.

The test keeps these facts itself, from what it asked for; it never reads them back from the tables.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LEGS = ("left", "right")
#: a rule that runs so many hours from the treatment, or from the end of another rule
HOURS = {
    "compression-continuous": "continuous_wear",
    "elevation": "raised_leg",
    "gentle-activity": "gentle_activity",
    "cool-compress": "cool_compress",
    "gentle-washing": "gentle_washing",
}
#: a rule that runs to the end of a day
DAYS = {"no-heat": "no_heat", "no-exercise": "no_exercise", "no-waxing": "no_waxing"}
BODY = {"elevation", "gentle-activity", "no-heat", "no-exercise", "no-flying"}
LENGTHS = {
    "continuous_wear": "3d",
    "raised_leg": "24h",
    "gentle_activity": "24h",
    "cool_compress": "2h",
    "gentle_washing": "12h",
    "no_heat": "14d",
    "no_exercise": "14d",
    "no_waxing": "28d",
}
FURTHER = {"small": "4d", "large": "7d"}
CLOSES = "20:30"


@dataclass(eq=False)
class Treated:
    """One treatment as the people who asked for it know it."""

    episode: int
    patient: int
    at: datetime
    zone: str
    area: str
    site: str
    settings: Mapping[str, str]
    channels: tuple[str, ...]
    at_desk: bool
    state: str = "active"
    detail: str = ""

    def __str__(self) -> str:
        return (
            f"{self.episode} of patient {self.patient}, {self.state}: {self.at:%d.%m. %H:%M} UTC, "
            f"{self.zone}, {self.area}, {self.site or 'no leg given'}, {self.settings}, {self.channels}"
        )

    @property
    def runs(self) -> bool:
        return self.state != "cancelled"

    @property
    def legs(self) -> frozenset[str]:
        return frozenset({self.site} if self.site in LEGS else LEGS)

    @property
    def closes(self) -> time:
        return time.fromisoformat(self.settings.get("sending_until", CLOSES))

    def hours(self, value: str) -> int:
        text = {**LENGTHS, **self.settings}[value]
        return int(text[:-1]) * {"h": 1, "d": 24, "w": 168}[text[-1]]

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def instant(self, day: int, clock: time) -> datetime:
        """That time of the clock on the so-manieth day after the treatment."""
        on = self.wall(self.at).date() + timedelta(days=day)
        return datetime.combine(on, clock, ZoneInfo(self.zone)).astimezone(UTC)

    def ends(self) -> Iterator[tuple[str, datetime, datetime]]:
        """Each rule that has an end, from when until when."""
        for rule, value in HOURS.items():
            yield rule, self.at, self.at + timedelta(hours=self.hours(value))
        wear, further = self.hours("continuous_wear"), self.settings.get("further_wear", FURTHER[self.area])
        night, days = self.at + timedelta(hours=wear), int(further[:-1]) + -(-wear // 24)
        yield "compression-daytime", night, self.instant(days + 1, time())
        for rule, value in DAYS.items():
            yield rule, self.at, self.instant(self.hours(value) // 24 + 1, time())
        flying = self.settings["no_flying"]
        if flying not in ("omit", "in-person"):
            yield "no-flying", self.at, self.instant(int(flying[:-1]) + 1, time())


@dataclass(frozen=True)
class Stretch:
    """A rule over one interval, and whose it is.

    `last` are its last dates on the clocks of the treatments that decide.
    """

    rule: str
    legs: frozenset[str]
    starts: datetime
    ends: datetime
    last: frozenset[date]
    whose: frozenset[Treated]

    def holds(self, at: datetime) -> bool:
        return self.starts <= at < self.ends

    def __str__(self) -> str:
        whose = sorted(one.episode for one in self.whose)
        return (
            f"{self.rule} {sorted(self.legs)} {self.starts:%d.%m. %H:%M} to {self.ends:%d.%m. %H:%M}: {whose}"
        )


@dataclass(frozen=True)
class _One:
    treated: Treated
    starts: datetime
    ends: datetime

    def joins(self, other: "_One", rule: str) -> bool:
        meet = rule in BODY or self.treated.legs & other.treated.legs
        return bool(meet) and self.starts <= other.ends and other.starts <= self.ends


def stretches(running: Iterable[Treated]) -> list[Stretch]:
    """The rules of several treatments: what overlaps, or touches, on a leg is one, and ends with the last."""
    by_rule: dict[str, list[_One]] = {}
    for treated in running:
        for rule, starts, ends in treated.ends():
            if starts < ends:
                by_rule.setdefault(rule, []).append(_One(treated, starts, ends))
    return [_as_one(rule, group) for rule, ones in by_rule.items() for group in _groups(rule, ones)]


def _groups(rule: str, ones: list[_One]) -> Iterator[list[_One]]:
    waiting = list(ones)
    while waiting:
        group = [waiting.pop()]
        while near := [one for one in waiting if any(one.joins(other, rule) for other in group)]:
            group += near
            waiting = [one for one in waiting if one not in near]
        yield group


def _as_one(rule: str, group: list[_One]) -> Stretch:
    ends = max(one.ends for one in group)
    last = {one.treated.wall(ends - timedelta(seconds=1)).date() for one in group if one.ends == ends}
    legs = frozenset(LEGS) if rule in BODY else frozenset().union(*(one.treated.legs for one in group))
    whose = frozenset(one.treated for one in group)
    return Stretch(rule, legs, min(one.starts for one in group), ends, frozenset(last), whose)
