"""What a clinic's other systems can do: enrol, preview, look."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from scheduler.api.schemas import (
    Asked,
    AskedEnrolment,
    EpisodeOut,
    Fault,
    Faults,
    PhaseOut,
    PlannedOut,
    ReminderOut,
    TimelineOut,
)
from scheduler.domain.overlap import merged_phase
from scheduler.domain.timeline import Phase
from scheduler.enrolment import Preview, enrol, preview
from scheduler.models import Episode
from scheduler.plans.view import views

router = Router(tags=["Patients of the key's clinic"])
KEY_FAULTS = {401: Fault, 403: Fault, 413: Fault}
BODY_FAULTS = {400: Fault, 422: Faults}


@router.post(
    "/enrolments", response={201: EpisodeOut, 200: EpisodeOut, 409: Faults, **BODY_FAULTS, **KEY_FAULTS}
)
def create_enrolment(request: HttpRequest, body: AskedEnrolment) -> Status[EpisodeOut]:
    """Enrol a patient: 201. The same again: 200, nothing is done. The same with other answers: 409."""
    key = request.auth  # type: ignore[attr-defined]
    enrolled = enrol(body.for_clinic(key.clinic), f"API {key.prefix}", timezone.now())
    return Status(201 if enrolled.created else 200, _episode(enrolled.episode))


@router.post("/timelines", response={200: TimelineOut, **BODY_FAULTS, **KEY_FAULTS})
def create_timeline(request: HttpRequest, body: Asked) -> TimelineOut:
    """What enrolling now would plan, with every text. Nothing is kept."""
    key = request.auth  # type: ignore[attr-defined]
    return _timeline(body, preview(body.for_clinic(key.clinic), timezone.now()))


@router.get("/episodes/{episode_id}", response={200: EpisodeOut, 404: Fault, 422: Faults, **KEY_FAULTS})
def show_episode(request: HttpRequest, episode_id: int) -> Any:
    """A treatment's plan, and where each reminder stands."""
    key = request.auth  # type: ignore[attr-defined]
    episodes = Episode.objects.for_clinic(key.clinic).select_related("edition")
    episode = episodes.filter(pk=episode_id).first()
    if episode is None:
        return Status(404, Fault(detail="This clinic has no such episode."))
    return _episode(episode)


def _episode(episode: Episode) -> EpisodeOut:
    view = views([episode])[episode.pk]
    return EpisodeOut(
        id=episode.pk,
        patient=episode.patient_id,
        protocol=episode.edition.protocol_id,
        edition=episode.edition.number,
        treated_at=episode.treated_at,
        timezone=episode.timezone,
        answers=episode.answers,
        site=episode.site,
        channels=episode.channels,
        detail=episode.detail,
        fewer_texts=episode.fewer_texts,
        state=episode.state,
        outbox_only=episode.outbox_only,
        phases=[
            _phase(merged_phase(view.course, view.others, phase)) for phase in view.course.phases.values()
        ],
        reminders=[
            ReminderOut(
                key=reminder.key,
                due_at=reminder.due_at,
                local=reminder.due_local,
                send_by=reminder.send_by,
                critical=reminder.critical,
                status=reminder.status,
                status_reason=reminder.status_reason,
                decided_by=reminder.decided_by_id,
                into=reminder.host.key if reminder.host else None,
            )
            for reminder in episode.reminders.select_related("host").order_by("due_at", "id")
        ],
    )


def _phase(phase: Phase) -> PhaseOut:
    return PhaseOut.model_validate(phase, from_attributes=True)


def _timeline(asked: Asked, planned: Preview) -> TimelineOut:
    treatment = planned.course.treatment
    return TimelineOut(
        protocol=asked.protocol,
        treated_at=treatment.treated_at,
        timezone=treatment.timezone,
        answers=dict(treatment.answers),
        phases=[_phase(phase) for phase in planned.phases],
        reminders=[
            PlannedOut(
                key=reminder.key,
                label=reminder.label,
                day=reminder.day,
                due_at=reminder.due_at,
                local=reminder.due_local.isoformat(timespec="minutes"),
                send_by=reminder.send_by,
                critical=reminder.critical,
                sms=planned.texts[reminder.key].sms,
                segments=planned.texts[reminder.key].segments,
                statements=planned.texts[reminder.key].statements,
            )
            for reminder in planned.reminders
        ],
        not_sent=planned.not_sent,
        effects=planned.effects,
        warnings=planned.warnings,
        late=planned.late,
    )
