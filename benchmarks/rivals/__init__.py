"""Other ways of doing it, measured beside ours: each a module that a reasonable developer would write.

A rival keeps its jobs in a database of its own, at DATABASE_URL, and sends to TWILIO_API_BASE_URL. It has the
whole text already: none looks at the patient again, so that what changed since is not noticed.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol

#: requests under way at once, as in our worker
IN_FLIGHT = 50
CALLBACK = "https://clinic.example.com/webhooks/twilio/status"

#: module and class, by the name that it is known by
RIVALS = {
    "APScheduler": ("benchmarks.rivals.apscheduler_jobs", "DateJobs"),
    "Procrastinate": ("benchmarks.rivals.procrastinate_tasks", "Tasks"),
    "Huey": ("benchmarks.rivals.huey_tasks", "Tasks"),
}


class Text(NamedTuple):
    #: of the job: patient and message
    id: str
    to: str
    body: str
    due: datetime


class Rival(Protocol):
    #: what it was set to, for the document
    settings: str
    #: what it does not do, a sentence each
    lacks: Sequence[str]

    def prepare(self, texts: Sequence[Text]) -> None:
        """Stores a job each, as a running system would have them when they come due; nobody times this."""

    def run(self) -> float:
        """Sends what was prepared; seconds from starting its worker until all are sent and ticked off."""

    def add(self, plans: Iterable[Sequence[Text]]) -> None:
        """Stores every patient's jobs, one transaction for each patient where it can."""

    def add_in_bulk(self, plans: Iterable[Sequence[Text]]) -> None:
        """Stores them in as few transactions as it can."""


def rival(name: str) -> Rival:
    """Only the one that is measured is imported. Every line that it would log costs it time."""
    logging.disable(logging.INFO)
    module, kind = RIVALS[name]
    made: Rival = getattr(import_module(module), kind)(os.environ["DATABASE_URL"])
    return made


def request(to: str, body: str, id: str) -> dict[str, Any]:
    """What the SMS package's client is asked for, as our worker asks it."""
    return {
        "to": to,
        "from_": "+447700900001",
        "body": body,
        "status_callback": f"{CALLBACK}/{id}",
        "validity_period": 28_000,
        "smart_encoded": False,
        "shorten_urls": False,
    }
