"""A further treatment of a patient who is known: planned together with those that are running."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from scheduler.domain.diff import Diff, Step
from scheduler.domain.pattern import course_of
from scheduler.domain.replan import Case, replan
from scheduler.domain.timeline import Timeline
from scheduler.enrolment import rows
from scheduler.enrolment.checking import Checked, Typed
from scheduler.enrolment.contact import new_token
from scheduler.enrolment.patients import treatments
from scheduler.enrolment.request import Enrolment
from scheduler.history import note
from scheduler.models import Episode, Patient
from scheduler.plans.cases import load_cases
from scheduler.plans.deeds import compact
from scheduler.plans.renewal import lock, write

#: the number of a treatment that is looked at and not written: it comes after all others
UNWRITTEN = sys.maxsize
WHY = "a further treatment"


@dataclass(frozen=True)
class Together:
    """The plan of all running treatments with the new one, and what it changes for the others.

    `before` is their plan without it, where somebody looks at what it would change.
    """

    timeline: Timeline
    diff: Diff
    episode: int
    before: Timeline | None = None

    @property
    def effect(self) -> list[Step]:
        """What becomes of reminders of the treatments that are running; not of cancelled ones."""
        running = {course.treatment.episode for course in self.timeline.others_of(self.episode)}
        return [step for step in self.diff.steps if step.episode in running]


def planned_with(checked: Checked, patient: Patient, now: datetime) -> Together:
    """What the patient's treatments would be planned to, with this one among them. Nothing is written."""
    case = load_cases([patient.pk])[patient.pk]
    course = course_of(checked.protocol, replace(checked.treatment, episode=UNWRITTEN))
    together = _together(replace(case, courses={**case.courses, UNWRITTEN: course}), UNWRITTEN, now)
    return replace(together, before=replan(case, now)[0])


def _together(case: Case, episode: int, now: datetime) -> Together:
    timeline, diff = replan(case, now)
    return Together(timeline, diff, episode)


@transaction.atomic
def add_treatment(asked: Enrolment, checked: Checked, patient: Patient, actor: str, now: datetime) -> Episode:
    """Write the episode, and the plan of all the patient's treatments, as one.

    The address that was read out at the desk is the patient's from now on, for the running treatments too.
    """
    lock([patient.pk])
    patient.refresh_from_db()
    moved, spoken = _take_addresses(patient, checked.typed), _take_language(patient, checked.typed)
    episode = rows.episode_row(asked, checked, patient.pk, actor)
    episode.patient = patient
    episode.save(force_insert=True)
    cases = load_cases([patient.pk])
    together = _together(cases[patient.pk], episode.pk, now)
    unsent = [one for one in together.timeline.unsent if one.episode == episode.pk]
    rows.enrolled_row(episode, unsent, actor).save(force_insert=True)
    write(cases, now, actor=actor)
    _tell(episode, together, moved, actor, now)
    if spoken:
        note(asked.clinic, "language-changed", actor=actor, now=now, episode=episode, language=spoken)
    return episode


def new_addresses(patient: Patient, typed: Typed) -> dict[str, str]:
    """The addresses that were typed and are not the patient's; what was not typed stays as it is."""
    given = {"mobile": typed.mobile, "email": typed.email}
    return {field: value for field, value in given.items() if value and value != getattr(patient, field)}


def _take_addresses(patient: Patient, typed: Typed) -> dict[str, list[str]]:
    """Each address that changes, before and after."""
    new = new_addresses(patient, typed)
    changed = {field: [getattr(patient, field), value] for field, value in new.items()}
    for field, value in new.items():
        setattr(patient, field, value)
    if any(before for before, _ in changed.values()):
        # Whoever reads the old address could stop what goes to the new one, from the page or an email.
        patient.page_token = new_token()
        changed["page_link"] = ["link-as-sent", "link-renewed"]
    if new:
        patient.save(update_fields=[*new, "page_token"])
    return changed


def _take_language(patient: Patient, typed: Typed) -> list[str]:
    """The language before and after, where another one is said; no language said changes none."""
    before, after = patient.language, typed.language
    if not after or after == before:
        return []
    patient.language = after
    patient.save(update_fields=["language"])
    return [before, after]


def _tell(
    added: Episode, together: Together, moved: Mapping[str, list[str]], actor: str, now: datetime
) -> None:
    """Another address is in the history of the new treatment; what it does to another is in that one's."""
    others = list(treatments(added.patient).exclude(pk=added.pk).exclude(state=Episode.State.CANCELLED))
    added.refresh_from_db(fields=["revision"])
    revisions = {str(episode.pk): episode.revision for episode in (added, *others)}
    if moved:
        note(
            added.clinic, "address-changed", actor=actor, now=now, episode=added,
            why=WHY, changed=moved, steps=[], revisions=revisions,
        )  # fmt: skip
    for episode in others:
        if steps := compact(step for step in together.effect if step.episode == episode.pk):
            note(
                added.clinic, "treatment-added", actor=actor, now=now, episode=episode,
                why=WHY, changed={}, steps=steps, revisions=revisions, added=added.pk,
            )  # fmt: skip
