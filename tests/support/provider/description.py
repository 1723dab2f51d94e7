"""What Twilio's description of its API allows in a request that creates a message."""

import re

_BOOLEAN = re.compile("true|false")
_NUMBER = r"\+[1-9]\d{6,14}"
_CHANNEL = r"[a-z]+:.+"
_SENDER = re.compile(rf"{_NUMBER}|\d{{3,8}}|[A-Za-z0-9 &+_-]{{1,11}}|{_CHANNEL}")
_ANY = re.compile(r"(?s).*")


def _sid(prefix: str) -> re.Pattern[str]:
    return re.compile(prefix + "[0-9a-fA-F]{32}")


FIELDS = {
    "To": re.compile(f"{_NUMBER}|{_CHANNEL}"),
    # no underscores in the host's name
    "StatusCallback": re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?([/?]\S*)?"),
    "ApplicationSid": _sid("AP"),
    "MaxPrice": re.compile(r"\d+(\.\d+)?"),
    "ProvideFeedback": _BOOLEAN,
    "Attempt": re.compile(r"\d+"),
    "ValidityPeriod": re.compile(r"[1-9]\d{0,4}"),
    "ForceDelivery": _BOOLEAN,
    "ContentRetention": re.compile("retain|discard"),
    "AddressRetention": re.compile("retain|obfuscate"),
    "SmartEncoded": _BOOLEAN,
    "PersistentAction": _ANY,
    "TrafficType": re.compile("free"),
    "ShortenUrls": _BOOLEAN,
    "ScheduleType": re.compile("fixed"),
    "SendAt": re.compile(r"\d{4}-\d\d-\d\dT.+"),
    "SendAsMms": _BOOLEAN,
    "ContentVariables": _ANY,
    "RiskCheck": re.compile("enable|disable"),
    "From": _SENDER,
    "FallbackFrom": _SENDER,
    "MessagingServiceSid": _sid("MG"),
    "Body": re.compile(r"(?s).{1,1600}"),
    "MediaUrl": _ANY,
    "ContentSid": _sid("HX"),
}
#: the code of a field that is there and wrong; 20001 for any other
CODE_OF = {"To": 21211, "StatusCallback": 21609, "From": 21212, "Body": 21617}
LONGEST_VALIDITY = 36_000
CONTENT = ("Body", "MediaUrl", "ContentSid")


def fault_of(form: list[tuple[str, str]]) -> tuple[int, str] | None:
    """The code and the words of the first fault."""
    for name, value in form:
        allowed = FIELDS.get(name)
        if allowed is None:
            return 20001, f"unknown field {name}"
        if not allowed.fullmatch(value):
            return CODE_OF.get(name, 20001), f"{name} is not as described ({len(value)} characters)"
    return _fault_of_whole(dict(form))


def _fault_of_whole(form: dict[str, str]) -> tuple[int, str] | None:
    if "To" not in form:
        return 21604, "To is missing"
    if "From" not in form and "MessagingServiceSid" not in form:
        return 21603, "neither From nor MessagingServiceSid"
    if not any(name in form for name in CONTENT):
        return 21602, "no Body"
    if int(form.get("ValidityPeriod", 1)) > LONGEST_VALIDITY:
        return 20001, "ValidityPeriod is out of range"
    if form.get("ShortenUrls") == "true" and "MessagingServiceSid" not in form:
        return 20001, "ShortenUrls without MessagingServiceSid"
    return None
