"""What providers post to us. Nothing is believed that is not signed."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from scheduler.receipts import as_kept, of_twilio, receive
from scheduler.web.email_webhook import email_status


def is_signed(request: HttpRequest) -> bool:
    """Whether Twilio signed the request with our account's token, for our public address."""
    if settings.TWILIO is None:
        return False
    address = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    return bool(RequestValidator(settings.TWILIO.auth_token).validate(address, request.POST, signature))


@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """A status callback. 403 for an unsigned one; a signed one is kept, whatever it says."""
    if not is_signed(request):
        return HttpResponse(status=403)
    said = request.POST
    report = of_twilio(
        attempt_id,
        provider_id=as_kept(said.get("MessageSid") or said.get("SmsSid", ""), 255),
        reported=as_kept(said.get("MessageStatus") or said.get("SmsStatus", "")).lower(),
        code=as_kept(said.get("ErrorCode", "")),
    )
    receive(report, timezone.now())
    return HttpResponse(status=204)


app_name = "webhooks"
urlpatterns = [
    path("twilio/status/<uuid:attempt_id>", twilio_status, name="twilio-status"),
    path("email", email_status, name="email-status"),
]
