"""What is true for a patient with several treatments, by arithmetic of its own.

A sentence is judged as `oracle` judges it, with the dates that the latest of connected treatments gives.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.timeline import PlannedReminder, Treatment
from tests.domain.oracle import CLAIMS, TIMELESS, Facts, sentences

BODY = ("no_heat", "no_exercise", "no_flying", "raised_leg", "gentle_activity")
SITE = ("no_waxing", "gentle_washing", "cool_compress", "wear", "daytime")
IN_HOURS = ("raised_leg", "gentle_activity", "gentle_washing", "cool_compress")
#: words that only speak of the leg that was treated
OF_LEG = re.compile(r"tockings|axing|Wash gently|Cool compress|rub")
LEGS = re.compile(r"^(Left|Right) leg: ")
#: no text names this one
NEVER = date.max
OPENING = "Your corrected dates: "


@dataclass(frozen=True)
class Held:
    """A rule of one treatment: from when until when, and the last date that it covers."""

    episode: int
    site: str
    begins: datetime
    ends: datetime
    last: date


class Together:
    """The facts of all running treatments of a patient, by episode."""

    def __init__(self, treated: Mapping[int, tuple[Mapping[str, str], Treatment]]) -> None:
        self.facts = {episode: Facts(settings, t) for episode, (settings, t) in treated.items()}
        self.treatments = {episode: treatment for episode, (_, treatment) in treated.items()}
        for episode in self.linked():
            self.treatments[episode] = replace(self.treatments[episode], site="both")

    def linked(self) -> set[int]:
        """A left and a right one that one of both legs links: what is said of both is said of either."""
        found: set[int] = set()
        spans = {
            e: (f.t0, max(h.ends for r in SITE if (h := self.held_by(e, r)))) for e, f in self.facts.items()
        }
        sites = {episode: treatment.site for episode, treatment in self.treatments.items()}
        for link in (e for e, site in sites.items() if site in ("both", "")):
            begins, ends = spans[link]
            near = [e for e, span in spans.items() if span[0] <= ends and begins <= span[1]]
            if {"left", "right"} <= {sites[e] for e in near}:
                found |= {e for e in near if sites[e] in ("left", "right")}
        return found

    def held(self, rule: str) -> list[Held]:
        return [held for episode in self.facts if (held := self.held_by(episode, rule))]

    def held_by(self, episode: int, rule: str) -> Held | None:
        f, site = self.facts[episode], self.treatments[episode].site
        begins = f.t0
        if rule == "wear":
            ends, last = f.wear_ends, f.day_of(f.wear_ends)
        elif rule == "daytime":
            begins, ends, last = f.wear_ends, f.end_of(f.daytime_last), f.daytime_last
        elif f.given[rule] in ("omit", "in-person"):
            return None
        elif rule in IN_HOURS:
            ends, last = f.after(rule), f.day_of(f.after(rule))
        else:
            ends, last = f.end_of(f.last(rule)), f.last(rule)
        return Held(episode, site, begins, ends, last) if begins < ends else None

    def stretches(self, rule: str) -> list[list[Held]]:
        """What hangs together: it touches in time, and on a leg where the rule is about the leg."""
        groups: list[list[Held]] = []
        for one in self.held(rule):
            near = [g for g in groups if any(self.touch(rule, one, other) for other in g)]
            groups = [g for g in groups if g not in near] + [[one, *(other for g in near for other in g)]]
        return groups

    def touch(self, rule: str, one: Held, other: Held) -> bool:
        in_time = one.begins <= other.ends and other.begins <= one.ends
        return in_time and (rule in BODY or meet(one.site, other.site))

    def stretch(self, episode: int, rule: str, moment: datetime) -> tuple[datetime, datetime, date] | None:
        """The stretch that this treatment's patient has to keep to at the moment; else its own one."""
        site = self.treatments[episode].site
        groups = [g for g in self.stretches(rule) if rule in BODY or any(meet(site, one.site) for one in g)]
        spans = [(min(o.begins for o in g), max((o.ends, o.last) for o in g), g) for g in groups]
        now = [s for s in spans if s[0] <= moment < s[1][0]]
        own = [s for s in spans if any(one.episode == episode for one in s[2])]
        chosen = [s for s in own if s in now] or sorted(now, key=lambda s: s[1]) or own
        return (chosen[-1][0], *chosen[-1][1]) if chosen else None


class Seen(Facts):
    """The facts of one treatment as the others leave them at a moment."""

    def __init__(self, together: Together, episode: int, moment: datetime) -> None:
        own = together.facts[episode]
        self.given, self.t0, self.zone, self.day_zero = own.given, own.t0, own.zone, own.day_zero
        self.together, self.episode, self.moment = together, episode, moment
        wear, daytime = (together.stretch(episode, rule, moment) for rule in ("wear", "daytime"))
        assert wear
        self.wear_ends = wear[1]
        self.daytime_last = daytime[2] if daytime else own.daytime_last

    def after(self, name: str) -> datetime:
        found = self.together.stretch(self.episode, name, self.moment)
        assert found
        return found[1]

    def last(self, name: str) -> date:
        found = self.together.stretch(self.episode, name, self.moment)
        return found[2] if found else NEVER

    def worn(self, moment: datetime) -> bool:
        spans = [self.together.stretch(self.episode, rule, moment) for rule in ("wear", "daytime")]
        return any(span and span[0] <= moment < span[1] for span in spans)


def meet(one: str, other: str) -> bool:
    return not one or not other or "both" in (one, other) or one == other


def said(sms: str) -> Iterator[tuple[str, str]]:
    """Each sentence with the leg that it is about."""
    leg = ""
    for sentence in sentences(sms):
        words = sentence.removeprefix(OPENING)
        if found := LEGS.match(words):
            leg, words = found[1].lower(), words[found.end() :]
        yield leg, words


def assert_true_for_all(
    sms: str, together: Together, speakers: Sequence[int], moment: datetime, reminder: PlannedReminder
) -> None:
    """Every sentence is true for the treatment that says it; `speakers` are those that the text is about."""
    for leg, sentence in said(sms):
        about_leg = bool(OF_LEG.search(sentence))
        if not leg and about_leg and sentence not in TIMELESS:
            assert_no_other_leg(sentence, together, speakers, moment)
        if sentence in TIMELESS:
            continue
        found = [(claim, m) for form, claim in CLAIMS.items() if (m := re.fullmatch(form, sentence))]
        assert found, f"nobody says what makes this true: {sentence!r}"
        asked = [e for e in speakers if not leg or together.treatments[e].site == leg]
        assert asked, f"nobody of {speakers} speaks of the {leg} leg: {sentence!r}"
        seen = [Seen(together, episode, moment) for episode in asked]
        true = [all(claim(m, facts, moment, reminder) for claim, m in found) for facts in seen]
        assert any(true), (sentence, moment, reminder)


def assert_no_other_leg(sentence: str, together: Together, speakers: Sequence[int], moment: datetime) -> None:
    """Without a leg in the text, none of the other leg's rules that end may be in force."""
    mine = [together.treatments[episode].site for episode in speakers]
    for rule in SITE:
        for held in together.held(rule):
            if held.begins <= moment < held.ends:
                assert any(meet(site, held.site) for site in mine), (sentence, held)
