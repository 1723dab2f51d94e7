"""What holds whatever happens to a patient's plans, in any order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.localtime import resolve
from scheduler.domain.pattern import candidates
from scheduler.domain.status import Status
from tests.domain.chart import Chart
from tests.domain.lives import Enrolled, chart_of, rounds
from tests.domain.oracle import Facts
from tests.domain.plans import at, protocol, treatment
from tests.domain.test_properties import ODD, areas, values
from tests.support.examples import examples

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OPENERS = ("welcome", "catchup", "correction")
DATES = {
    "no-heat": "no_heat",
    "no-exercise": "no_exercise",
    "no-waxing": "no_waxing",
    "no-flying": "no_flying",
}
HOURS = {"elevation": "raised_leg", "gentle-washing": "gentle_washing", "cool-compress": "cool_compress"}


@dataclass
class Life:
    """A patient, and what is true of each treatment now."""

    chart: Chart
    settings: dict[int, dict[str, str]]

    def change(self, draw: st.DataObject) -> None:
        """Whoever changes something does so a moment after what was due then has left."""
        self.chart.now += timedelta(seconds=1)
        names = [n for n in CHANGES if self.chart.courses or n == "wait"]
        CHANGES[draw.draw(st.sampled_from(names))](self, draw)

    def some(self, draw: st.DataObject) -> int:
        return draw.draw(st.sampled_from(sorted(self.chart.courses)))

    def wait(self, draw: st.DataObject) -> None:
        self.chart.let_pass(self.chart.now + draw.draw(st.integers(1, 200)) * HOUR)

    def stand_still(self, draw: st.DataObject) -> None:
        self.chart.let_pass(self.chart.now + draw.draw(st.integers(1, 120)) * HOUR, working=False)
        self.chart.renew()

    def treat_at(self, draw: st.DataObject) -> None:
        episode = self.some(draw)
        before = self.chart.courses[episode].treatment.treated_at
        minutes = draw.draw(st.sampled_from([-4320, -1440, -60, 1, 60, 1440, 4320]))
        after = min(before + minutes * MINUTE, self.chart.now.replace(second=0, microsecond=0))
        self.chart.change(episode, treated_at=after)

    def answer(self, draw: st.DataObject) -> None:
        self.chart.change(self.some(draw), answers={"area": draw.draw(areas)})

    def put_leg_right(self, draw: st.DataObject) -> None:
        self.chart.change(self.some(draw), site=draw.draw(st.sampled_from(["left", "right", "both", ""])))

    def put_zone_right(self, draw: st.DataObject) -> None:
        zone = draw.draw(st.sampled_from(ODD))
        for episode in sorted(self.chart.courses):
            self.chart.change(episode, timezone=zone)

    def publish(self, draw: st.DataObject) -> None:
        chosen = draw.draw(values)
        before = dict(self.chart.courses)
        self.chart.publish(protocol(**chosen))
        for episode, course in self.chart.courses.items():
            if course is not before[episode]:
                self.settings[episode] = chosen

    def cancel(self, draw: st.DataObject) -> None:
        self.chart.cancel(self.some(draw))

    def pause(self, draw: st.DataObject) -> None:
        self.chart.pause()

    def go_on(self, draw: st.DataObject) -> None:
        self.chart.resume()

    def want_fewer(self, draw: st.DataObject) -> None:
        self.chart.change(self.some(draw), fewer=draw.draw(st.booleans()))

    def want_less_said(self, draw: st.DataObject) -> None:
        self.chart.change(self.some(draw), detail=draw.draw(st.sampled_from(["minimal", "full", ""])))

    def skip(self, draw: st.DataObject) -> None:
        rows = [r for r in self.chart.pending() if not r.critical and not r.key.startswith("correction")]
        if rows:
            self.chart.skip(draw.draw(st.sampled_from(rows)))

    def move(self, draw: st.DataObject) -> None:
        rows = [r for r in self.chart.pending() if r.message not in OPENERS]
        if rows:
            row = draw.draw(st.sampled_from(rows))
            hours = self.chart.courses[row.episode].hours
            to = hours.next_moment(self.chart.now + draw.draw(st.integers(1, 72)) * HOUR)
            if to < row.send_by:
                self.chart.move(row, to)


CHANGES = {
    "wait": Life.wait,
    "stand still": Life.stand_still,
    "another T0": Life.treat_at,
    "another answer": Life.answer,
    "another leg": Life.put_leg_right,
    "another zone": Life.put_zone_right,
    "an edition": Life.publish,
    "cancel": Life.cancel,
    "pause": Life.pause,
    "go on": Life.go_on,
    "fewer texts": Life.want_fewer,
    "less said": Life.want_less_said,
    "skip": Life.skip,
    "move": Life.move,
}


def assert_in_order(life: Life) -> None:
    chart = life.chart
    assert chart.planned_at
    sent = [(s.row.episode, s.row.key) for s in chart.sent]
    assert len(sent) == len(set(sent)), "a text went twice"
    assert all(row.due_at >= chart.planned_at for row in chart.pending()), "planned into the past"
    assert chart.stands(life.chart.planned_at).steps == (), "what is stored is not what was planned"
    assert [row.last for row in chart.pending()].count(True) == bool(chart.pending())
    if life.chart.planned_at == chart.now:
        assert chart.renew().steps == (), "planning again changed something"
    for row in chart.rows.values():
        went = row.host is not None and chart.rows[row.host].status is Status.SENT
        if row.status in (Status.FOLDED, Status.SUPERSEDED) and not went:
            assert row.decided_by in chart.courses, "spoken for by a treatment that is gone"
            assert not row.critical


def assert_no_critical_text_is_lost(life: Life) -> None:
    for episode, course in life.chart.courses.items():
        for critical in (c for c in candidates(course) if c.critical and c.send_by > life.chart.now):
            row = life.chart.of(episode, critical.key)
            assert row.status in (Status.SENT, Status.SCHEDULED), row
            assert row.folds == ()


@settings(max_examples=examples(100))
@given(rounds(latest=2), st.data())
def test_nothing_is_lost_doubled_or_out_of_date(enrolled: list[Enrolled], draw: st.DataObject) -> None:
    life = Life(chart_of(enrolled), {e.treatment.episode: e.settings for e in enrolled})
    for _ in range(draw.draw(st.integers(1, 6))):
        assert_in_order(life)
        assert_no_critical_text_is_lost(life)
        life.change(draw)
    assert_in_order(life)


def true_ends(life: Life, episode: int) -> dict[str, datetime]:
    """Until when each rule holds that a text may have named, by arithmetic of its own."""
    f = Facts(life.settings[episode], life.chart.courses[episode].treatment)
    dated = {name: f.end_of(f.last(rule)) for name, rule in DATES.items() if f.given[rule][-1] in "hdw"}
    ends = dated | {name: f.after(rule) for name, rule in HOURS.items()}
    ends["compression-continuous"] = f.wear_ends
    if f.wear_ends < f.end_of(f.daytime_last):
        ends["compression-daytime"] = f.end_of(f.daytime_last)
    return ends


def outdated(life: Life, episode: int) -> set[str]:
    """The rules of which the patient last heard another end than is true, where one of the two is ahead."""
    zone = life.chart.courses[episode].zone
    heard: dict[str, str] = {}
    taken_back: dict[str, datetime] = {}
    for telling in life.chart.tellings:
        # A first text says all that holds: what it does not name does not hold for now.
        if telling.opens:
            taken_back = dict.fromkeys(heard, telling.at) | taken_back
        taken_back = {name: at for name, at in taken_back.items() if name not in telling.ends}
        heard |= telling.ends
    found: set[str] = set()
    for phase, true in true_ends(life, episode).items():
        if phase in taken_back and not _is_back(life, episode, phase, taken_back[phase]):
            continue
        told = told_until(zone, heard[phase]) if phase in heard else true
        if abs(told - true) >= HOUR and life.chart.now < max(told, true):
            found.add(phase)
    # A date was told where the patient is to be told in person now.
    open_ended = {name for name, phase in life.chart.courses[episode].phases.items() if phase.ends_at is None}
    return found | ((heard.keys() - taken_back.keys()) & open_ended)


def _is_back(life: Life, episode: int, name: str, taken_back: datetime) -> bool:
    """Whether the rule holds now, and had begun when a text left it out."""
    course = life.chart.courses[episode]
    phase = course.phases.get(name)
    moment = course.hours.next_moment(life.chart.now)
    return phase is not None and phase.starts_at <= taken_back and phase.holds(moment)


def told_until(zone: str, end: str) -> datetime:
    wall = datetime.fromisoformat(end)
    wall += timedelta(days=len(end) == len("2026-12-04"))
    return resolve(zone, wall)


@settings(max_examples=examples(100))
@given(rounds(most=1, latest=0), st.data())
def test_a_date_that_was_told_and_changes_is_corrected_and_no_other(
    enrolled: list[Enrolled], draw: st.DataObject
) -> None:
    life = Life(chart_of(enrolled), {e.treatment.episode: e.settings for e in enrolled})
    life.chart.let_pass(life.chart.now + draw.draw(st.integers(1, 400)) * HOUR)
    for _ in range(draw.draw(st.integers(1, 4))):
        life.change(draw)
        if not life.chart.courses or life.chart.planned_at != life.chart.now:
            continue
        waiting = {row.message for row in life.chart.pending()} & set(OPENERS)
        wrong = outdated(life, 1)
        assert waiting or not wrong - HOURS.keys(), wrong
        assert wrong or "correction" not in waiting, waiting


@pytest.mark.parametrize(("let_it_go", "corrections"), [(False, 0), (True, 2)])
def test_a_change_that_is_taken_back(let_it_go: bool, corrections: int) -> None:
    """Before the correction went it is not needed any more; once it went, another one is."""
    chart = Chart(at("2026-11-20T15:00"))
    chart.enrol(protocol(), treatment("2026-11-20T15:00"))
    chart.let_pass(at("2026-11-22T22:00"))
    chart.change(0, answers={"area": "large"}, treated_at=at("2026-11-20T11:00"))
    if let_it_go:
        chart.let_pass(at("2026-11-23T09:00"))
    chart.now += MINUTE
    chart.change(0, answers={"area": "small"}, treated_at=at("2026-11-20T15:00"))
    chart.let_pass(at("2027-01-20T09:00"))
    assert [s.row.key for s in chart.sent if s.row.message == "correction"] == [
        f"correction-{n + 1}" for n in range(corrections)
    ]


def test_a_date_that_was_told_left_out_and_comes_again_as_another_is_corrected() -> None:
    chart = Chart(at("2026-11-20T15:00"))
    chart.enrol(protocol(no_flying="14d"), treatment("2026-11-20T15:00"))
    chart.let_pass(at("2026-11-21T12:00"))
    chart.publish(protocol(no_flying="omit"))
    # What it says is all that holds, and flying is not in it.
    chart.let_pass(at("2026-11-23T12:00"), working=False)
    chart.renew()
    chart.let_pass(at("2026-11-23T13:00"))
    assert [row.message for row in chart.pending()].count("correction") == 0
    chart.publish(protocol(no_flying="28d"))
    assert [row.message for row in chart.pending()].count("correction") == 1
    chart.let_pass(at("2027-01-20T09:00"))
    assert [s.row.message for s in chart.sent if s.row.message in OPENERS] == [
        "welcome", "catchup", "correction",
    ]  # fmt: skip


def test_a_correction_that_waits_is_still_owed_when_the_leg_is_put_right() -> None:
    chart = Chart(at("2026-11-20T15:00"))
    chart.enrol(protocol(), treatment("2026-11-20T15:00"))
    chart.change(0, site="left")
    chart.let_pass(at("2026-11-24T12:00"))
    chart.change(0, answers={"area": "large"})
    chart.change(0, site="right")
    assert [row.message for row in chart.pending()].count("correction") == 1


@given(rounds(least=2, most=2))
def test_when_the_deciding_treatment_is_taken_out_at_once_all_is_as_it_was(enrolled: list[Enrolled]) -> None:
    first, second = enrolled
    chart = chart_of([first])
    chart.let_pass(second.treatment.enrolled_at)
    chart.now += MINUTE
    chart.renew()
    before = chart.pending()
    chart.enrol(protocol(**second.settings), second.treatment)
    chart.cancel(second.treatment.episode)
    assert chart.pending() == before
