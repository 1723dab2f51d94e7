"""What waits for somebody's decision, and the decisions: send again, told by phone, let go."""

from scheduler.attention.choices import AGAIN, CHOICES, GONE, TOLD, choose
from scheduler.attention.waiting import UNSAID, Waiting, find, waiting, waiting_rows

__all__ = [
    "AGAIN",
    "CHOICES",
    "GONE",
    "TOLD",
    "UNSAID",
    "Waiting",
    "choose",
    "find",
    "waiting",
    "waiting_rows",
]  # fmt: skip
