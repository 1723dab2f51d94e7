"""From a stored episode back to what its timeline is built from."""

from scheduler.domain.timeline import Treatment
from scheduler.models import Episode


def treatment_of(episode: Episode) -> Treatment:
    """The episode as it is now, for `build_timeline`, `build_phases` and `render`."""
    return Treatment(
        treated_at=episode.treated_at,
        timezone=episode.timezone,
        answers=episode.answers,
        enrolled_at=episode.enrolled_at,
        at_desk=episode.at_desk,
    )
