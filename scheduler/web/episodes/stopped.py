"""Which channels patients stopped, for the pages that staff read."""

from collections.abc import Iterable
from datetime import datetime

from scheduler.models import Clinic, Episode
from scheduler.opt_outs import Recipient, refused_since

#: of each episode by its key: the channels that its patient stopped, and since when
Stopped = dict[int, dict[str, datetime]]


def stopped_of(clinic: Clinic, episodes: Iterable[Episode]) -> Stopped:
    """One query, whatever the number of episodes; channels that a plan does not use are left out."""
    ways = {episode.pk: _ways(clinic, episode) for episode in episodes}
    since = refused_since(recipient for recipients in ways.values() for recipient in recipients)
    return {
        pk: {one.channel: since[one] for one in recipients if one in since} for pk, recipients in ways.items()
    }


def _ways(clinic: Clinic, episode: Episode) -> list[Recipient]:
    addresses = episode.patient.addresses
    return [Recipient(clinic, name, addresses[name]) for name in episode.channels if name in addresses]
