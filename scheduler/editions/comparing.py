"""The differences between two editions, or between one and the draft."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduler.domain.echo import quoted
from scheduler.domain.edits.compare import Change, Version, changes
from scheduler.editions.current import current_edition, find_edition
from scheduler.editions.drafts import get_draft, version_of
from scheduler.editions.files import find_protocol
from scheduler.editions.refused import Refused
from scheduler.models import Clinic

DRAFT, CURRENT, FILE = "draft", "current", "file"


@dataclass(frozen=True)
class Comparison:
    """`before` and `after` are what people call the two."""

    before: str
    after: str
    changes: tuple[Change, ...]
    #: whether the open draft is what comes after
    of_draft: bool = False


def compare(clinic: Clinic, protocol_id: str, before: str = CURRENT, after: str = DRAFT) -> Comparison:
    """Compare two of: an edition's number, `draft`, `current`, and `file` for today's without settings.

    Raises Refused for one that there is not, and UnknownProtocol.
    """
    (old_name, old), (new_name, new) = (_side(clinic, protocol_id, word) for word in (before, after))
    return Comparison(old_name, new_name, changes(old, new), after == DRAFT)


def _side(clinic: Clinic, protocol_id: str, word: str) -> tuple[str, Version]:
    if word == DRAFT:
        draft = get_draft(clinic, protocol_id)
        return _("draft (revision %(revision)s)") % {"revision": draft.revision}, version_of(draft)
    if word == FILE:
        return _("protocol file"), Version(find_protocol(protocol_id), {})
    if word == CURRENT:
        edition = current_edition(clinic, protocol_id)
        if edition is None:
            return _("no edition yet"), Version(find_protocol(protocol_id), {})
        return _("edition %(number)s") % {"number": edition.number}, version_of(edition)
    if not word.isascii() or not word.isdecimal() or len(word) > 9:
        raise Refused(
            "unknown-edition",
            _("%(word)s is neither the number of an edition nor draft, current, file.")
            % {"word": quoted(word)},
        )
    return _("edition %(number)s") % {"number": int(word)}, version_of(
        find_edition(clinic, protocol_id, int(word))
    )
