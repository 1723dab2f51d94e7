"""A patient's texts, worked out the plain way: days and wall times from a table, by dateutil.

As many texts as our plan has, about as long. No rule of it hangs on another, and no text tells what holds.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from dateutil import tz
from dateutil.relativedelta import relativedelta

from benchmarks.people import NOW, ZONE
from benchmarks.rivals import Text

MORNING, LATE_MORNING, EVENING, BEDTIME = time(9), time(10), time(18), time(19)
COMMON = (
    ("first-evening", 0, BEDTIME),
    ("day-1", 1, MORNING),
    ("day-2", 2, MORNING),
    ("night-off", 3, EVENING),
    ("clot-signs", 4, MORNING),
    ("day-5", 5, LATE_MORNING),
    ("day-6", 6, LATE_MORNING),
    ("day-7", 7, MORNING),
)
AFTER = {
    "small": (("day-10", 10, MORNING),),
    "large": (("day-8", 8, MORNING), ("day-9", 9, MORNING), ("day-10", 10, MORNING)),
}
LAST = (("day-14", 14, EVENING), ("day-28", 28, EVENING))
FILLER = " Further words of this text, as many as one has." * 4


def plans(patients: int, prefix: str) -> Iterator[Sequence[Text]]:
    """Treated today, up to four hours ago: the same people that our own measure enrols."""
    for number in range(patients):
        treated = NOW - timedelta(minutes=number % 240)
        yield plan(f"{prefix}-{number}", number_of(number), treated, ("small", "large")[number % 2])


def plan(patient: str, mobile: str, treated: datetime, area: str) -> Sequence[Text]:
    zone = tz.gettz(ZONE)
    day = treated.astimezone(zone).date()
    texts = [Text(f"{patient}-welcome", mobile, body_of(day), treated)]
    for key, days, wall in (*COMMON, *AFTER[area], *LAST):
        on = day + relativedelta(days=days)
        due = tz.resolve_imaginary(datetime.combine(on, wall, tzinfo=zone)).astimezone(UTC)
        texts.append(Text(f"{patient}-{key}", mobile, body_of(on), due))
    return texts


def due_texts(number: int, due: datetime) -> list[Text]:
    """One text for each of as many patients, all due at the same time."""
    return [Text(f"due-{n}", number_of(n), body_of(due.date()), due) for n in range(number)]


def body_of(day: date) -> str:
    return f"Bench Clinic: what holds on {day:%a %d %b}: https://clinic.example.com/p/abcdefgh.{FILLER}"


def number_of(patient: int) -> str:
    return f"+447{400_000_000 + patient}"
