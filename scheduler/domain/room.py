"""Whether texts fit into one, measured as if the clinic's name, number and link were as long as they may be.

So what fits once fits whatever the clinic changes.
"""

from collections.abc import Sequence
from datetime import datetime

from scheduler.domain.message import Part, render_together
from scheduler.domain.placeholders import Contact

LONGEST = Contact("M" * 20, "+" + "0" * 15, "care@example.com", "", "999")
LONGEST_LINK = "x" * 40


def fit(parts: Sequence[Part], at: datetime) -> bool:
    """Whether the first part's message has room for all of them at that moment (UTC).

    What other treatments say does not push out an end that it names by itself.
    """
    host = parts[0]
    text = render_together(parts, LONGEST, LONGEST_LINK, at)
    if text.segments > host.course.protocol.messages[host.content.message].segments:
        return False
    alone = render_together(parts[:1], LONGEST, LONGEST_LINK, at) if len(parts) > 1 else text
    return alone.sms_told.keys() <= text.sms_told.keys()
