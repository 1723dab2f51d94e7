"""Whether the providers of SMS and email take the credentials they are given."""

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from config.email import SMTP
from config.twilio import Twilio
from scheduler.doctor.finding import Finding, fail, note, ok, warn

TIMEOUT = 8.0  # seconds
SENDER_HINT = "set TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM to one of the account's"


def check_sms() -> Iterator[Finding]:
    twilio: Twilio | None = settings.TWILIO
    if twilio is None:
        yield warn("SMS", "not set up: texts go to the outbox", "set the TWILIO_ settings when you go live")
        return
    client = Client(
        *twilio.login, account_sid=twilio.account_sid, http_client=TwilioHttpClient(timeout=TIMEOUT)
    )
    client.api.base_url = twilio.base_url
    try:
        yield from _account(client)
        yield _sender(client, twilio)
    except TwilioRestException as refusal:
        yield fail(
            "SMS", f"the provider refuses the credentials ({refusal.status})", "check the TWILIO_ settings"
        )
    except (TwilioException, RequestException) as fault:
        text = f"{twilio.base_url} does not answer ({type(fault).__name__})"
        yield fail("SMS", text, "check the network and TWILIO_API_BASE_URL")
    yield note("webhooks", f"not tried; the provider has to reach {settings.PUBLIC_URL}/webhooks/ by itself")


def _account(client: Client) -> Iterator[Finding]:
    account = client.api.v2010.account.fetch()
    if account.status not in (None, "active"):
        yield fail("SMS", f"the account is {account.status}", "see the provider's console")
    else:
        yield ok("SMS", "the provider takes the credentials")


def _sender(client: Client, twilio: Twilio) -> Finding:
    """A number is looked up in the account; a service or a name is only repeated."""
    number = twilio.from_ or ""
    if twilio.messaging_service_sid or not number.startswith("+"):
        return note("sender", f"not checked; texts come from {twilio.messaging_service_sid or number}")
    if not client.api.v2010.account.incoming_phone_numbers.list(phone_number=number, limit=1):
        return warn("sender", f"the account does not own the number that ends in {number[-2:]}", SENDER_HINT)
    return ok("sender", f"texts come from the number that ends in {number[-2:]}")


def check_email() -> Iterator[Finding]:
    if not settings.EMAIL_LIVE:
        yield warn("email", "not set up: emails go to the outbox", "set EMAIL_URL when you go live")
        return
    if settings.ENV.default_from_email is None:
        yield warn("DEFAULT_FROM_EMAIL", f"not set: {settings.DEFAULT_FROM_EMAIL} is used", "set it")
    if settings.EMAIL_BACKEND != SMTP:
        text = "credentials are not checked: the provider is asked with the first email only"
        yield warn("email", text, "enrol yourself at a live clinic, and see that the first email arrives")
        return
    try:
        mail = get_connection()
        mail.open()
        mail.close()
    except smtplib.SMTPAuthenticationError:
        yield fail("email", "the mail server refuses user or password", "check EMAIL_URL")
    except OSError as fault:
        yield fail("email", f"the mail server does not answer ({type(fault).__name__})", "check EMAIL_URL")
    else:
        yield ok("email", "the mail server answers")
