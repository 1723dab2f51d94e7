"""A treatment beside the patient's others, as texts and pages show it; read in sets, whatever the number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import F

from scheduler.domain.message import Content, Part
from scheduler.domain.overlap import leg_to_name, seen_with
from scheduler.domain.phases import Course
from scheduler.domain.status import Status
from scheduler.models import Edition, Episode, Reminder
from scheduler.plans.courses import course_of_episode


class Treated(NamedTuple):
    episode: Episode
    edition: Edition


@dataclass(frozen=True)
class View:
    """A treatment, and `beside` it the patient's others that run. A paused one counts: it took place.

    Courses are worked out when they are asked for. That raises ValueError, LookupError and the like where
    a row holds nonsense.
    """

    episode: Episode
    edition: Edition
    beside: tuple[Treated, ...] = ()

    @cached_property
    def course(self) -> Course:
        return course_of_episode(self.episode, self.edition)

    @cached_property
    def others(self) -> tuple[Course, ...]:
        return tuple(course_of_episode(*treated) for treated in self.beside)

    def seen(self, at: datetime) -> Course:
        """The course with the ends that the deciding treatments give it at that moment (UTC)."""
        return seen_with(self.course, self.others, at)

    def leg(self, at: datetime) -> str:
        """The leg, where it has to be said which one is meant."""
        return leg_to_name(self.course, self.others, at)

    def part(self, content: Content, at: datetime) -> Part:
        """What the treatment says in a text of that moment."""
        return Part(self.seen(at), content, self.leg(at))

    def of(self, episode_id: int) -> "View":
        """The same patient seen from a treatment that stands beside this one."""
        everything = (Treated(self.episode, self.edition), *self.beside)
        (mine,) = (treated for treated in everything if treated.episode.pk == episode_id)
        others = (t for t in everything if t is not mine and t.episode.state != Episode.State.CANCELLED)
        return View(*mine, tuple(sorted(others, key=lambda treated: treated.episode.pk)))


def views(episodes: Iterable[Episode], editions: Mapping[int, Edition] | None = None) -> dict[int, View]:
    """Each episode's view by its id, in two queries; in one where `editions` has all that are asked for."""
    asked = {episode.pk: episode for episode in episodes}
    patients = {episode.patient_id for episode in asked.values()}
    running = Episode.objects.across_clinics().exclude(state=Episode.State.CANCELLED)
    others = running.filter(patient__in=patients).exclude(pk__in=list(asked))
    everything = sorted([*asked.values(), *others], key=lambda episode: episode.pk)
    known = _with_editions(everything, dict(editions or {}))
    by_patient: dict[int, list[Treated]] = defaultdict(list)
    for episode in everything:
        if episode.state != Episode.State.CANCELLED:
            by_patient[episode.patient_id].append(Treated(episode, known[episode.edition_id]))
    return {
        pk: View(
            episode,
            known[episode.edition_id],
            tuple(one for one in by_patient[episode.patient_id] if one.episode.pk != pk),
        )
        for pk, episode in asked.items()
    }


def _with_editions(episodes: Iterable[Episode], known: dict[int, Edition]) -> dict[int, Edition]:
    unknown = {episode.edition_id for episode in episodes} - known.keys()
    # The protocol is large, and `protocol_of` reads it only for an edition that it has not seen.
    return known | (Edition.objects.across_clinics().defer("protocol").in_bulk(unknown) if unknown else {})


def guests_of(reminders: Iterable[Reminder], views: Mapping[int, View]) -> dict[int, list[Reminder]]:
    """What each reminder carries for the patient's other treatments, by its id.

    One query; none where no patient has another treatment. What it carries of its own is in `folds`.
    """
    hosts = {reminder.pk: views[reminder.episode_id] for reminder in reminders}
    shared = [pk for pk, view in hosts.items() if view.beside]
    if not shared:
        return {}
    folded = Reminder.objects.across_clinics().filter(host__in=shared, status=Status.FOLDED)
    guests: dict[int, list[Reminder]] = defaultdict(list)
    for guest in folded.exclude(episode=F("host__episode")).order_by("-episode", "due_at", "pk"):
        host = guest.host_id or 0
        if any(treated.episode.pk == guest.episode_id for treated in hosts[host].beside):
            guests[host].append(guest)
    return guests


def parts_of(reminder: Reminder, view: View, guests: Sequence[Reminder], at: datetime) -> list[Part]:
    """A reminder with what it carries for other treatments, for `render_together`."""
    carried = [view.of(guest.episode_id).part(guest.content, at) for guest in guests]
    return [view.part(reminder.content, at), *carried]
