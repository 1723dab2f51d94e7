"""What a check found."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    #: as it should be
    OK = "ok"
    #: only told: nothing here could look at it
    NOTE = "note"
    #: works, and somebody should know
    WARN = "warn"
    #: something does not work until it is mended
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """`mend` says what to do about it; empty where nothing needs doing."""

    level: Level
    subject: str
    text: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def ok(subject: str, text: str) -> Finding:
    return Finding(Level.OK, subject, text)


def note(subject: str, text: str) -> Finding:
    return Finding(Level.NOTE, subject, text)


def warn(subject: str, text: str, mend: str) -> Finding:
    return Finding(Level.WARN, subject, text, mend)


def fail(subject: str, text: str, mend: str) -> Finding:
    return Finding(Level.FAIL, subject, text, mend)
