"""Where a patient is reached, and over what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.changes.loaded import Loaded
from scheduler.changes.refused import Refused
from scheduler.changes.wanted import Wanted
from scheduler.dates import moment
from scheduler.domain.stored import PENDING, WENT
from scheduler.enrolment import reading
from scheduler.enrolment.checking import Typed
from scheduler.enrolment.phone import mobile
from scheduler.models import Episode
from scheduler.opt_outs import Recipient, refused_since
from scheduler.senders import shut_ways

STOPPED = {
    "sms": gettext_lazy(
        "Texts to this number were stopped on %(moment)s: nothing goes there until the patient allows it "
        "again."
    ),
    "email": gettext_lazy(
        "Emails to this address were stopped on %(moment)s: nothing goes there until the patient allows it "
        "again."
    ),
}
STILL_USED = gettext_lazy("Another treatment of the patient that is running needs it.")


@dataclass(frozen=True)
class ChangeAddress:
    """What is None stays; an empty address is taken away. `channels`: the preferred one first.

    Addresses are the patient's, for all treatments; channels are this treatment's.
    """

    kind: ClassVar[str] = "address-changed"
    mobile: str | None = None
    email: str | None = None
    channels: tuple[str, ...] | None = None

    def read(self, loaded: Loaded) -> Wanted:
        typed, addresses = Typed({}), dict[str, Any]()
        if self.mobile is not None:
            zone = loaded.clinic.timezone
            number = self.mobile.strip()
            addresses["mobile"] = typed.read("mobile", mobile, number, zone) if number else ""
        if self.email is not None:
            addresses["email"] = typed.read("email", reading.read_email, self.email)
        channels = tuple(loaded.episode.channels)
        if self.channels is not None:
            channels = typed.read("channels", reading.read_channels, self.channels, otherwise=())
        typed.faults = _without_address(loaded, addresses, channels) | typed.faults
        if not typed.faults and not loaded.episode.outbox_only:
            shut = shut_ways(loaded.clinic, channels)
            typed.faults |= {"channels": shut} if shut else {}
        if typed.faults:
            raise Refused("wrong-input", typed.faults)
        episode = {"channels": list(channels)} if self.channels is not None else {}
        return Wanted(
            episode=episode,
            patient=addresses,
            # Whoever reads the old address could stop what goes to the new one, from the page or an email.
            new_link=_replaced(loaded, addresses),
            warnings=(*_went_elsewhere(loaded, addresses), *_stopped(loaded, addresses, channels)),
        )


def _without_address(loaded: Loaded, typed: dict[str, Any], channels: Iterable[str]) -> dict[str, str]:
    """Every permitted channel needs its address, here and where the patient's other plans still run."""
    faults = {}
    elsewhere = {channel for episode in _running_others(loaded) for channel in episode.channels}
    for channel, name in reading.CHANNELS.items():
        if typed.get(name, getattr(loaded.patient, name)):
            continue
        if channel in channels:
            faults[name] = str(reading.WITHOUT_ADDRESS[name])
        elif channel in elsewhere and name in typed:
            faults[name] = str(STILL_USED)
    return faults


def _running_others(loaded: Loaded) -> list[Episode]:
    """Those of the patient's other treatments of which a text is to come."""
    pending = {row.episode for row in loaded.case.rows if row.status in PENDING}
    pending &= loaded.case.courses.keys() - {loaded.episode.pk}
    return list(Episode.objects.for_clinic(loaded.clinic).filter(pk__in=pending))


def _replaced(loaded: Loaded, typed: dict[str, Any]) -> bool:
    """Whether an address that something may have gone to is not the patient's any more."""
    return any((old := getattr(loaded.patient, name)) and value != old for name, value in typed.items())


def _went_elsewhere(loaded: Loaded, typed: dict[str, Any]) -> Iterator[str]:
    """Nothing is sent twice: what an old address got, the new one does not get."""
    gone = [row for row in loaded.rows if row.status in WENT]
    if _replaced(loaded, typed) and gone:
        yield (
            _(
                "What has gone went to the old address, and the link in it stops working: what is still to "
                "come has a new one. If it was somebody else's, tell the patient what holds and the signs of "
                "a clot."
            )
            if any(row.critical for row in gone)
            else _(
                "What has gone went to the old address, and the link in it stops working: what is still to "
                "come has a new one. If it was somebody else's, tell the patient what holds."
            )
        )


def _stopped(loaded: Loaded, typed: dict[str, Any], channels: Iterable[str]) -> list[str]:
    """What the patient refused before, under the addresses as they would be."""
    clinic, patient = loaded.clinic, loaded.patient
    ways = {channel: typed.get(name, getattr(patient, name)) for channel, name in reading.CHANNELS.items()}
    since = refused_since(Recipient(clinic, channel, ways[channel]) for channel in channels)
    return [STOPPED[one.channel] % {"moment": moment(clinic.timezone, at)} for one, at in since.items()]
