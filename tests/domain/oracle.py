"""What each sentence of a text claims, checked by arithmetic of its own: no code of the timeline is used.

A sentence that is not in the table fails: whoever writes a new one says here what makes it true.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.domain.timeline import PlannedReminder, Timeline, Treatment, timeline_of
from tests.domain.plans import CONTACT, LINK, protocol, say

DEFAULTS = {
    "continuous_wear": "3d",
    "raised_leg": "24h",
    "gentle_activity": "24h",
    "gentle_washing": "12h",
    "cool_compress": "2h",
    "no_heat": "14d",
    "no_exercise": "14d",
    "no_waxing": "28d",
    "no_flying": "omit",
}
FURTHER = {"small": 4, "large": 7}
TIMELESS = {
    "Don't rub.",
    "Gentle activity, no long standing.",
    "Flying: as told in person.",
    "Reply STOP to end.",
    "To stop, use the link.",
    "Sore?",
    "Off only to wash.",
    "A short walk can help.",
    "Raised, red or swollen spots are usual and settle.",
    "Pus or new redness: email us, see link.",
    "Broken skin: email us.",
    "Bruises need a week or more to go.",
    "Dark marks usually fade over months; if not, email us.",
    "IMPORTANT.",
    "A leg clot is a small risk but an emergency.",
    "Signs: new pain in calf or thigh, maybe red or newly swollen (do not wait for it to settle); breathless;"
    " chest pain.",
    "Found early it is treated well.",
    "This is our last reminder.",
    "You have a reminder: see the link.",
    "Please read your reminder now: see the link.",
}
FRAGMENT = (
    "Breathless/chest pain: hospital now. "
    "New leg pain/swelling: call 01632 960123 now, no answer: walk-in/A&E."
)


class Facts:
    """The ends of the rules, worked out by hand."""

    def __init__(self, settings: Mapping[str, str], treatment: Treatment) -> None:
        self.given = {**DEFAULTS, **settings}
        self.t0, self.zone = treatment.treated_at, ZoneInfo(treatment.timezone)
        self.day_zero = self.t0.astimezone(self.zone).date()
        wear = self.given["continuous_wear"]
        self.wear_ends = self.t0 + timedelta(hours=hours(wear))
        further = self.given.get("further_wear")
        days = FURTHER[treatment.answers["area"]] if further is None else hours(further) // 24
        self.daytime_last = self.day_zero + timedelta(days=-(-hours(wear) // 24) + days)

    def after(self, name: str) -> datetime:
        return self.t0 + timedelta(hours=hours(self.given[name]))

    def last(self, name: str) -> date:
        return self.day_zero + timedelta(days=-(-hours(self.given[name]) // 24))

    def end_of(self, day: date) -> datetime:
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return midnight.astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def worn(self, moment: datetime) -> bool:
        return self.t0 <= moment < max(self.wear_ends, self.end_of(self.daytime_last))


def hours(length: str) -> int:
    return int(length[:-1]) * {"h": 1, "d": 24, "w": 168}[length[-1]]


def told(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def clock(facts: Facts, moment: datetime) -> str:
    return f"{moment.astimezone(facts.zone):%H:%M %a}"


def hour_of(facts: Facts, moment: datetime) -> str:
    wall = moment.astimezone(facts.zone)
    return f"{wall:%H:%M} {told(wall.date())}"


Claim = Callable[[re.Match[str], Facts, datetime, PlannedReminder], bool]
CLAIMS: dict[str, Claim] = {
    r"Stockings day & night to (.*)\.": lambda m, f, t, r: (
        m[1] == hour_of(f, f.wear_ends) and t < f.wear_ends
    ),
    r"Stockings in the daytime to (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.daytime_last) and f.wear_ends <= t < f.end_of(f.daytime_last)
    ),
    r"Daytime stockings end (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.daytime_last) == told(t.astimezone(f.zone).date()) and f.wear_ends <= t
    ),
    r"From (.*) stockings off at night; daytime to (.*)\.": lambda m, f, t, r: (
        m[1] == told(r.due_local.date())
        and f.end_of(r.due_local.date()) > f.wear_ends
        and f.wear_ends <= r.due_at <= t < f.end_of(f.daytime_last)
        and m[2] == told(f.daytime_last)
    ),
    r"Leg raised to (.*)\.": lambda m, f, t, r: (
        m[1] == hour_of(f, f.after("raised_leg")) and t < f.after("raised_leg")
    ),
    r"Wash gently to (.*) at least\.": lambda m, f, t, r: (
        m[1] == clock(f, f.after("gentle_washing")) and t < f.after("gentle_washing")
    ),
    r"Cool compress to (.*)\.": lambda m, f, t, r: (
        m[1] == clock(f, f.after("cool_compress")) and t < f.after("cool_compress")
    ),
    r"No heat/gym to (.*) at least, nor exercise\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_heat")) == told(f.last("no_exercise")) and t < f.end_of(f.last("no_heat"))
    ),
    r"No heat to (.*) or exercise to (.*)\.": lambda m, f, t, r: (
        (m[1], m[2]) == (told(f.last("no_heat")), told(f.last("no_exercise")))
        and t < f.end_of(min(f.last("no_heat"), f.last("no_exercise")))
    ),
    r"No heat or gym to (.*) at least\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_heat")) and t < f.end_of(f.last("no_heat"))
    ),
    r"No exercise to ([^;]*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_exercise")) and t < f.end_of(f.last("no_exercise"))
    ),
    r"No waxing to (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_waxing")) and t < f.end_of(f.last("no_waxing"))
    ),
    r"No flying to (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_flying")) and t < f.end_of(f.last("no_flying"))
    ),
    r"No-exercise period ends (.*)\.": lambda m, f, t, r: m[1] == told(f.last("no_exercise")),
    r"No heat/gym to (.*) at least; ask first\.": lambda m, f, t, r: m[1] == told(f.last("no_heat")),
    r"No-waxing period ends (.*)\.": lambda m, f, t, r: m[1] == told(f.last("no_waxing")),
    r"No-flying period ends (.*)\.": lambda m, f, t, r: m[1] == told(f.last("no_flying")),
    r"Stockings ended (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.daytime_last) and f.end_of(f.daytime_last) <= t and not f.worn(t)
    ),
    r"No-exercise time ended (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_exercise")) and f.end_of(f.last("no_exercise")) <= t
    ),
    r"No-waxing time ended (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_waxing")) and f.end_of(f.last("no_waxing")) <= t
    ),
    r"No-flying time ended (.*)\.": lambda m, f, t, r: (
        m[1] == told(f.last("no_flying")) and f.end_of(f.last("no_flying")) <= t
    ),
}


def sentences(sms: str) -> list[str]:
    """What stands between the clinic's name and the emergency fragment, sentence by sentence."""
    start, end = f"{CONTACT.name}: ", f" {FRAGMENT} {LINK}"
    assert sms.startswith(start), sms
    assert sms.endswith(end), sms
    return re.split(r"(?<=[.?]) (?=[A-Z])", sms[len(start) : -len(end)])


def assert_true(sms: str, facts: Facts, moment: datetime, reminder: PlannedReminder) -> None:
    for sentence in sentences(sms):
        if sentence in TIMELESS:
            continue
        found = [(claim, m) for form, claim in CLAIMS.items() if (m := re.fullmatch(form, sentence))]
        assert found, f"nobody says what makes this true: {sentence!r}"
        assert all(claim(m, facts, moment, reminder) for claim, m in found), (sentence, moment, reminder)


def assert_true_throughout(
    settings: Mapping[str, str], treatment: Treatment, shares: tuple[float, ...] = (0, 0.3, 0.7, 1)
) -> Timeline:
    """Every text is true at moments from due to send-by, and on a stocking day says how to wear them."""
    rules, facts = protocol(**settings), Facts(settings, treatment)
    timeline = timeline_of(rules, treatment)
    for reminder in timeline.reminders:
        window = reminder.send_by - reminder.due_at - timedelta(minutes=1)
        for share in shares:
            moment = reminder.due_at + (window * share)
            sms = say(rules, timeline, reminder, moment).sms
            assert_true(sms, facts, moment, reminder)
            assert not facts.worn(moment) or "tockings" in sms, (reminder.key, sms)
    return timeline
