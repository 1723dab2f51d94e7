"""What each sentence of a text or an email claims, whether that is true, and what the patient knows by it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tests.plans.stateful_facts import BODY, LEGS, Stretch, Treated, stretches

NIGHT, DAYTIME = "compression-continuous", "compression-daytime"
HEAT, EXERCISE, WAXING, FLYING = "no-heat", "no-exercise", "no-waxing", "no-flying"
DATED = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?: \d+ [A-Z][a-z]{2})?\b")
HOT = r"No heat \(sauna, gym, sunbed, hot bath\) up to and including (.*)"
LAST = ("This is our last reminder.", "This is the last reminder of your plan.")
#: an hour that was told and moves by less than this needs no word
NOTICEABLE = timedelta(hours=1)


@dataclass(frozen=True)
class Scene:
    """The patient's running treatments at the moment of a text, which is one of these treatments'."""

    at: datetime
    own: Treated
    running: Sequence[Treated]

    @property
    def rules(self) -> list[Stretch]:
        return stretches(self.running)

    def on(self, rule: str, legs: Iterable[str]) -> list[Stretch]:
        return [one for one in self.rules if one.rule == rule and one.legs & set(legs)]

    def holding(self, rule: str, legs: Iterable[str]) -> list[Stretch]:
        """In the daytime only is not what holds while day and night does on that leg."""
        found = [one for one in self.on(rule, legs) if one.holds(self.at)]
        if rule != DAYTIME:
            return found
        night = {leg for leg in legs if self.holding(NIGHT, [leg])}
        return [one for one in found if one.legs & set(legs) - night]

    def spoken_of(self, rule: str, legs: Iterable[str]) -> list[Stretch]:
        """What holds; where a treatment may be of both legs, one end is said for both, the later one."""
        held = self.holding(rule, legs)
        both = any(len(one.legs) > 1 for one in self.running)
        return [one for one in held if not both or one.ends == max(other.ends for other in held)]

    def is_end(self, said: str, stretch: Stretch) -> bool:
        """A date, an hour with its date, or an hour with its weekday."""
        zones = [one.wall(stretch.ends) for one in self.running]
        hours = {f"{wall:%H:%M} {day(wall.date())}" for wall in zones} | {f"{w:%H:%M %a}" for w in zones}
        return said in hours or said in {day(last) for last in stretch.last}


def day(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


Claim = Callable[[Scene, Sequence[str], frozenset[str]], bool]


class Form(NamedTuple):
    """How something is said, the rules whose ends it names in their order, and when it is true."""

    pattern: str
    rules: tuple[str, ...]
    claim: Claim


def holds(*rules: str, without: str = "") -> Claim:
    """Each rule holds, and everywhere where it does it ends as it is said."""

    def claim(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
        held = [scene.spoken_of(rule, legs) for rule in rules]
        right = all(
            here and all(scene.is_end(end, one) for one in here) for end, here in zip(said, held, strict=True)
        )
        return right and not (without and scene.holding(without, legs))

    return claim


def same_end(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return holds(HEAT, EXERCISE)(scene, [*said, *said], legs)


def ends(rule: str, *, over: bool = False) -> Claim:
    """It ends then, or did; nothing of the same rule goes on beyond that."""

    def claim(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
        held = scene.spoken_of(rule, legs) + (scene.holding(NIGHT, legs) if rule == DAYTIME else [])
        right = [one for one in scene.on(rule, legs) if scene.is_end(said[0], one)]
        return bool(right) and not (over and held) and all(one in right for one in held)

    return claim


def today(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return holds(DAYTIME)(scene, said, legs) and said[0] in {
        day(t.wall(scene.at).date()) for t in scene.running
    }


def nights_off(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    """From the night of that date on, which is today or was the day before."""
    walls = [scene.own.wall(scene.at - timedelta(days=back)).date() for back in (0, 1, 2)]
    night = [on for on in walls if day(on) == said[0]]
    off = [one for one in scene.on(NIGHT, legs) if one.ends <= scene.at]
    return (
        bool(night)
        and all(scene.own.wall(one.ends).date() <= night[0] for one in off)
        and holds(DAYTIME)(scene, said[1:], legs)
    )


def in_person(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return any(one.settings["no_flying"] == "in-person" for one in scene.running)


def gentle(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return bool(scene.holding("gentle-activity", legs))


def some_leg(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return any(one.legs & legs for one in scene.running)


def off_to_wash(scene: Scene, said: Sequence[str], legs: frozenset[str]) -> bool:
    return bool(scene.holding(NIGHT, legs))


FORMS = (
    Form(r"Stockings day & night to (.*)\.", (NIGHT,), holds(NIGHT)),
    Form(
        r"Wear your stockings or dressings day and night until (.*)\. Take them off .*",
        (NIGHT,),
        holds(NIGHT),
    ),
    Form(r"Off only to wash\.", (), off_to_wash),
    Form(r"Don't rub\.|Leave the places of the injections alone: .*", (), some_leg),
    Form(r"Stockings in the daytime to (.*)\.", (DAYTIME,), holds(DAYTIME)),
    Form(r"Wear your .* in the daytime, up to and including (.*)\. At night .*", (DAYTIME,), holds(DAYTIME)),
    Form(r"Daytime stockings end (.*)\.", (DAYTIME,), today),
    Form(r"Wear your .* in the daytime\. (.*) is the last day for them\.", (DAYTIME,), today),
    Form(r"From (.*) stockings off at night; daytime to (.*)\.", ("", DAYTIME), nights_off),
    Form(r"From the night of (.*) on you can take .*, up to and including (.*)\.", ("", DAYTIME), nights_off),
    Form(r"Stockings ended (.*)\.", (DAYTIME,), ends(DAYTIME, over=True)),
    Form(r"Your time with stockings .* ended with (.*)\.", (DAYTIME,), ends(DAYTIME, over=True)),
    Form(r"Leg raised to (.*)\.", ("elevation",), holds("elevation")),
    Form(r"Keep your treated leg raised as much as you can until (.*)\.", ("elevation",), holds("elevation")),
    Form(r"Gentle activity.*", (), gentle),
    Form(r"Wash gently to (.*) at least\.", ("gentle-washing",), holds("gentle-washing")),
    Form(r"Wash the skin gently until (.*) at least\..*", ("gentle-washing",), holds("gentle-washing")),
    Form(r"Cool compress to (.*)\.", ("",), holds("cool-compress")),
    Form(r"If it bruises, a cool compress until (.*) can lessen it\.", ("",), holds("cool-compress")),
    Form(r"No heat/gym to (.*) at least, nor exercise\.", (EXERCISE,), same_end),
    Form(r"No exercise, and no heat .*: .* including (.*), for heat until then .*", (EXERCISE,), same_end),
    Form(r"No heat to (.*) or exercise to (.*)\.", (HEAT, EXERCISE), holds(HEAT, EXERCISE)),
    Form(
        HOT + r" at least, and no exercise up to and including (.*)\. Cool .*",
        (HEAT, EXERCISE),
        holds(HEAT, EXERCISE),
    ),
    Form(r"No heat or gym to (.*) at least\.", (HEAT,), holds(HEAT, without=EXERCISE)),
    Form(HOT + r" at least\. Cool .*", (HEAT,), holds(HEAT, without=EXERCISE)),
    Form(r"No exercise (?:to|up to and including) ([^;]*)\.", (EXERCISE,), holds(EXERCISE, without=HEAT)),
    Form(r"No waxing (?:to|up to and including) (.*)\.", (WAXING,), holds(WAXING)),
    Form(r"No flying (?:to|up to and including) (.*)\.", (FLYING,), holds(FLYING)),
    Form(r"Flying: as told in person\.|For flying, keep to .* in person\.", (), in_person),
    Form(r"No-exercise period ends (.*)\.", (EXERCISE,), ends(EXERCISE)),
    Form(r"The period without exercise ends with (.*)\.", (EXERCISE,), ends(EXERCISE)),
    Form(r"No-waxing period ends (.*)\.", (WAXING,), ends(WAXING)),
    Form(r"The period without waxing ends with (.*)\.", (WAXING,), ends(WAXING)),
    Form(r"No-flying period ends (.*)\.", (FLYING,), ends(FLYING)),
    Form(r"The period without flying ends with (.*)\.", (FLYING,), ends(FLYING)),
    Form(r"No heat/gym to (.*) at least; ask first\.", (HEAT,), ends(HEAT)),
    Form(HOT + r"\. That is the minimum: .*", (HEAT,), ends(HEAT)),
    Form(r"No-exercise time ended (.*)\.", (EXERCISE,), ends(EXERCISE, over=True)),
    Form(r"The period without exercise ended with (.*)\.", (EXERCISE,), ends(EXERCISE, over=True)),
    Form(r"No-waxing time ended (.*)\.", (WAXING,), ends(WAXING, over=True)),
    Form(r"The period without waxing ended with (.*)\.", (WAXING,), ends(WAXING, over=True)),
    Form(r"No-flying time ended (.*)\.", (FLYING,), ends(FLYING, over=True)),
    Form(r"The period without flying ended with (.*)\.", (FLYING,), ends(FLYING, over=True)),
)


@dataclass(frozen=True)
class Told:
    """An end that a text of `treated` named, and the treatments that it is about.

    Where a leg is put right later, it is the one that was spoken of.
    """

    at: datetime
    rule: str
    end: date | datetime
    treated: Treated
    whose: frozenset[Treated]

    @property
    def legs(self) -> frozenset[str]:
        if self.rule in BODY:
            return frozenset(LEGS)
        return frozenset().union(*(one.legs for one in self.whose))

    def is_true_of(self, stretch: Stretch) -> bool:
        """On the clock of its treatment; hours may be a little off."""
        if isinstance(self.end, datetime):
            return abs(self.treated.wall(stretch.ends) - self.end) < NOTICEABLE
        return self.end in stretch.last

    def is_past(self, now: datetime) -> bool:
        wall = self.treated.wall(now)
        return self.end <= wall if isinstance(self.end, datetime) else self.end < wall.date()


def judge(text: str, kind: str, scene: Scene) -> list[Told]:
    """Every sentence of the text is true. Returns the ends that it names."""
    told: list[Told] = []
    for leg, sentence in sentences(text, kind):
        legs = frozenset({leg} if leg else LEGS)
        fitting = [(form, found) for form in FORMS if (found := re.fullmatch(form.pattern, sentence))]
        assert fitting or not DATED.search(sentence), f"nobody says what makes this true: {sentence!r}"
        for form, found in fitting:
            assert form.claim(scene, found.groups(), legs), _wrong(sentence, text, scene)
            named = list(zip(form.rules, found.groups(), strict=True))
            named += [(HEAT, found[1])] if form.claim is same_end else []
            told += [_told(rule, said, legs, scene) for rule, said in named if rule]
    return told


def _told(rule: str, said: str, legs: frozenset[str], scene: Scene) -> Told:
    meant = [one.whose for one in scene.on(rule, legs) if scene.is_end(said, one)]
    return Told(scene.at, rule, _end(said, scene), scene.own, frozenset().union(*meant))


def _wrong(sentence: str, text: str, scene: Scene) -> str:
    facts = "\n".join(map(str, [*sorted(scene.rules, key=lambda one: one.rule), *scene.running]))
    return f"{sentence!r} of {scene.own.episode} is not true at {scene.at} in {text!r}\n{facts}"


def sentences(text: str, kind: str) -> Iterator[tuple[str, str]]:
    """Each sentence of what is said before and after the emergency fragment, with the leg it is about."""
    if kind == "sms":
        care = text.partition(": ")[2].partition(" Breathless/chest pain: ")[0]
        said = re.split(r"(?<=[.?:]) (?=[A-Z])", care)
    else:
        said = text.split("\n\n")
    leg = ""
    for sentence in _with_legs_attached(said):
        named = re.match(r"(Left|Right) leg: ", sentence)
        about = sentence[named.end() :] if named else sentence
        # The leg is named once for what follows about a leg; what is about the whole body ends that.
        leg = named[1].lower() if named else leg if _is_local(about) else ""
        yield leg, about


def _with_legs_attached(said: Iterable[str]) -> Iterator[str]:
    before = ""
    for sentence in said:
        if sentence in ("Left leg:", "Right leg:"):
            before = f"{sentence} "
            continue
        yield before + sentence
        before = ""


def _is_local(sentence: str) -> bool:
    form = next((form for form in FORMS if re.fullmatch(form.pattern, sentence)), None)
    rules = [rule for rule in form.rules if rule] if form else []
    return form is not None and form.claim not in (in_person, gentle) and not set(rules) & BODY


def _end(said: str, scene: Scene) -> date | datetime:
    """The date or hour that is meant: near the moment of the text, which names no year."""
    around = [scene.own.wall(scene.at).date() + timedelta(days=n) for n in range(-70, 100)]
    clock, _, rest = said.partition(" ") if ":" in said else ("", "", said)
    found = [on for on in around if day(on) == rest or (clock and f"{on:%a}" == rest and on >= around[69])]
    assert found, f"no such date: {said}"
    return datetime.fromisoformat(f"{found[0]} {clock}") if clock else found[0]
