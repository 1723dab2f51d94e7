"""What a person decides about a reminder that waits. Each decision is an event with its author and reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.attention.waiting import find, seen_of
from scheduler.changes.doing import read_reason
from scheduler.changes.refused import Stale, refuse
from scheduler.dates import moment
from scheduler.dispatch.anew import plan_anew
from scheduler.dispatch.release import left_behind_since
from scheduler.dispatch.route import refusals, wanted
from scheduler.dispatch.row import SHORTEST, load
from scheduler.domain.row_number import row_number
from scheduler.domain.status import Status
from scheduler.history import move, note
from scheduler.models import Attempt, Clinic, Episode, Event, Reminder
from scheduler.plans.renewal import lock
from scheduler.wake import wake_workers


@dataclass(frozen=True, slots=True)
class Choice:
    """`kind` is that of its event, and the reason that the reminder keeps."""

    key: str
    kind: str
    after: Status


AGAIN = Choice("again", "sent-again", Status.SCHEDULED)
TOLD = Choice("told", "told-by-phone", Status.HANDLED)
LET_GO = Choice("drop", "let-go", Status.DROPPED)
CHOICES = {choice.key: choice for choice in (AGAIN, TOLD, LET_GO)}
DID = {
    AGAIN.kind: gettext_lazy("it is to be sent again"),
    TOLD.kind: gettext_lazy("the patient was told by phone"),
    LET_GO.kind: gettext_lazy("it need not be said"),
}
#: the steps of the table of moves from where a reminder stands to where a person takes it out of the queue
STEPS: dict[Status, tuple[Status, ...]] = {
    Status.FAILED: (),
    Status.IN_DOUBT: (Status.FAILED,),
    Status.UNDELIVERED: (Status.FAILED,),
    Status.CLAIMED: (Status.FAILED,),
    Status.SCHEDULED: (Status.CLAIMED, Status.FAILED),
    Status.SKIPPED: (Status.SCHEDULED, Status.CLAIMED, Status.FAILED),
}
NOT_AGAIN = {
    Status.IN_DOUBT: gettext_lazy(
        "It may have arrived, and is being looked up: this takes a quarter of an hour at most."
    ),
    Status.UNDELIVERED: gettext_lazy("It is about to be tried again, or sent another way."),
    Status.CLAIMED: gettext_lazy(
        "It is being sent, or a worker stopped while sending it: it is about to be looked up."
    ),
    Status.SCHEDULED: gettext_lazy("It is still to be sent: it goes as soon as a worker can send it."),
    Status.SKIPPED: gettext_lazy("It was left out on purpose: tell the patient in another way."),
}

NO_PLACE = gettext_lazy(
    "The plan has changed since, and this has no place in it any more: others of its messages say what holds "
    "now. Let it go, or tell the patient what holds now."
)


@transaction.atomic
def choose(
    clinic: Clinic,
    reminder_id: int,
    choice: Choice,
    now: datetime,
    *,
    actor: str,
    why: str,
    seen: str = "",
) -> Reminder:
    """Do it, and return the reminder as it is then. Raises Refused; Stale where it is not as `seen`."""
    why = read_reason(why)
    found = Reminder.objects.for_clinic(clinic).filter(pk=reminder_id)
    # Whoever plans a patient anew, or posts to one, holds the patient's row.
    lock(found.values_list("episode__patient", flat=True))
    if seen and seen_of([reminder_id]).get(reminder_id) not in (seen, None):
        raise Stale(_since(clinic, reminder_id, row_number(seen)))
    reminder = find(clinic, reminder_id, now)
    if reminder is None:
        raise refuse("not-waiting", _not_waiting(clinic, reminder_id), "reminder")
    if choice is AGAIN:
        _send_again(reminder, now, actor)
    else:
        _take_out(reminder, choice, now, actor)
    note(
        clinic, choice.kind, actor=actor, now=now, episode=reminder.episode, reminder=reminder,
        reason=choice.kind, why=why,
    )  # fmt: skip
    reminder.refresh_from_db()
    return reminder


def _send_again(reminder: Reminder, now: datetime, actor: str) -> None:
    """At once, any way that the patient still wants: whoever decides this may have put the address right."""
    if reminder.status != Status.FAILED:
        raise refuse("not-again", NOT_AGAIN[Status(reminder.status)], "do")
    if reminder.send_by - now <= SHORTEST:
        raise refuse("past-send-by", _("Its time has passed: tell the patient in another way."), "do")
    if reminder.episode.state == Episode.State.CANCELLED:
        raise refuse("cancelled", _("The plan is cancelled: nothing of it is sent any more."), "do")
    Reminder.objects.for_clinic(reminder.clinic).filter(pk=reminder.pk).update(not_by="")
    (row,) = load([reminder.pk])
    if not wanted(row, refusals([row])):
        raise refuse("opted-out", _("The patient stopped all messages: tell them in another way."), "do")
    how: dict[str, Any] = {"reason": AGAIN.kind, "actor": actor, "now": now}
    _step(reminder, Status.FAILED, AGAIN.after, **how, try_at=now, queued=False)
    newest = Attempt.objects.across_clinics().filter(reminder=reminder).order_by("-created_at").first()
    if newest:
        plan_anew(left_behind_since({reminder.pk: newest.episode_revision}), now, worker=actor)
    if not Reminder.objects.for_clinic(reminder.clinic).filter(pk=reminder.pk, status=AGAIN.after).exists():
        raise refuse("no-place", NO_PLACE, "do")
    wake_workers()


def _take_out(reminder: Reminder, choice: Choice, now: datetime, actor: str) -> None:
    before = Status(reminder.status)
    for after in (*STEPS[before], choice.after):
        _step(reminder, before, after, reason=choice.kind, actor=actor, now=now)
        before = after


def _step(reminder: Reminder, before: Status, after: Status, **how: Any) -> None:
    if not move([reminder.pk], before, after, **how):
        # A worker took it, or a report came, since it was read.
        raise Stale(_since(reminder.clinic, reminder.pk, 0))


def _since(clinic: Clinic, reminder_id: int, seen: int) -> str:
    """Who was quicker, or what happened by itself."""
    decided = Event.objects.for_clinic(clinic).filter(reminder=reminder_id, kind__in=DID, pk__gt=seen)
    first = decided.select_related("reminder").order_by("-pk").first()
    if first is None:
        return _("Something happened to it since you looked: a report came, or a worker took it. Look again.")
    assert first.reminder
    when = moment(first.reminder.timezone, first.at)
    return _("%(actor)s was quicker, on %(when)s: %(did)s (%(why)s).") % {
        "actor": first.actor,
        "when": when,
        "did": DID[first.kind],
        "why": first.details["why"],
    }


def _not_waiting(clinic: Clinic, reminder_id: int) -> str:
    if not Reminder.objects.for_clinic(clinic).filter(pk=reminder_id).exists():
        return _("There is no message %(reminder_id)s at this clinic.") % {"reminder_id": reminder_id}
    if Event.objects.for_clinic(clinic).filter(reminder=reminder_id, kind__in=DID).exists():
        return _("It does not wait for a decision any more. %(since)s") % {
            "since": _since(clinic, reminder_id, 0)
        }
    return _("It does not wait for anybody's decision.")
