"""What an email provider reports, read by anymail. Nothing is believed that is not signed, or does not know
the password in the address."""

from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, RejectReason, tracking
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from scheduler.channels.base import Verdict
from scheduler.receipts import Report, as_kept, receive

#: anymail's class for each provider that EMAIL_URL can name
CLASSES = {
    "postmark": "Postmark",
    "resend": "Resend",
    "brevo": "Brevo",
    "mailersend": "MailerSend",
    "sparkpost": "SparkPost",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
}
#: why an email was refused or came back; any other reason is for a person
REASONS = {
    RejectReason.INVALID: Verdict.ADDRESS,
    RejectReason.BOUNCED: Verdict.ADDRESS,
    RejectReason.TIMED_OUT: Verdict.TEMPORARY,
    RejectReason.BLOCKED: Verdict.TEXT,
    RejectReason.SPAM: Verdict.OPTED_OUT,
    RejectReason.UNSUBSCRIBED: Verdict.OPTED_OUT,
}
FAILED = ("rejected", "failed", "bounced")
#: what anymail raises for a body that is not what the provider sends
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, AnymailError, ImproperlyConfigured)


@csrf_exempt
@require_POST
def email_status(request: HttpRequest) -> HttpResponseBase:
    """403 for what does not know the secret, 400 for what nobody can read; the rest is kept."""
    provider = settings.EMAIL_BACKEND.removeprefix("anymail.backends.").partition(".")[0]
    if not settings.EMAIL_WEBHOOK_SECRET or provider not in CLASSES:
        return HttpResponse(status=403)
    view = import_string(f"anymail.webhooks.{provider}.{CLASSES[provider]}TrackingWebhookView")
    try:
        answer: HttpResponseBase = view.as_view()(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except UNREADABLE:
        return HttpResponse(status=400)
    return answer


@receiver(tracking)
def note_report(event: AnymailTrackingEvent, **_: Any) -> None:
    """One event of one message."""
    kind, reason = as_kept(event.event_type), as_kept(event.reject_reason)
    verdict = REASONS.get(reason, Verdict.UNKNOWN) if kind in FAILED else ""
    receive(Report(None, as_kept(event.message_id, 255), kind, reason, verdict), timezone.now())
