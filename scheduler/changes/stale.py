"""What happened to a plan since somebody looked at it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.facts import in_words
from scheduler.dates import moment
from scheduler.models import Episode, Event
from scheduler.plans.courses import course_of_episode
from scheduler.plans.deeds import DONE
from scheduler.plans.wording import label_in

#: so many of the newest changes are told
MOST = 5
BY_ITSELF = gettext_lazy(
    "Since you looked at it the plan was brought up to date: texts went, or a treatment or an"
    " edition came. This is not the effect any more. Look again."
)


def changes_since(episode: Episode, seen_revision: int) -> str:
    """Who changed what, the oldest first; empty where no person changed the patient's plans."""
    events = Event.objects.for_clinic(episode.clinic).filter(
        kind__in=DONE, episode__patient=episode.patient_id
    )
    newest = events.select_related("episode__edition", "reminder").order_by("-pk")[:MOST]
    since = [
        one for one in newest if one.details.get("revisions", {}).get(str(episode.pk), 0) > seen_revision
    ]
    if not since:
        return ""
    told = " ".join(_sentence(one, episode) for one in reversed(since))
    return _("The plan has changed since you looked at it. %(told)s Look again.") % {"told": told}


def _sentence(event: Event, episode: Episode) -> str:
    assert event.episode
    theirs, zone = event.episode, event.episode.timezone
    course = course_of_episode(theirs)
    label = label_in(course, event.reminder.message, event.reminder.due_at) if event.reminder else ""
    lines = in_words(event.details["changed"], course.protocol, zone, label)
    told: dict[str, object] = {
        "actor": event.actor,
        "done": DONE[event.kind],
        "when": moment(zone, event.at),
        "changes": "; ".join(map(str, lines)),
        "why": event.details["why"],
    }
    if theirs.pk != episode.pk:
        return (
            _("%(actor)s %(done)s of another treatment on %(when)s (%(changes)s): %(why)s.") % told
            if lines
            else _("%(actor)s %(done)s of another treatment on %(when)s: %(why)s.") % told
        )
    if lines:
        return _("%(actor)s %(done)s on %(when)s (%(changes)s): %(why)s.") % told
    return _("%(actor)s %(done)s on %(when)s: %(why)s.") % told
