"""A draft of the clinic's edition, with patients on their way, for the tests of its pages."""

from scheduler.models import Clinic, Draft
from tests.editions.drafts import begin, change
from tests.web.people import enrolled

C = "/c/leafy/timings/microsclerotherapy"
SIGNED = {"reason": "Agreed in the team", "approved_by": "Dr Example"}


def drafted(clinic: Clinic, **settings: str) -> Draft:
    draft = begin(clinic)
    return change(clinic, draft.revision, **(settings or {"evening": "17:00"}))


def some(clinic: Clinic, number: int = 3) -> None:
    for n in range(number):
        enrolled(clinic, name=f"Patient {n} Example", mobile=f"07700 9001{n:02}", email="", channels=("sms",))
