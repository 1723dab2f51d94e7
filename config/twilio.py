"""Twilio's settings, which hold only together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.addresses import is_loopback, is_public

if TYPE_CHECKING:
    from config.environment import Environment


@dataclass(frozen=True)
class Twilio:
    """How to reach the account; the auth token also verifies what the provider posts to us."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str | None
    api_secret: str | None = field(repr=False)
    #: the first clinic's sender; the messaging service comes first where both are set
    messaging_service_sid: str | None
    from_: str | None
    base_url: str

    @property
    def login(self) -> tuple[str, str]:
        """User and password of the API: the key where there is one."""
        if self.api_key and self.api_secret:
            return self.api_key, self.api_secret
        return self.account_sid, self.auth_token


def twilio_faults(env: Environment) -> list[str]:
    """What keeps live SMS from working: a half-set account, or an address no receipt could reach."""
    if not _wanted(env):
        return []
    faults = [f"{name}: is missing; {why}" for name, why in _missing(env)]
    trial = is_loopback(env.public_url) and is_loopback(env.twilio_api_base_url)
    if not trial and not (env.secure and is_public(env.public_url)):
        faults.append(
            "PUBLIC_URL: live SMS needs a public https address, for receipts and the patients' links;"
            " for example PUBLIC_URL=https://aftercare.example.com"
        )
    return faults


def _wanted(env: Environment) -> bool:
    return any(
        (
            env.twilio_account_sid,
            env.twilio_auth_token,
            env.twilio_api_key,
            env.twilio_api_secret,
            env.twilio_messaging_service_sid,
            env.twilio_from,
        )
    )


def _missing(env: Environment) -> list[tuple[str, str]]:
    together = "Twilio's settings hold only together; for example "
    rows = [
        (env.twilio_account_sid, "TWILIO_ACCOUNT_SID", together + "TWILIO_ACCOUNT_SID=AC0123456789abcdef..."),
        (
            env.twilio_auth_token,
            "TWILIO_AUTH_TOKEN",
            "receipts and replies are verified with it; for example"
            " TWILIO_AUTH_TOKEN_FILE=/run/secrets/twilio",
        ),
        (
            env.twilio_messaging_service_sid or env.twilio_from,
            "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM",
            "a sender is needed; for example TWILIO_FROM=+447700900123",
        ),
        (
            env.twilio_api_key or not env.twilio_api_secret,
            "TWILIO_API_KEY",
            together + "TWILIO_API_KEY=SK...",
        ),
        (
            env.twilio_api_secret or not env.twilio_api_key,
            "TWILIO_API_SECRET",
            together + "TWILIO_API_SECRET_FILE=/run/secrets/key",
        ),
    ]
    return [(name, why) for value, name, why in rows if not value]


def twilio_of(env: Environment) -> Twilio | None:
    """None: texts go to the outbox."""
    if not (env.twilio_account_sid and env.twilio_auth_token):
        return None
    return Twilio(
        account_sid=env.twilio_account_sid,
        auth_token=env.twilio_auth_token.get_secret_value(),
        api_key=env.twilio_api_key,
        api_secret=env.twilio_api_secret.get_secret_value() if env.twilio_api_secret else None,
        messaging_service_sid=env.twilio_messaging_service_sid,
        from_=env.twilio_from,
        base_url=env.twilio_api_base_url,
    )
