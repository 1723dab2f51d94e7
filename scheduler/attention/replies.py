"""What patients wrote, until somebody has seen to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from scheduler.history import note
from scheduler.models import Clinic, Episode, Reply


@dataclass(frozen=True, slots=True)
class FromWhom:
    """A reply, and the newest treatment of each patient who has its number: families share telephones."""

    reply: Reply
    episodes: tuple[Episode, ...]


def open_replies(clinic: Clinic) -> "QuerySet[Reply]":
    """Urgent ones first, then the oldest."""
    return Reply.objects.for_clinic(clinic).filter(handled_at=None).order_by("-urgent", "received_at", "pk")


def from_whom(clinic: Clinic, replies: Iterable[Reply]) -> list[FromWhom]:
    """These with whom they may be from; one query, whatever their number."""
    found = list(replies)
    theirs = Episode.objects.for_clinic(clinic).filter(patient__mobile__in={reply.address for reply in found})
    newest: dict[str, dict[int, Episode]] = {}
    for episode in theirs.select_related("patient").order_by("-treated_at", "-pk"):
        newest.setdefault(episode.patient.mobile, {}).setdefault(episode.patient_id, episode)
    return [FromWhom(reply, tuple(newest.get(reply.address, {}).values())) for reply in found]


@transaction.atomic
def handle(clinic: Clinic, number: int, *, actor: str, now: datetime) -> bool:
    """Somebody has seen to it; False where there is no such reply, or somebody else was quicker."""
    open_one = Reply.objects.for_clinic(clinic).filter(pk=number, handled_at=None)
    if not open_one.update(handled_by=actor, handled_at=now):
        return False
    note(clinic, "reply-handled", actor=actor, now=now, reply=number)
    return True
