"""What a protocol must keep from the edition before it: the texts that nobody may get twice, or never.

A reminder is known by its key. Under another key a text that went already would go again; without its key
one that is still to come would vanish.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.domain.edits.finding import Finding, fault
from scheduler.domain.protocol import Message, Protocol

KINDS = {
    "critical": gettext_lazy("critical"),
    "welcome": gettext_lazy("welcome"),
    "catch-up": gettext_lazy("catch-up"),
    "correction": gettext_lazy("correction"),
}


def faults_of_kept(before: Protocol, after: Protocol) -> Iterator[Finding]:
    """One for each text of these kinds that the next edition has not got under its key."""
    for key, message in before.messages.items():
        if message.kind in KINDS and (sentence := _lost(message, after.messages.get(key))):
            yield fault(f"messages.{key}", "message-lost", sentence)


def _lost(before: Message, after: Message | None) -> str:
    told = {"label": repr(before.label), "kind": KINDS[before.kind]}
    if after is None:
        return (
            _(
                "%(label)s, the %(kind)s text of the edition before, is not there under this key: those "
                "enrolled would get it again under another key, or never; keep the key"
            )
            % told
        )
    if after.kind != before.kind:
        told["now"] = repr(after.kind)
        return (
            _(
                "%(label)s, the %(kind)s text of the edition before, is of the kind %(now)s now: keep the "
                "kind, and give another text another key"
            )
            % told
        )
    if bool(after.at.each_day_of) != bool(before.at.each_day_of):
        return (
            _(
                "%(label)s, the %(kind)s text of the edition before, would go by other keys, repeated day by "
                "day or no longer so: keep its `at`"
            )
            % told
        )
    return ""
