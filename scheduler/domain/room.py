"""Whether texts fit into one, measured as if the clinic's name, number and link were as long as they may be.

So what fits once fits whatever the clinic changes.
"""

from collections.abc import Sequence
from datetime import datetime

from scheduler.domain.message import Part, ends_in_sms
from scheduler.domain.placeholders import Contact

LONGEST = Contact("M" * 20, "+" + "0" * 15, "care@example.com", "", "999")
LONGEST_LINK = "x" * 40


def fit(parts: Sequence[Part], at: datetime) -> bool:
    """Whether the first part's message has room for all of them at that moment (UTC).

    Together they name every end that each of them would name by itself.
    """
    host = parts[0]
    segments, together = ends_in_sms(parts, LONGEST, LONGEST_LINK, at)
    if segments > host.course.protocol.messages[host.content.message].segments:
        return False
    if len(parts) == 1:
        return True
    return all(ends_in_sms([part], LONGEST, LONGEST_LINK, at)[1] <= together for part in parts)
