"""What the provider does with a request: rules, and the words that are short for them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

from tests.support.provider.errors import status_of

#: seconds after the step before, the status, and a code where it is a failure
Step = tuple[float, str, int | None]
#: a phone takes a moment
MOMENT = 0.05


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Times are seconds."""

    #: whether the text is taken
    accept: bool = True
    #: "created", "error", "nothing", "drop", "half" or "garbage"
    answer: str = "created"
    #: of an error
    code: int = 20500
    status: int = 500
    #: before it is taken
    wait: float = 0.0
    #: between taking and answering
    delay: float = 0.0
    #: closes the connection behind the answer
    close: bool = False
    #: what becomes of the text
    life: tuple[Step, ...] = ()
    #: how often each step is reported
    reports: int = 1
    report_delay: float = 0.0
    reversed: bool = False
    #: the whole life comes before the answer
    early: bool = False
    redacted: bool = False
    hidden: bool = False
    #: for so long the list does not show it
    listed_after: float = 0.0


DEFAULT = Behaviour()
NAMES = {field.name for field in fields(Behaviour)}
_ERROR = {"answer": "error", "code": 20500, "status": 500}
WORDS: dict[str, dict[str, Any]] = {
    "accept": {"accept": True, "answer": "created", "wait": 0.0, "delay": 0.0, "close": False},
    "slow": {"accept": True, "answer": "created", "delay": 0.2},
    "never": {"accept": True, "answer": "nothing"},
    "never-before": {"accept": False, "answer": "nothing"},
    "500-before": {"accept": False, **_ERROR},
    "500-after": {"accept": True, **_ERROR},
    "drop-before": {"accept": False, "answer": "drop"},
    "drop-after": {"accept": True, "answer": "drop"},
    "half": {"accept": True, "answer": "half"},
    "garbage": {"accept": True, "answer": "garbage", "status": 201},
    "then-close": {"close": True},
    "deliver": {"life": ((MOMENT, "sent", None), (MOMENT, "delivered", None))},
    "reports-late": {"report_delay": 1.0},
    "reports-twice": {"reports": 2},
    "reports-reversed": {"reversed": True},
    "reports-early": {"early": True},
    "reports-never": {"reports": 0},
    "redacted": {"redacted": True},
    "hidden": {"hidden": True},
}


def meaning(word: str | int) -> dict[str, Any]:
    if isinstance(word, int):
        return {"accept": False, "answer": "error", "code": word, "status": status_of(word)}
    name, _, code = word.partition(":")
    if name == "undelivered":
        return {"life": ((MOMENT, "sent", None), (MOMENT, "undelivered", int(code)))}
    if name == "failed":
        return {"life": ((MOMENT, "failed", int(code)),)}
    if word not in WORDS:
        raise ValueError(f"no such behaviour: {word}")
    return WORDS[word]


@dataclass(slots=True)
class Rule:
    changes: dict[str, Any]
    to: str | None
    #: how many requests it is still for; None: for all
    times: int | None
    chance: float
    on: str


class Rules:
    """A draw depends on the seed, the rule, the number and how many such requests that number has had."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rules: list[Rule] = []
        self._asked: Counter[tuple[str, str]] = Counter()

    def add(self, rule: Rule) -> None:
        self._rules.append(rule)

    def forget(self) -> None:
        self._rules = []

    def choose(self, on: str, to: str) -> Behaviour:
        if not self._rules:
            return DEFAULT
        self._asked[on, to] += 1
        changes: dict[str, Any] = {}
        for place, rule in enumerate(self._rules):
            if (
                rule.on == on
                and rule.to in (None, to)
                and rule.times != 0
                and self._is_drawn(place, rule, to)
            ):
                changes |= rule.changes
                if rule.times is not None:
                    rule.times -= 1
        return replace(DEFAULT, **changes)

    def _is_drawn(self, place: int, rule: Rule, to: str) -> bool:
        if rule.chance >= 1:
            return True
        return Random(f"{self._seed}/{place}/{to}/{self._asked[rule.on, to]}").random() < rule.chance


def rule_of(
    words: Sequence[str | int],
    to: str | None = None,
    times: int | None = None,
    chance: float = 1.0,
    on: str = "create",
    **fields: Any,
) -> Rule:
    """Fields given by name overrule what the words say."""
    if on not in ("create", "read"):
        raise ValueError(f"a rule is on create or read, not on {on}")
    changes: dict[str, Any] = {}
    for word in words:
        changes |= meaning(word)
    return Rule(changes | _checked(fields), to, times, chance, on)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples, and a step may leave out its code."""
    if unknown := set(given) - NAMES:
        raise ValueError(f"no such field of a behaviour: {', '.join(sorted(unknown))}")
    if "life" in given:
        given = given | {"life": tuple((*step, None)[:3] for step in given["life"])}
    return given
