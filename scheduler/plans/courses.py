"""From stored episodes back to what their timelines are built from."""

from scheduler.domain.pattern import course_of
from scheduler.domain.phases import Course, Treatment
from scheduler.editions import protocol_of
from scheduler.models import Edition, Episode


def treatment_of(episode: Episode) -> Treatment:
    """The episode as it is now."""
    return Treatment(
        treated_at=episode.treated_at,
        timezone=episode.timezone,
        answers=episode.answers,
        enrolled_at=episode.enrolled_at,
        at_desk=episode.at_desk,
        site=episode.site,
        episode=episode.pk or 0,
        paused=episode.state == Episode.State.PAUSED,
        detail=episode.detail,
        fewer=episode.fewer_texts,
    )


def course_of_episode(episode: Episode, edition: Edition | None = None) -> Course:
    """The episode under its edition, which may be handed in where it is known already."""
    return course_of(protocol_of(edition or episode.edition), treatment_of(episode))
