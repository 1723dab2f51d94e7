"""Refusals as Twilio words them: {code, message, more_info, status}."""

from tests.support.provider.wire import Response

STATUS_OF = {20003: 401, 20404: 404, 20004: 405, 20429: 429, 20500: 500, 20503: 503}
MESSAGE_OF = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service unavailable",
    21211: "The 'To' number is not a valid phone number.",
    21610: "Attempt to send to unsubscribed recipient",
}


def status_of(code: int) -> int:
    return STATUS_OF.get(code, 400)


def refusal(code: int, *, status: int | None = None, message: str = "") -> Response:
    status = status or status_of(code)
    said = {
        "code": code,
        "message": message or MESSAGE_OF.get(code, "Refused"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Response.of(status, said)
