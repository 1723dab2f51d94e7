"""Patients as the tests of the rehearsal need them."""

from typing import Any

from scheduler.domain.protocol import Protocol
from scheduler.domain.rehearsal.cases import Case, Enrolled
from scheduler.domain.rehearsal.totals import Tally, Totals
from tests.domain.plans import CONTACT, LINK, at, protocol, treatment

__all__ = ["CONTACT", "LINK", "at", "case", "protocol", "totals", "treatment"]


def case(treated: str = "2026-11-20T15:00", *, by_email: bool = False, **how: Any) -> Case:
    """One patient with one treatment, enrolled at the desk when it ended, unless it is said otherwise."""
    return (Enrolled(treatment(treated, **how), by_email),)


def totals(*cases: Case, under: Protocol | None = None, **settings: str) -> Totals:
    """What these patients are sent under the leaflet's protocol with a clinic's settings."""
    tally = Tally(under or protocol(**settings), CONTACT, LINK)
    for one in cases:
        tally.add(one)
    return tally.totals
