"""What happened to a draft since somebody looked at it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.editions.past import events_since
from scheduler.models import Draft, Event

#: so many of the newest changes are told
MOST = 5
DONE = {
    "draft-started": gettext_lazy("began it"),
    "draft-renewed": gettext_lazy("renewed it"),
    "draft-discarded": gettext_lazy("discarded it"),
    "draft-published": gettext_lazy("published it as edition {number}"),
}


def what_changed(draft: Draft, seen_revision: int) -> str:
    """Who changed what, the newest first, in a sentence."""
    events = events_since(draft, seen_revision)[:MOST]
    told = "; ".join(f"{event.actor} {' and '.join(_told(event))}" for event in events)
    return _("The draft has changed since you looked at it: %(told)s.") % {"told": told or _("look again")}


def _told(event: Event) -> Iterator[str]:
    if event.kind in DONE:
        yield DONE[event.kind].format(**event.details)
        return
    for name, (before, after) in event.details["changes"].items():
        yield _("set %(name)s to %(after)s (was %(before)s)") % {
            "name": name,
            "after": _short(after),
            "before": _short(before),
        }
    if not event.details["changes"]:
        yield _("gave a reason")


def _short(text: str | None) -> str:
    if text is None:
        return _("the protocol's own")
    return text if len(text) <= 40 else f"{text[:39]}..."
