"""Changing a line's words, channel by channel.

lines.NAME.sms=No baths to {no-heat.date} at least.   lines.NAME.email=...

An emptied text is no edit: the file's own words come back. So no restriction can be left unsaid by a text,
and what a line rests on stays what it is.
"""

from scheduler.domain.echo import quoted
from scheduler.domain.edits.fault import LOCKED, UNKNOWN, SettingFault
from scheduler.domain.edits.words import words
from scheduler.domain.protocol import Line
from scheduler.domain.sentences import gettext as _

CHANNELS = ("sms", "email")
LONGEST = 1500


def edited(original: Line, line: Line, name: str, text: str) -> Line:
    """The line with other words in one channel; `original` is as the file has it. Raises SettingFault."""
    channel = name.rpartition(".")[2]
    if channel not in CHANNELS:
        sentence = _("a line has no %(typed)s; it has: %(known)s")
        known = {"typed": quoted(channel), "known": ", ".join(CHANNELS)}
        raise SettingFault(name, sentence % known, UNKNOWN)
    if original.service:
        raise SettingFault(
            name,
            _("how to stop, where the page is and which text is the last are said alike everywhere"),
            LOCKED,
        )
    return line.model_copy(update={channel: words(name, text, LONGEST) or getattr(original, channel)})
