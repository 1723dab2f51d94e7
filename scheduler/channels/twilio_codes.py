"""What Twilio's codes mean. A code that is not here is for a person.

Source: https://www.twilio.com/docs/api/errors
"""

from scheduler.channels.base import Verdict

#: Wrong credentials, a suspended account (three codes for it). That shows in any request, so whether it is
#: mended can be asked; a sender that is not ours does not, and a person says when that is.
SHUT_OUT = ("20003", "10001", "20005", "30002")
MEANING: dict[str, Verdict] = {
    # too many requests, a full queue, an unreachable handset or network
    "429": Verdict.TEMPORARY,
    "20429": Verdict.TEMPORARY,
    "21611": Verdict.TEMPORARY,
    "30001": Verdict.TEMPORARY,
    "30003": Verdict.TEMPORARY,
    "30500": Verdict.TEMPORARY,
    # not a number, not a mobile, blocked, unknown, a landline
    "21211": Verdict.ADDRESS,
    "21614": Verdict.ADDRESS,
    "21635": Verdict.ADDRESS,
    "30004": Verdict.ADDRESS,
    "30005": Verdict.ADDRESS,
    "30006": Verdict.ADDRESS,
    "21610": Verdict.OPTED_OUT,
    # filtered by the network, no permission for the country, sender and recipient do not match
    "30007": Verdict.TEXT,
    "21408": Verdict.TEXT,
    "21612": Verdict.TEXT,
    "30036": Verdict.EXPIRED,
    **dict.fromkeys(SHUT_OUT, Verdict.CONFIGURATION),
    # a sender that is not ours
    "21606": Verdict.CONFIGURATION,
    "30008": Verdict.INCONCLUSIVE,
    "30410": Verdict.INCONCLUSIVE,
    "20500": Verdict.IN_DOUBT,
    "20503": Verdict.IN_DOUBT,
}


def meaning(code: str) -> Verdict:
    """Of the code in a refusal or in a later report."""
    return MEANING.get(code, Verdict.UNKNOWN)
