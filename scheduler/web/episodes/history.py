"""Everything that happened to a plan, in words: what, why it was done, and the values before and after."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from scheduler.changes.facts import in_words
from scheduler.changes.page_link import RENEWED, REVOKED
from scheduler.changes.said import about
from scheduler.domain.phases import Course
from scheduler.domain.status import Status
from scheduler.enrolment import contact_of
from scheduler.models import Episode, Event
from scheduler.plans.wording import Line
from scheduler.web.words import DECIDED, told

EVENTS = 200
#: what is the patient's is told on all of the patient's treatments, whichever it was done with
OF_PATIENT = ("address-changed", "language-changed", RENEWED, REVOKED)
#: of these the sentence has the reason in it
SAID_ALREADY = (*DECIDED, "treatment-added")
#: the last of these says since when a plan stands as it does, by whom and why
STOOD = {Episode.State.PAUSED: "plan-paused", Episode.State.CANCELLED: "plan-cancelled"}


@dataclass(frozen=True)
class Happened:
    """`lines` are the values before and after; `said` is what was typed, apart from the reason `why`."""

    event: Event
    what: str
    lines: tuple[Line, ...] = ()
    said: str = ""
    why: str = ""


def history(found: Episode, course: Course, number: str | None) -> "tuple[Page[Event], list[Happened]]":
    """One page of it, the newest first."""
    page = Paginator(events_of(found), EVENTS).get_page(number)
    return page, [_happened(event, found, course) for event in page]


def events_of(found: Episode) -> "QuerySet[Event]":
    """What people ask about: neither that each message was planned nor that a worker took it."""
    mine = Episode.objects.for_clinic(found.clinic).filter(patient=found.patient_id)
    # By the patient's treatments alone: the clinic, or a join, would have every event that there is read.
    of_patient = Event.objects.across_clinics().filter(episode__in=list(mine.values_list("pk", flat=True)))
    told = of_patient.filter(Q(episode=found) | Q(kind__in=OF_PATIENT))
    told = told.exclude(kind="planned").exclude(after=Status.CLAIMED)
    return told.select_related("reminder").order_by("-at", "-pk")


def stands_since(found: Episode) -> Event | None:
    """Who paused or cancelled it, when and why; None where it runs."""
    kind = STOOD.get(Episode.State(found.state))
    if kind is None:
        return None
    return Event.objects.for_clinic(found.clinic).filter(episode=found, kind=kind).order_by("-pk").first()


def _happened(event: Event, found: Episode, course: Course) -> Happened:
    details, row = event.details, event.reminder
    label = about(course, row.message, row.due_at, contact_of(found.clinic)) if row else ""
    lines = tuple(in_words(details.get("changed", {}), course.protocol, found.timezone, label))
    what = told(event)
    if caller := details.get("caller"):
        what = f"{what}: {caller}"
    why = "" if event.kind in SAID_ALREADY else details.get("why", "")
    return Happened(event, what, lines, details.get("said", ""), why)
