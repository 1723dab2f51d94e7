"""Settings that are valid by themselves and still worth a word."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from django.conf import settings

from config.environment import Environment, env_file_names, given_settings
from scheduler.doctor.finding import Finding, ok, warn

OURS = ("TWILIO_", "EMAIL_", "SMS_", "DATABASE_", "SECRET_", "PUBLIC_", "ALLOWED_", "METRICS_", "LOG_")
#: what compose.yaml reads
BESIDES = {"POSTGRES_PASSWORD"}
LINK_LIMIT = 40  # characters of a patient's link with which every text was measured
PATIENT_PATH = len("/p/") + 16


def check_settings() -> Iterator[Finding]:
    yield ok("settings", "every setting that is set can be read")
    yield from _unknown_names(given_settings(os.environ))
    yield from _public_url(settings.PUBLIC_URL)
    if "*" in settings.ALLOWED_HOSTS:
        yield warn("ALLOWED_HOSTS", "any host name is answered", "name the host of PUBLIC_URL instead")


def _unknown_names(given: Mapping[str, str]) -> Iterator[Finding]:
    """A misspelt name would otherwise be as if it had never been set."""
    known = {name.upper() for name in Environment.model_fields} | BESIDES
    # The environment has names of everybody's; what stands in `.env` is meant for us.
    ours = {name for name in given if name.startswith(OURS)} | set(env_file_names())
    for name in sorted(ours):
        if name.upper().removesuffix("_FILE") not in known:
            close = get_close_matches(name.upper(), sorted(known), 1)
            hint = f"did you mean {close[0]}?" if close else "remove it, or see .env.example"
            yield warn(name, "is no setting, and changes nothing", hint)


def _public_url(url: str) -> Iterator[Finding]:
    length = len(url) + PATIENT_PATH
    if length > LINK_LIMIT:
        text = f"a patient's link has {length} characters, over {LINK_LIMIT}: texts may cost more segments"
        yield warn("PUBLIC_URL", text, "use a shorter host name")
    else:
        yield ok("PUBLIC_URL", f"{url}: a patient's link has {length} characters")
