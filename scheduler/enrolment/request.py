"""What is asked for when a patient is enrolled, and how it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.models import Clinic

SITES = ("", "left", "right", "both")


@dataclass(frozen=True)
class Enrolment:
    """As it was typed; nothing is checked yet.

    `treated` is when the treatment ended: 2026-11-20T15:00 on the clinic's wall clock, or with an offset.
    `fold` chooses where the clock shows that time twice: "first", "second", or "" (not said).
    `patient` is the number of the clinic's record that is meant, "new" for one of its own, or "" (not said).
    `detail` is how much its texts say, "full" or "minimal", or "" (as the clinic has it).
    `fewer_texts` is "yes", "no" or "" (not said: no). `language` is one that is shipped, or "" (not said).
    """

    clinic: Clinic
    protocol_id: str
    name: str
    mobile: str
    email: str
    treated: str
    answers: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    site: str = ""
    at_desk: bool = False
    late_confirmed: bool = False
    fold: str = ""
    patient: str = ""
    detail: str = ""
    fewer_texts: str = ""
    language: str = ""


class Refused(ValueError):
    """`faults` has one sentence per field, each one a person can act on.

    `patients` are records of which one may be meant; one of them, or "new", answers `patient`.
    """

    code = "refused"

    def __init__(self, faults: Mapping[str, object], patients: tuple[int, ...] = ()) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in faults.items()))
        self.faults = {name: str(sentence) for name, sentence in faults.items()}
        self.patients = patients
        if patients:
            self.code = "which-patient"


class Conflict(Refused):
    """This patient's treatment is enrolled already, as `episode`, with something else said about it."""

    code = "conflict"

    def __init__(self, faults: Mapping[str, object], episode: int) -> None:
        super().__init__(faults)
        self.episode = episode
