"""EMAIL_URL as Django wants it: an SMTP server, or a provider through anymail."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: seconds that a worker may wait for a mail server
LONGEST = 300
#: scheme: (anymail backend, the settings its parts go to)
PROVIDERS = {
    "postmark": ("postmark", ("POSTMARK_SERVER_TOKEN",)),
    "resend": ("resend", ("RESEND_API_KEY",)),
    "brevo": ("brevo", ("BREVO_API_KEY",)),
    "mailersend": ("mailersend", ("MAILERSEND_API_TOKEN",)),
    "sparkpost": ("sparkpost", ("SPARKPOST_API_KEY",)),
    "mailgun": ("mailgun", ("MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN")),
    "mailjet": ("mailjet", ("MAILJET_API_KEY", "MAILJET_SECRET_KEY")),
}
#: what a provider's reports are verified with: its signature, or else a name and a password in the address
SIGNED_WITH = {"mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY", "mailersend": "MAILERSEND_SIGNING_SECRET"}
#: seconds to connect, and between two bytes of the answer, as `requests` takes them
PATIENCE = (4, 8)


def email_fault(url: str) -> str | None:
    """What is wrong with an EMAIL_URL, without repeating any of it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not an address of a mail server"
    if parts.scheme in ("smtp", "smtps"):
        return _smtp_fault(parts.hostname, parse_qs(parts.query))
    if parts.scheme not in PROVIDERS:
        return f"must begin with smtp://, smtps:// or one of {', '.join(f'{p}://' for p in PROVIDERS)}"
    wanted = PROVIDERS[parts.scheme][1]
    if len(_provider_parts(url)) != len(wanted):
        return f"must be {parts.scheme}://{'@'.join(wanted)}"
    return None


def webhook_fault(url: str | None, secret: str) -> str | None:
    """What is wrong with an EMAIL_WEBHOOK_SECRET beside a checked EMAIL_URL."""
    scheme = urlsplit(url or "").scheme
    if scheme not in PROVIDERS:
        return "is for a provider's reports, and EMAIL_URL names none"
    name, _, password = secret.partition(":")
    if scheme not in SIGNED_WITH and not (name and len(password) >= 12):
        return "needs a name, a colon and a password of 12 characters or more"
    return None


def _smtp_fault(host: str | None, query: dict[str, list[str]]) -> str | None:
    if not host:
        return "names no mail server"
    if set(query) - {"tls", "timeout"}:
        return "knows only tls and timeout after the question mark"
    if query.get("tls", ["none"])[-1] not in ("starttls", "none"):
        return "knows only tls=starttls and tls=none (smtps:// is TLS from the first byte)"
    seconds = query.get("timeout", ["10"])[-1]
    if not re.fullmatch(r"[0-9]{1,3}", seconds) or not 1 <= int(seconds) <= LONGEST:
        return f"needs whole seconds for timeout, from 1 to {LONGEST}"
    return None


def _provider_parts(url: str) -> list[str]:
    return [unquote(part) for part in urlsplit(url).netloc.split("@") if part]


def django_email(url: str, webhook_secret: str = "") -> dict[str, Any]:
    """The EMAIL_* and ANYMAIL settings of a checked EMAIL_URL; without a secret no report is believed."""
    parts = urlsplit(url)
    if parts.scheme in PROVIDERS:
        backend, names = PROVIDERS[parts.scheme]
        anymail: dict[str, Any] = dict(zip(names, _provider_parts(url), strict=True))
        anymail["REQUESTS_TIMEOUT"] = PATIENCE
        if webhook_secret:
            anymail[SIGNED_WITH.get(parts.scheme, "WEBHOOK_SECRET")] = webhook_secret
        return {"EMAIL_BACKEND": f"anymail.backends.{backend}.EmailBackend", "ANYMAIL": anymail}
    query, whole = parse_qs(parts.query), parts.scheme == "smtps"
    starttls = not whole and query.get("tls", ["none"])[-1] == "starttls"
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if whole else 587 if starttls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": whole,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_TIMEOUT": int(query.get("timeout", ["10"])[-1]),
    }
