"""What waits for somebody: messages with the decisions about them, and what patients wrote."""

from scheduler.attention.choices import AGAIN, CHOICES, GONE, TOLD, choose
from scheduler.attention.counting import MOST, count_waiting
from scheduler.attention.replies import Letter, handle, letters, open_replies
from scheduler.attention.waiting import UNSAID, Waiting, find, waiting, waiting_rows

__all__ = [
    "AGAIN",
    "CHOICES",
    "GONE",
    "MOST",
    "TOLD",
    "UNSAID",
    "Letter",
    "Waiting",
    "choose",
    "count_waiting",
    "find",
    "handle",
    "letters",
    "open_replies",
    "waiting",
    "waiting_rows",
]  # fmt: skip
