"""A call that somebody writes down."""

from datetime import timedelta

import pytest

from scheduler.changes import Refused, record_call
from scheduler.models import Episode, Event
from tests.enrolment.clinics import NOW
from tests.plans.changing import NURSE


def calls() -> list[Event]:
    return list(Event.objects.across_clinics().filter(kind="call-recorded"))


def test_it_keeps_who_called_and_what_was_said(sam: Episode) -> None:
    assert record_call(
        sam.clinic, sam.pk, NOW, actor=NURSE, caller=" Sam's  sister ", said="Pain.\r\nTold her."
    )
    (event,) = calls()
    assert (event.actor, event.episode_id) == (NURSE, sam.pk)
    assert event.details == {"caller": "Sam's sister", "said": "Pain.\nTold her."}


def test_a_second_click_writes_nothing_and_a_second_call_does(sam: Episode) -> None:
    words = {"actor": NURSE, "caller": "Sam", "said": "All is well."}
    assert record_call(sam.clinic, sam.pk, NOW, **words)
    assert not record_call(sam.clinic, sam.pk, NOW, **words)
    assert record_call(sam.clinic, sam.pk, NOW + timedelta(hours=1), **words)
    assert len(calls()) == 2


@pytest.mark.parametrize(
    ("caller", "said", "fields"),
    [
        ("", " ", ["caller", "said"]),
        ("x" * 121, "y", ["caller"]),
        ("x", "y" * 2001, ["said"]),
        ("x", "y\x00", ["said"]),
    ],
)
def test_it_finds_every_fault(caller: str, said: str, fields: list[str], sam: Episode) -> None:
    with pytest.raises(Refused) as refused:
        record_call(sam.clinic, sam.pk, NOW, actor=NURSE, caller=caller, said=said)
    assert list(refused.value.faults) == fields
    assert calls() == []
