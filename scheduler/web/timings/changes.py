"""Changes of a draft in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from scheduler import editions
from scheduler.domain.edits.words import WORDS
from scheduler.domain.protocol import Protocol
from scheduler.models import Draft
from scheduler.web.timings import protocol_words as told
from scheduler.web.timings.fields import values_of


def conflicts(draft: Draft, file: Protocol) -> list[str]:
    """What both sides had changed when the draft was carried over: ours, and beside it theirs."""
    ours = values_of(file, draft.settings)
    theirs = values_of(file, draft.base.settings if draft.base else {})
    return [
        _("%(label)s: %(ours)s here, %(theirs)s in what holds now")
        % {
            "label": told.label(file, name),
            "ours": said_of_typed(file, name, ours.get(name, draft.settings.get(name, ""))),
            "theirs": said_of_typed(file, name, theirs.get(name, "")),
        }
        for name in editions.conflicts_of(draft)
    ]


def unsaved(
    file: Protocol, settings: Mapping[str, str], wanted: Mapping[str, str | None], *, with_words: bool = False
) -> list[str]:
    """What was typed and is not stored yet; texts themselves only if asked for, as they are long."""
    now, own = values_of(file, settings), values_of(file, {})
    return [
        told.label(file, name)
        if name.endswith(WORDS) and not with_words
        else change(file, name, now[name], own[name] if text is None else text)
        for name, text in wanted.items()
        if name in now
    ]


def change(file: Protocol, name: str, before: str | None, after: str | None) -> str:
    """What a setting was and is; None: the protocol's own."""
    return _("%(label)s: %(after)s (was %(before)s)") % {
        "label": told.label(file, name),
        "after": _said(file, name, after),
        "before": _said(file, name, before),
    }


def _said(file: Protocol, name: str, text: str | None) -> str:
    return _("the protocol's own") if text is None else said_of_typed(file, name, text)


def said_of_typed(file: Protocol, name: str, text: str) -> str:
    """What somebody typed need be no value of its kind: then it is said as it was typed."""
    try:
        return told.said(file, name, text)
    except ValueError:
        return text
