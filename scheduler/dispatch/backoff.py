"""When to try again."""

from datetime import timedelta

#: after the first try, and at the most
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)


def delay(tries: int, jitter: float) -> timedelta:
    """How long to wait after the nth try: doubled each time, spread by `jitter` (0 to 1) over half of it."""
    doublings: int = min(tries - 1, 10)
    whole = min(FIRST * (1 << doublings), LONGEST)
    return whole * (0.75 + 0.5 * jitter)
