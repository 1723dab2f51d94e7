"""Which channels an installation has, from its settings."""

from typing import TYPE_CHECKING, Any

from scheduler.channels.base import Channel
from scheduler.channels.outbox import Outbox

if TYPE_CHECKING:
    from config.twilio import Twilio

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def channels_of(settings: Any) -> dict[str, Channel]:
    """The outbox, and a channel for each provider that is configured."""
    channels: dict[str, Channel] = {"outbox": Outbox()}
    if settings.TWILIO:
        channels["sms"] = _sms(settings.TWILIO, settings.PUBLIC_URL)
    if settings.EMAIL_LIVE:
        channels["email"] = _email(settings)
    return channels


# The packages are slow to import, and most commands need neither.
def _sms(twilio: "Twilio", public_url: str) -> Channel:
    from scheduler.channels.sms import Account, Sms

    callback = f"{public_url}/webhooks/twilio/status"
    return Sms(Account(twilio.account_sid, twilio.login, twilio.base_url, callback))


def _email(settings: Any) -> Channel:
    from django.core.mail import get_connection

    from scheduler.channels.email import Email
    from scheduler.channels.smtp import Backend

    connect = Backend if settings.EMAIL_BACKEND == SMTP else get_connection
    return Email(connect, settings.DEFAULT_FROM_EMAIL)
