"""The link to a patient's page is renewed, or revoked until it is."""

import pytest
from django.test import Client

from scheduler.changes import Refused, Stale, renew_link, revoke_link
from scheduler.changes.page_link import seen_of
from scheduler.dispatch.claim import claim
from scheduler.dispatch.recheck import recheck
from scheduler.models import Attempt, Episode, Event, Patient
from tests.dispatch.plans import Recording
from tests.dispatch.treatments import run
from tests.enrolment.clinics import NOW
from tests.plans.changing import NURSE, WHY, at

DAY_1 = at(21, 8)


def patient(episode: Episode) -> Patient:
    return Patient.objects.for_clinic(episode.clinic).get(pk=episode.patient_id)


def change(act: object, episode: Episode, **values: str) -> Patient:
    values = {"actor": NURSE, "why": WHY, "seen": seen_of(patient(episode))} | values
    return act(episode.clinic, episode.pk, DAY_1, **values)  # type: ignore[operator,no-any-return]


def last_text() -> str:
    return Attempt.objects.across_clinics().filter(kind="sms").latest("created_at").text


def test_a_renewed_link_is_another_one_and_the_old_one_finds_nothing(sam: Episode) -> None:
    old = sam.patient.page_token
    new = change(renew_link, sam).page_token
    assert (new != old, Client().get(f"/p/{old}").status_code) == (True, 404)
    assert patient(sam).page_token == new


def test_texts_to_come_carry_the_new_link_and_none_while_it_is_revoked(
    sam: Episode, channel: Recording
) -> None:
    run(channel, NOW, DAY_1)
    new = change(renew_link, sam).page_token
    run(channel, DAY_1, at(22, 12))
    assert f"/p/{new}" in last_text()
    change(revoke_link, sam)
    run(channel, at(22, 12), at(25, 12))
    assert "/p/" not in last_text()
    assert "hospital now" in last_text()


@pytest.mark.parametrize("act", [renew_link, revoke_link])
def test_a_text_that_a_worker_holds_is_written_anew(act: object, sam: Episode) -> None:
    held = claim(NOW, worker="w", live={"sms"}).claimed
    change(act, sam)
    assert held
    assert recheck(held, NOW, worker="w") == ()


@pytest.mark.parametrize(("act", "kind"), [(renew_link, "renewed"), (revoke_link, "revoked")])
def test_it_is_told_with_its_author_and_reason_but_without_the_link(
    act: object, kind: str, sam: Episode
) -> None:
    new = change(act, sam)
    event = Event.objects.across_clinics().get(kind=f"page-link-{kind}")
    assert (event.actor, event.details) == (NURSE, {"why": WHY})
    assert new.page_token not in str(event.details)


def test_two_at_once_renew_it_once(sam: Episode) -> None:
    seen = seen_of(patient(sam))
    change(renew_link, sam, seen=seen, why="lost phone")
    with pytest.raises(Stale, match="renewed the link on Sat 21 Nov, 08:00: lost phone"):
        change(renew_link, sam, seen=seen)
    assert Event.objects.across_clinics().filter(kind="page-link-renewed").count() == 1


def test_what_is_revoked_is_not_revoked_again_but_can_be_renewed(sam: Episode) -> None:
    change(revoke_link, sam)
    with pytest.raises(Refused, match="revoked already"):
        change(revoke_link, sam)
    assert change(renew_link, sam).page_revoked_at is None


def test_it_asks_for_a_reason(sam: Episode) -> None:
    with pytest.raises(Refused, match="Say why"):
        change(renew_link, sam, why=" ")
    assert patient(sam).page_token == sam.patient.page_token
