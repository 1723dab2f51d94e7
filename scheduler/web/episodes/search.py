"""Finding patients by parts of a name, or by a number as people write it; quick among a hundred thousand."""

import re
from typing import Any

from django.db.models import CharField, Lookup, Q, QuerySet

from scheduler.models import Clinic, Episode, Patient

#: of what is typed; no name that is kept is longer
LONGEST = 120
#: so few digits are the last ones of a number
LAST_DIGITS = 4
#: who is found so often is looked for among the newest, and everybody else by the list of who was found
FEW = 1000
NUMBER = re.compile(r"[\d\s()./+\u2010-\u2015-]+")


@CharField.register_lookup
class Part(Lookup):
    """Whether a text has this in it, large or small, whatever the database's language says of letters."""

    lookup_name = "part"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, values = self.process_lhs(compiler, connection)
        embedded = connection.vendor == "sqlite"
        part = str(self.rhs)
        if part.isascii():
            # Quicker; but of other letters neither engine knows what is large and small everywhere.
            pattern = "%" + re.sub(r"([\\%_])", r"\\\1", part.lower()) + "%"
            like = "{} LIKE %s ESCAPE '\\'" if embedded else 'lower({} COLLATE "C") LIKE %s'
            return like.format(column), [*values, pattern]
        letters = "".join(map(_either_case, part))
        if embedded:
            return f"{column} GLOB %s", [*values, f"*{letters}*"]
        return f"{column} ~ %s", [*values, letters]


def _either_case(letter: str) -> str:
    """A class of a pattern with the letter as it is written large and small; both engines read it alike."""
    if letter in "\\^":
        return f"[\\{letter}]"
    large = letter.upper()
    # Each once: a second closing bracket would stand for itself after the class.
    return f"[{''.join(dict.fromkeys(letter + letter.lower() + (large if len(large) == 1 else '')))}]"


def read_term(typed: str) -> str:
    """What was typed as it is looked for and shown again."""
    return " ".join(typed.replace("\x00", " ").split())[:LONGEST]


def matching(term: str, whose: str = "") -> Q:
    """Patients whose name has every word of the term in it, or whose mobile number has its digits."""
    if NUMBER.fullmatch(term) and re.search(r"\d", term):
        return Q(**{f"{whose}mobile__{_digits(term)[0]}": _digits(term)[1]})
    wanted = Q()
    for word in term.split():
        wanted &= Q(**{f"{whose}name__part": word})
    return wanted


def _digits(term: str) -> tuple[str, str]:
    """How a number is compared, and with what."""
    digits = re.sub(r"\D", "", term.replace("(0)", ""))
    if len(digits) <= LAST_DIGITS:
        return "endswith", digits
    # 07700 ..., 0044 7700 ... and +44 7700 ... are the same number, which is kept as +447700...
    return "contains", digits.lstrip("0") or digits


def found(clinic: Clinic, term: str, among: "QuerySet[Episode]") -> "QuerySet[Episode]":
    """Those of the episodes whose patient the term means."""
    these = Patient.objects.for_clinic(clinic).filter(matching(term))
    ids = list(these.values_list("pk", flat=True)[: FEW + 1])
    return among.filter(patient__in=ids) if len(ids) <= FEW else among.filter(matching(term, "patient__"))
