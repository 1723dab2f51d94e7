"""What goes wrong in a round: all of it is drawn from one number, before anything begins."""

from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

#: seconds: while things go wrong, and while reminders become due
STORM, DUE = 8.0, 6.5
WORKERS = 3
SHARED, OWN = "shared", "own"
#: clinics: the sender of their texts
CLINICS = {"north": SHARED, "south": SHARED, "east": OWN, "west": OWN}
NUMBERS = {SHARED: "+447700900990", OWN: "+447700900991"}
#: segments a second
RATES = {SHARED: 60.0, OWN: 400.0}
#: what somebody does to a plan, and to how many in a hundred
DEEDS = {"opt-out": 12, "cancel": 5, "move": 5, "earlier": 5, "pause": 4}


@dataclass(frozen=True)
class Person:
    """`due`, `send_by` and `deed_at` are seconds after the beginning; `send_by` None: as it was planned."""

    number: int
    clinic: str
    channels: tuple[str, ...]
    mobile: str
    due: float
    send_by: float | None = None
    deed: str = ""
    deed_at: float = 0.0


@dataclass(frozen=True)
class Fault:
    """A worker that gets to `point` for the nth time dies there, or stands still for so many seconds."""

    point: str
    times: int
    stalls: float = 0.0


@dataclass(frozen=True)
class Act:
    """Something done to one of the processes at that second. `which` is a worker."""

    at: float
    what: str
    which: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Plan:
    seed: int
    engine: str
    people: tuple[Person, ...]
    #: one for each time that a worker is started, in that order; none for the later ones
    faults: tuple[Fault, ...]
    acts: tuple[Act, ...]
    #: what the provider is told, in order
    rules: tuple[dict[str, Any], ...] = field(default=())

    def told(self) -> dict[str, Any]:
        """Without the people, whose part is told with what became of them."""
        return {name: value for name, value in asdict(self).items() if name != "people"}


def plan_of(seed: int, engine: str, people: int) -> Plan:
    chance = Random(f"{seed}")
    crowd = tuple(_person(number, people, chance) for number in range(people))
    faults = tuple(_fault(chance) for _ in range(10))
    return Plan(seed, engine, crowd, faults, _acts(chance), (*RULES, *_punctual(crowd)))


#: where a worker can be told to die, see `points`
POINTS = ("claiming", "claimed", "checked", "sending", "sent", "sent", "recording", "concluding")


def _fault(chance: Random) -> Fault:
    if chance.random() < 0.4:
        point, most = chance.choice([("sending", 20), ("asking", 60)])
        return Fault(point, chance.randint(1, most), chance.uniform(1.2, 1.8))
    return Fault(chance.choice(POINTS), chance.randint(1, 12))


def _person(number: int, people: int, chance: Random) -> Person:
    clinic = chance.choice(list(CLINICS))
    channels = chance.choice([("sms",), ("sms",), ("sms", "email"), ("sms", "email"), ("email", "sms")])
    # Some share a telephone.
    phone = number - 1 if number % 20 == 1 else number
    due = chance.uniform(0, DUE)
    deed = chance.choices(["", *DEEDS], [100 - sum(DEEDS.values()), *DEEDS.values()])[0]
    send_by = due + chance.uniform(1.5, 5) if not deed and chance.random() < 0.1 else None
    deed_at = min(due + chance.uniform(-1, 2), STORM)
    return Person(number, clinic, channels, mobile(phone), due, send_by, deed, max(deed_at, 0.1))


def mobile(number: int) -> str:
    return f"+447700900{number:03}"


def elsewhere(person: Person) -> str:
    """The telephone that somebody gets who changes it."""
    return mobile(500 + person.number)


def _acts(chance: Random) -> tuple[Act, ...]:
    kills = [Act(chance.uniform(0.5, STORM), "kill", chance.randrange(WORKERS)) for _ in range(4)]
    stops = [Act(chance.uniform(0.5, STORM), "ask", chance.randrange(WORKERS))]
    stands = [Act(chance.uniform(0.5, STORM - 3), "freeze", chance.randrange(WORKERS), 7.0)]
    pauses = [Act(chance.uniform(1, STORM), "freeze", chance.randrange(WORKERS), 1.5) for _ in range(3)]
    others = [
        Act(chance.uniform(2, STORM - 2), "database", seconds=chance.uniform(0.2, 1.5)),
        Act(chance.uniform(2, STORM - 2), "web", seconds=chance.uniform(0.1, 1)),
    ]
    return tuple(sorted((*kills, *stops, *stands, *pauses, *others), key=lambda act: act.at))


def _rule(*words: str | int, **fields: Any) -> dict[str, Any]:
    return {"words": words, **fields}


#: longer than a worker waits for an answer
TOO_SLOW = 1.8
RULES = (
    _rule("deliver"),
    *(_rule(word, chance=0.04) for word in ("undelivered:30003", "undelivered:30005")),
    *(_rule(word, chance=0.02) for word in ("undelivered:30008", "failed:30007", "undelivered:30036")),
    *(_rule(f"reports-{how}", chance=0.1) for how in ("late", "twice", "reversed", "never")),
    _rule("reports-early", chance=0.05),
    _rule("slow", delay=0.3, chance=0.1),
    _rule("then-close", chance=0.05),
    *(_rule(code, chance=0.02) for code in (20429, 21211)),
    *(_rule(code, chance=0.01) for code in (21611, 21408, 21610, 20503, 29999)),
    *(_rule(word, chance=0.03) for word in ("500-before", "500-after", "drop-before", "drop-after")),
    *(_rule(word, chance=0.02) for word in ("never", "never-before", "half", "garbage")),
    _rule("slow", delay=TOO_SLOW, chance=0.02),
    _rule("accept", wait=TOO_SLOW, chance=0.02),
    _rule("accept", chance=0.05, listed_after=1.0),
    # known only much later, as long as the first look waits
    _rule("drop-after", "reports-late", chance=0.04, report_delay=8.0, listed_after=4.0),
    _rule("drop-after", "hidden", chance=0.015),
    _rule(20003, chance=0.003),
    _rule("redacted", on="read", chance=0.3),
    _rule("500-before", on="read", chance=0.1),
    _rule("never", on="read", chance=0.03),
    _rule("slow", on="read", chance=0.1),
)


def _punctual(crowd: tuple[Person, ...]) -> list[dict[str, Any]]:
    """Whose texts must not leave any more from a moment on: they are taken as soon as they are posted."""
    hurried = {one.mobile for one in crowd if one.deed or one.send_by is not None}
    return [_rule(to=number, wait=0.0) for number in sorted(hurried)]
