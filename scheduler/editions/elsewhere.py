"""Beginning a draft with another content: an older edition's, or that of an edition of another clinic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.domain.edits.carry import naming
from scheduler.editions.current import current_edition, find_edition
from scheduler.editions.drafts import file_of, open_draft
from scheduler.editions.files import find_protocol
from scheduler.editions.refused import Refused
from scheduler.models import Clinic, Draft, Edition

ITS_OWN = gettext_lazy("Only the clinic itself can say this.")


@dataclass(frozen=True)
class Copied:
    """A draft at the other clinic; `left_out` says what did not go along, and why, by the setting's name."""

    draft: Draft
    left_out: Mapping[str, str]


def restore(clinic: Clinic, protocol_id: str, number: int, *, actor: str, now: datetime) -> Draft:
    """A draft with the settings, the reasons and the protocol of an older edition. Raises Refused."""
    older, current = find_edition(clinic, protocol_id, number), current_edition(clinic, protocol_id)
    if older == current:
        raise Refused(
            "current-edition",
            _("Edition %(number)s is the current one; there is nothing to restore.") % {"number": number},
        )
    file = file_of(older)
    return open_draft(
        clinic, file, older.settings, older.reasons, actor=actor, now=now, restored=older.number
    )


def copy(edition: Edition, target: Clinic, *, actor: str, now: datetime) -> Copied:
    """A draft at another clinic with an edition's settings, in today's protocol file.

    Texts that name the first clinic do not go along, nor its reasons, its approval, and what only a clinic
    itself can say, such as when flying is fine: the other clinic gives its own. Who may read the one and
    write the other is for the caller to decide. Raises Refused.
    """
    if edition.clinic_id == target.pk:
        raise Refused(
            "same-clinic", _("An edition is copied to another clinic; `restore` takes an older one.")
        )
    protocol = find_protocol(edition.protocol_id)
    settings, left_out = carried(edition, target)
    draft = open_draft(
        target,
        protocol,
        settings,
        {},
        actor=actor,
        now=now,
        copied_from=edition.clinic.slug,
        number=edition.number,
        left_out=list(left_out),
    )
    return Copied(draft, left_out)


def carried(edition: Edition, target: Clinic) -> tuple[dict[str, str], dict[str, str]]:
    """The settings that a copy has, and what is left out of it with why, by the setting's name."""
    left_out = naming(edition.settings, _names(edition.clinic), _names(target))
    own = current_edition(target, edition.protocol_id)
    theirs = own.settings if own else {}
    values = find_protocol(edition.protocol_id).values
    its_own = [name for name, value in values.items() if value.set_by_clinic]
    left_out |= {name: str(ITS_OWN) for name in its_own if name in edition.settings and name not in theirs}
    settings = {name: text for name, text in edition.settings.items() if name not in (*left_out, *its_own)}
    return settings | {name: theirs[name] for name in its_own if name in theirs}, left_out


def _names(clinic: Clinic) -> dict[str, str]:
    """By what a text would name a clinic, each under what it is to be replaced with."""
    return {
        "{clinic}": clinic.sms_name,
        "its name": clinic.name,
        "{phone}": clinic.urgent_phone,
        "{reply_to}": clinic.reply_to,
        "{website}": clinic.website,
    }
