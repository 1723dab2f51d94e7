"""What can be wrong in the words of a text, whoever wrote them: a protocol's file or a clinic."""

import re
from collections.abc import Container, Iterator

from scheduler.domain.gsm7 import foreign_characters, to_gsm7
from scheduler.domain.placeholders import FORM, OF_CONTACT, OF_PHASE, names_in
from scheduler.domain.sentences import gettext as _

#: (code, sentence)
Faults = Iterator[tuple[str, str]]
PLACEHOLDER, BRACE, COSTLY, RELATIVE = (
    "unknown-placeholder", "lone-brace", "costly-character", "relative-day",
)  # fmt: skip
#: a text may be read on another day than it was written for
RELATIVE_DAY = re.compile(
    r"\b(today|tonight|tomorrow|yesterday|this (?:morning|afternoon|evening)|day \d+)\b", re.I
)


def faults_of_text(text: str, phases: Container[str], endless: Container[str]) -> Faults:
    """Braces that are no placeholder, and placeholders that nothing fills; `endless` phases have no end."""
    if re.search(r"[{}]", FORM.sub("", text)):
        yield BRACE, _("a brace stands alone: placeholders are written {like.this}")
    for name in names_in(text):
        phase, _dot, part = name.partition(".")
        if name in OF_CONTACT:
            continue
        if phase not in phases or part not in OF_PHASE:
            yield PLACEHOLDER, _("there is no placeholder %(name)s") % {"name": f"{{{name}}}"}
        elif phase in endless:
            sentence = _("%(name)s: the phase %(phase)s has no end")
            yield PLACEHOLDER, sentence % {"name": f"{{{name}}}", "phase": repr(phase)}


def faults_of_sms(text: str) -> Faults:
    """Characters outside the GSM 7-bit alphabet; with what to write instead, where there is something."""
    costly = foreign_characters(text)
    if costly:
        instead = [
            _("%(wrong)s as %(right)s") % {"wrong": one, "right": to_gsm7(one)}
            for one in costly
            if to_gsm7(one) != one
        ]
        sentence = (
            _(
                "%(characters)s is not in the GSM 7-bit alphabet and would more than double the cost; "
                "write %(instead)s"
            )
            if instead
            else _("%(characters)s is not in the GSM 7-bit alphabet and would more than double the cost")
        )
        yield COSTLY, sentence % {"characters": " ".join(costly), "instead": ", ".join(instead)}


def relative_days(text: str) -> Faults:
    """Words that are true on one day only."""
    for word in dict.fromkeys(RELATIVE_DAY.findall(text)):
        sentence = _("%(word)s may be read on another day; give a date, like {due_date}")
        yield RELATIVE, sentence % {"word": repr(word)}
