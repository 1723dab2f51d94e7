"""What was typed, read field by field. Every reader raises ValueError with a sentence a person can act on."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduler.accounts import check_email
from scheduler.dates import day
from scheduler.domain import localtime
from scheduler.domain.echo import quoted
from scheduler.domain.localtime import clock
from scheduler.models import Patient
from scheduler.models.clinic import Detail

NAME_LENGTH = 120
#: the joiners that some scripts need inside a name
JOINERS = "\u200c\u200d"
CHANNELS = Patient.ADDRESS_FIELDS
WITHOUT_ADDRESS = {
    "mobile": gettext_lazy("Texts are chosen: give the patient's mobile number."),
    "email": gettext_lazy("Emails are chosen: give the patient's email address."),
}
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
#: forms that ask for the two apart say it in their own way
TOGETHER = gettext_lazy("Write date and time like this: 2026-11-20T15:00.")
NO_WAY = gettext_lazy("Choose at least one: text messages or email.")
MINUTE = timedelta(minutes=1)


class AskFold(ValueError):
    """The clock showed this time twice."""


def read_name(typed: str) -> str:
    name = unicodedata.normalize("NFC", typed.strip())
    if not name:
        raise ValueError(_("Give the patient's name."))
    if any(unicodedata.category(character)[0] == "C" and character not in JOINERS for character in name):
        raise ValueError(
            _("The name has characters that cannot be shown, such as a line break. Type it again.")
        )
    name = " ".join(name.split())
    if len(name) > NAME_LENGTH:
        raise ValueError(
            _("The name is %(number)s characters long; %(name_length)s is the most.")
            % {"number": len(name), "name_length": NAME_LENGTH}
        )
    if not any(character.isalpha() for character in name):
        raise ValueError(_("The name has no letter in it."))
    return name


def read_email(typed: str) -> str:
    """The address with its domain in lower case; empty stays empty."""
    address = typed.strip()
    if not address:
        return ""
    check_email(address)
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def read_channels(chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The permitted channels, each once, the preferred one first."""
    if not chosen:
        raise ValueError(NO_WAY)
    unknown = [channel for channel in chosen if channel not in CHANNELS]
    if unknown:
        raise ValueError(
            _("There is no channel %(unknown)s; there are: %(channels)s.")
            % {"unknown": quoted(unknown[0]), "channels": ", ".join(CHANNELS)}
        )
    return tuple(dict.fromkeys(chosen))


def read_site(site: str, known: tuple[str, ...]) -> str:
    if site not in known:
        raise ValueError(_("The leg is left, right or both; or leave it out."))
    return site


def read_detail(detail: str) -> str:
    if detail and detail not in Detail.values:
        raise ValueError(_("Texts say full or minimal; or leave it out."))
    return detail


def read_language(language: str) -> str:
    shipped = [code for code, _name in settings.LANGUAGES]
    if language and language not in shipped:
        raise ValueError(_("There are these languages: %(codes)s.") % {"codes": ", ".join(shipped)})
    return language


def read_yes(said: str) -> bool:
    if said not in ("", "yes", "no"):
        raise ValueError(_("Say yes or no; or leave it out."))
    return said == "yes"


def read_treated(typed: str, zone: str, fold: str) -> datetime:
    """When the treatment ended: the whole minute, in UTC. Without an offset it is the zone's wall clock.

    A time that the clock shows twice raises AskFold unless `fold` says which; one that it skips is refused.
    """
    if fold not in ("", "first", "second"):
        raise AskFold(_("Say first or second."))
    given = _parse(typed.strip())
    if given.tzinfo is not None:
        return given.astimezone(UTC)
    if localtime.is_missing(zone, given):
        raise ValueError(_skipped(zone, given))
    if localtime.is_ambiguous(zone, given) and not fold:
        raise AskFold(
            _(
                "The clocks went back, and %(clock)s on %(day)s came twice. Was it the first time or the "
                "second?"
            )
            % {"clock": clock(given), "day": day(given.date())}
        )
    return localtime.resolve(zone, given, 1 if fold == "second" else 0)


def _parse(typed: str) -> datetime:
    if not typed:
        raise ValueError(_("Say when the treatment ended: the date and the time."))
    if not INSTANT.fullmatch(typed):
        raise ValueError(TOGETHER)
    try:
        given = datetime.fromisoformat(typed)
        # No treatment of a patient; and close to the ends of the calendar no clock can be worked out.
        if not 1970 <= given.year <= 2500:
            raise ValueError
    except ValueError:
        raise ValueError(_("There is no such date and time: %(typed)s.") % {"typed": typed}) from None
    return given.replace(second=0, microsecond=0)


def _skipped(zone: str, wall: datetime) -> str:
    after = localtime.resolve(zone, wall)
    first, last = localtime.to_wall(zone, after), localtime.to_wall(zone, after - MINUTE)
    return _(
        "The clocks went forward, and %(clock)s on %(day)s never came: %(last)s was followed by"
        " %(first)s. Give a time up to %(last)s or from %(first)s."
    ) % {"clock": clock(wall), "day": day(wall.date()), "last": clock(last), "first": clock(first)}
