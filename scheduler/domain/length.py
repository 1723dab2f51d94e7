"""How long a rule holds: "72h", "14d", "2w"."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from scheduler.domain.echo import quoted
from scheduler.domain.sentences import gettext as _

FORM = re.compile(r"(\d{1,4})([hdw])")
HOURS = {"h": 1, "d": 24, "w": 168}
LONGEST = 366


@dataclass(frozen=True, slots=True)
class Length:
    """A whole number of hours. Whether it ends to the hour or with a local day, the phase says."""

    hours: int

    @property
    def days(self) -> int:
        """The days it covers: 72 hours are 3."""
        return -(-self.hours // 24)

    @property
    def elapsed(self) -> timedelta:
        """Elapsed time, across a clock change too."""
        return timedelta(hours=self.hours)

    def __str__(self) -> str:
        return f"{self.hours // 24}d" if self.hours % 24 == 0 else f"{self.hours}h"


def parse_length(text: Any) -> Length:
    """Read "72h", "14d" or "2w"; raise ValueError with a sentence for anything else."""
    if isinstance(text, Length):
        return text
    form = FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        sentence = _('%(typed)s is not a length; write hours, days or weeks: "72h", "14d" or "2w"')
        raise ValueError(sentence % {"typed": quoted(text)})
    length = Length(int(form[1]) * HOURS[form[2]])
    if not 1 <= length.days <= LONGEST:
        sentence = _("%(typed)s is out of range: a length is from 1h to %(longest)sd")
        raise ValueError(sentence % {"typed": quoted(text), "longest": LONGEST})
    return length


LengthField = Annotated[Length, BeforeValidator(parse_length), PlainSerializer(str)]
