"""Two people at one draft: what one typed, beside what the other did meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler import editions
from scheduler.domain.protocol import Protocol
from scheduler.models import Draft
from scheduler.web import words
from scheduler.web.timings.changes import change, said_of_typed
from scheduler.web.timings.fields import Typed, values_of

#: so many of the newest steps are told
MOST = 10
KINDS: Mapping[str, words.Word] = {
    "draft-started": gettext_lazy("began the draft anew"),
    "draft-changed": gettext_lazy("gave a reason"),
    "draft-renewed": gettext_lazy("carried the draft over to what holds now"),
    "draft-discarded": gettext_lazy("discarded the draft"),
    "draft-published": gettext_lazy("published the draft"),
}


@dataclass(frozen=True)
class Step:
    """What somebody did, in sentences."""

    actor: str
    at: datetime
    what: tuple[str, ...]


@dataclass(frozen=True)
class Meanwhile:
    """`mine` are fields with something typed that is not in the draft; `notes` are for beside the fields."""

    steps: tuple[Step, ...] = ()
    mine: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)


def meanwhile(draft: Draft, seen: int, typed: Typed) -> Meanwhile:
    """What happened to the draft since revision `seen`, and what of the typed texts is not in it."""
    file = editions.file_of(draft)
    now, then = values_of(file, draft.settings), editions.settings_at(draft, seen)
    before = now if then is None else values_of(file, then)
    mine = {name for name, text in typed.texts.items() if text != before[name]} | set(typed.faults)
    notes = {
        name: _beside(
            file, name, before[name], now[name], typed=name in mine and typed.texts.get(name) != now[name]
        )
        for name in now
        if before[name] != now[name] or (then is None and name in mine)
    }
    steps = tuple(Step(deed.actor, deed.at, _what(file, deed)) for deed in editions.deeds(draft, seen)[:MOST])
    return Meanwhile(steps, frozenset(mine), notes)


def _beside(file: Protocol, name: str, before: str, now: str, *, typed: bool) -> str:
    said = {"now": said_of_typed(file, name, now), "before": said_of_typed(file, name, before)}
    if typed:
        return _("In the draft now: %(now)s. What stands here is yours; saving puts it in its place.") % said
    return _("Changed meanwhile: %(now)s; it was %(before)s.") % said


def _what(file: Protocol, deed: editions.Deed) -> tuple[str, ...]:
    if not deed.changes:
        return (str(KINDS[deed.kind]),)
    return tuple(change(file, name, before, after) for name, before, after in deed.changes)
