"""What waits for somebody: messages with the decisions about them, and what patients wrote."""

from scheduler.attention.choices import AGAIN, CHOICES, LET_GO, TOLD, choose
from scheduler.attention.counting import MOST, count_waiting
from scheduler.attention.replies import FromWhom, from_whom, handle, open_replies
from scheduler.attention.waiting import UNSAID, Waiting, find, waiting, waiting_rows

__all__ = [
    "AGAIN",
    "CHOICES",
    "LET_GO",
    "MOST",
    "TOLD",
    "UNSAID",
    "FromWhom",
    "Waiting",
    "choose",
    "count_waiting",
    "find",
    "from_whom",
    "handle",
    "open_replies",
    "waiting",
    "waiting_rows",
]  # fmt: skip
