"""Reads the worked cases: what happens to a patient in plain words, and the tables that follow from it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.domain import localtime
from scheduler.domain.merged import stretches
from scheduler.domain.phases import Phase
from scheduler.domain.status import Status
from scheduler.domain.timeline import Treatment
from tests.domain.chart import Chart, Sent
from tests.domain.plans import LONDON, protocol

FILE = Path(__file__).with_name("worked_cases.md")
NAMES = ("first", "second", "third")
RULES = (
    "compression-continuous", "compression-daytime", "no-heat", "no-exercise", "no-waxing", "no-flying",
)  # fmt: skip
MOMENT = r"(\w{3} \d+ \w{3} \d{4}, \d\d:\d\d)"
REASONS = {
    "past-send-by": "too late for it",
    "said-elsewhere": "another text says it",
    "nothing-to-say": "nothing is left to say",
    "plan-changed": "the plan changed",
    "episode-cancelled": "cancelled",
    "paused": "the plan was paused",
}
SITES = {"the left leg": "left", "the right leg": "right", "both legs": "both", "a leg that is not noted": ""}
SECOND = timedelta(seconds=1)
#: long enough for every plan to come to its end
END = timedelta(days=80)


@dataclass
class Case:
    """One case as it stands in the file: what happens, and its tables row by row."""

    title: str
    clinic: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    tables: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    quotes: list[tuple[str, str]] = field(default_factory=list)


def cases() -> list[Case]:
    found: list[Case] = []
    table = ""
    for line in FILE.read_text().splitlines():
        if line.startswith("## "):
            found.append(Case(line[3:]))
        elif found and line.startswith("The clinic: "):
            found[-1].clinic = settings_of(line)
        elif found and line.startswith("- "):
            found[-1].events.append(line[2:])
        elif found and line.startswith("> "):
            when, _, words = line[2:].partition(": ")
            found[-1].quotes.append((when, words))
        elif found and line.startswith("| ") and not line.startswith("| ---"):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if cells[0] in ("Rule", "Goes", "Does not go"):
                table = cells[0]
                found[-1].tables[table] = []
            else:
                found[-1].tables[table].append(cells)
    return found


def settings_of(line: str) -> dict[str, str]:
    """The clinic's own values, said in words."""
    forms = {
        r"no flying for (\d+) days": lambda n: {"no_flying": f"{n}d"},
        r"flying as told in person": lambda: {"no_flying": "in-person"},
        r"no waxing for (\d+) weeks": lambda n: {"no_waxing": f"{n}w"},
    }
    found: dict[str, str] = {}
    for said in line.removeprefix("The clinic: ").rstrip(".").split("; "):
        read = [make(*m.groups()) for form, make in forms.items() if (m := re.fullmatch(form, said))]
        assert read, f"not understood: {said!r}"
        found |= read[0]
    return found


class Story:
    """A case as it happens, event by event."""

    def __init__(self, case: Case) -> None:
        self.case, self.settings, self.zone = case, dict(case.clinic), LONDON
        self.reasons: dict[tuple[int, str], str] = {}
        self.labels: dict[tuple[int, str], str] = {}
        self.chart: Chart | None = None
        for event in case.events:
            self.happens(event)
        assert self.chart
        self.told_at = self.chart.now
        self.rules = list(self._rules())
        self.chart.let_pass(self.chart.now + END)

    def happens(self, event: str) -> None:
        when, _, what = event.partition(": ")
        now = moment(when, self.zone)
        if self.chart is None:
            self.chart = Chart(now)
        self.chart.let_pass(now, working=what != "sending works again")
        if self.chart.rows:
            # Whoever changes something does so after what was due in that minute went.
            self.chart.now += SECOND
        for form, act in EVENTS.items():
            if found := re.fullmatch(form, what):
                act(self, *found.groups())
                return self._note()
        raise AssertionError(f"not understood: {event!r}")

    def _note(self) -> None:
        assert self.chart
        if self.chart.timeline:
            for planned in self.chart.timeline.reminders:
                self.labels[planned.episode, planned.key] = planned.label
            for unsent in self.chart.timeline.unsent:
                self.labels[unsent.episode, unsent.key] = unsent.label
                self.reasons.setdefault(
                    (unsent.episode, unsent.key), self._why(unsent.reason, unsent.decided_by, unsent.into)
                )

    def _why(self, reason: str, episode: int, into: str) -> str:
        if reason == "superseded":
            return f"the {NAMES[episode - 1]} treatment decides"
        if reason == "folded":
            return f"in the {NAMES[episode - 1]} treatment's text: {self.labels.get((episode, into), into)}"
        return REASONS[reason]

    # What may happen.

    def treated(self, leg: str, veins: str, enrolled: str | None = None) -> None:
        assert self.chart
        now = self.chart.now.replace(second=0)
        at = moment(enrolled, self.zone) if enrolled else now
        episode = len(self.chart.sites) + 1
        if enrolled:
            self.chart.let_pass(at)
        site = SITES[leg]
        area = "small" if veins == "small veins" else "large"
        treatment = Treatment(now, self.zone, {"area": area}, at, not enrolled, site, episode)
        self.chart.enrol(protocol(**self.settings), treatment)

    def moved(self, name: str, to: str) -> None:
        assert self.chart
        self.chart.change(1 + NAMES.index(name), treated_at=moment(to, self.zone))

    def larger(self, name: str) -> None:
        assert self.chart
        self.chart.change(1 + NAMES.index(name), answers={"area": "large"})

    def zone_moved(self, zone: str) -> None:
        assert self.chart
        self.zone = zone
        self.chart.change(1, timezone=zone)

    def cancelled(self, name: str) -> None:
        assert self.chart
        self.chart.cancel(1 + NAMES.index(name))

    def paused(self) -> None:
        assert self.chart
        self.chart.pause()

    def stopped(self) -> None:
        """Nothing is written down by that; what is due waits."""

    def resumed(self) -> None:
        assert self.chart
        self.chart.resume()

    def set_for_new(self, said: str) -> None:
        self.settings |= settings_of(said)

    def published(self, said: str) -> None:
        assert self.chart
        self.settings |= settings_of(said)
        self.chart.publish(protocol(**self.settings))

    # What follows.

    def _rules(self) -> Iterator[tuple[str, ...]]:
        """Each rule that is still ahead or holds, with its end and the treatment that gives it."""
        assert self.chart
        for stretch in stretches(list(self.chart.courses.values())):
            phase = stretch.phase
            if phase.id in RULES and not phase.is_over(self.told_at):
                label = f"{phase.label}, {stretch.leg.lower()}" if stretch.leg else phase.label
                yield label, self._end(phase), NAMES[phase.decided_by - 1]

    def _end(self, phase: Phase) -> str:
        if phase.ends_at is None or phase.last_date is None:
            return "as told in person"
        if phase.ends_with_day:
            return f"the end of {localtime.short_date(phase.last_date)}"
        return said(phase.ends_at, self.zone)

    def goes(self) -> list[tuple[str, ...]]:
        """Every text that the patient gets."""
        assert self.chart
        return [
            (said(s.at, s.row.timezone), NAMES[s.row.episode - 1], self._text(s)) for s in self.chart.sent
        ]

    def _text(self, sent: Sent) -> str:
        label = self.labels[sent.row.episode, sent.row.key]
        carried = [NAMES[part.course.treatment.episode - 1] for part in sent.parts[1:]]
        return f"{label}; with the {' and the '.join(carried)} treatment's" if carried else label

    def stays(self) -> list[tuple[str, ...]]:
        """What is not sent, and why."""
        assert self.chart
        sent = {(s.row.episode, s.row.key) for s in self.chart.sent}
        why = {name: reason for name, reason in self.reasons.items() if name not in sent}
        for row in self.chart.rows.values():
            name = (row.episode, row.key)
            if row.status is Status.SUPERSEDED:
                why[name] = self._why("superseded", row.decided_by or 0, "")
            elif row.status is Status.FOLDED and row.host:
                host = self.chart.rows[row.host]
                why[name] = self._why("folded", host.episode, host.key)
            elif row.status in (Status.SKIPPED, Status.CANCELLED):
                why[name] = REASONS[row.reason]
        return sorted((self.labels[name], NAMES[name[0] - 1], reason) for name, reason in why.items())

    def words(self, when: str) -> list[str]:
        assert self.chart
        return [sent.text.sms for sent in self.chart.sent if said(sent.at, sent.row.timezone) == when]


LEG = r"(the left leg|the right leg|both legs|a leg that is not noted)"
VEINS = r"(small veins|larger areas)"
WHICH = "(first|second|third)"
EVENTS: dict[str, Callable[..., None]] = {
    rf"treated on {LEG}, {VEINS}": Story.treated,
    rf"treated on {LEG}, {VEINS}, enrolled {MOMENT}": Story.treated,
    rf"the {WHICH} treatment turns out to have ended {MOMENT}": Story.moved,
    rf"the {WHICH} treatment turns out to be of larger areas": Story.larger,
    r"the time zone turns out to be (.+)": Story.zone_moved,
    rf"the {WHICH} treatment is cancelled": Story.cancelled,
    r"the plan is paused": Story.paused,
    r"the plan goes on": Story.resumed,
    r"sending breaks down": Story.stopped,
    r"sending works again": Story.resumed,
    r"from now on the clinic has, for new patients, (.+)": Story.set_for_new,
    r"published for everybody enrolled, (.+)": Story.published,
}


def moment(text: str, zone: str) -> datetime:
    wall = datetime.strptime(text, "%a %d %b %Y, %H:%M")
    assert f"{wall:%a}" == text[:3], f"{text} is a {wall:%A}"
    return localtime.resolve(zone, wall)


def said(instant: datetime, zone: str) -> str:
    wall = localtime.to_wall(zone, instant)
    return f"{localtime.short_date(wall.date())}, {localtime.clock(wall)}"
