"""Publishing a draft on its page: for new patients, or for everybody by who has seen what that does."""

import re
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from scheduler.changes import SkipReminder
from scheduler.editions import current_edition
from scheduler.enrolment import enrol
from scheduler.models import Clinic, Draft, Edition, Episode, Event, Rollout
from scheduler.plans.rollout import carry_on
from tests.editions.drafts import JO, SAM, begin, change, publish
from tests.enrolment.clinics import NOW, PROTOCOL, asked
from tests.plans.changing import do
from tests.web.drafted import SIGNED, C, drafted, some
from tests.web.people import enrolled, member, signed_in

URL = f"{C}/publish"


def seen(client: Client) -> str:
    """The effect, as the page of it hands it on."""
    found = re.search(r"publish\?look=([^\"]+)", client.get(f"{C}/effect").content.decode())
    assert found
    return unquote(found[1])


def typed(draft: Draft, **changes: str) -> dict[str, str]:
    return {"revision": str(draft.revision), "to": "new", "look": "", **SIGNED, **changes}


def nothing_published(clinic: Clinic) -> bool:
    only = Edition.objects.for_clinic(clinic).count() == 1
    return only and not Rollout.objects.for_clinic(clinic).exists()


def test_it_publishes_for_new_patients_alone(admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    draft = drafted(clinic)
    answer = admin.post(URL, typed(draft))
    assert answer.headers["Location"] == f"{C}/editions/2"
    edition = current_edition(clinic, PROTOCOL)
    assert edition
    assert (edition.reason, edition.approved_by) == (SIGNED["reason"], SIGNED["approved_by"])
    assert edition.published_by == "admin@leafy.example.com"
    assert {episode.edition.number for episode in Episode.objects.for_clinic(clinic)} == {1}
    assert "Published for patients enrolled from then on" in admin.get(f"{C}/editions/2").content.decode()


def test_new_patients_alone_are_what_is_chosen_at_first(admin: Client, clinic: Clinic) -> None:
    drafted(clinic)
    page = admin.get(URL).content.decode()
    assert re.search(r'value="new"[^>]*checked', page)
    assert "Not looked at" in page


def test_it_brings_to_everybody_what_was_seen(admin: Client, clinic: Clinic) -> None:
    some(clinic)
    draft = drafted(clinic)
    look = seen(admin)
    page = admin.get(f"{URL}?look={quote(look)}").content.decode()
    assert "Patients who were told another date and get a text that corrects it" in page
    assert re.search(r'value="all"[^>]*checked', page)
    assert admin.post(URL, typed(draft, to="all", look=look)).status_code == 302
    page = admin.get(f"{C}/editions/2").content.decode()
    assert "On its way to everybody: 0 of 3 patients done" in page
    carry_on(NOW, "worker")
    part = admin.get(f"{C}/editions/2", headers={"HX-Request": "true"}).content.decode()
    assert "It is what was seen before." in part
    assert "<html" not in part
    assert {episode.edition.number for episode in Episode.objects.for_clinic(clinic)} == {2}


def test_it_tells_where_it_differed_from_what_was_seen(admin: Client, clinic: Clinic) -> None:
    some(clinic)
    draft = drafted(clinic)
    look = seen(admin)
    enrolled(clinic, name="Jo Example", mobile="07700 900199", email="", channels=("sms",))
    assert admin.post(URL, typed(draft, to="all", look=look)).status_code == 302
    carry_on(NOW, "worker")
    page = admin.get(f"{C}/editions/2").content.decode()
    assert "Where it differed from what was seen before" in page
    assert re.search(
        r"Patients with something to come</th><td class=\"number\">3</td><td class=\"number\">4", page
    )


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"reason": ""}, "reason", "Say why."),
        ({"reason": "  "}, "reason", "Say why."),
        ({"reason": "x" * 1001}, "reason", "This is too long: 1000 characters are the most."),
        ({"approved_by": ""}, "approved_by", "Name the clinician who approves it."),
        ({"approved_by": "x" * 121}, "approved_by", "This is too long: 120 characters are the most."),
        ({"approved_by": "Dr\u200bExample"}, "approved_by", "Name the clinician who approves it"),
        ({"to": ""}, "to", "Choose for whom it is published."),
        ({"to": "some"}, "to", "Choose for whom it is published."),
        ({"to": "all"}, "to", "Look at the effect on everybody first."),
        ({"to": "all", "look": "forged:x:y"}, "to", "Look at the effect on everybody first."),
    ],
)
def test_it_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(
    changes: dict[str, str], field: str, sentence: str, admin: Client, clinic: Clinic
) -> None:
    draft = drafted(clinic)
    answer = admin.post(URL, typed(draft, **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error">{sentence}' in page
    assert "reason" in changes or SIGNED["reason"] in page
    assert nothing_published(clinic)


def test_the_look_of_another_clinic_is_none_here(admin: Client, clinic: Clinic, other_clinic: Clinic) -> None:
    draft = drafted(clinic)
    theirs = signed_in(member(other_clinic, "admin", "o@example.com"))
    begin(other_clinic)
    url = C.replace("leafy", "other")
    found = re.search(r"publish\?look=([^\"]+)", theirs.get(f"{url}/effect").content.decode())
    assert found
    answer = admin.post(URL, typed(draft, to="all", look=unquote(found[1])))
    assert "Look at the effect on everybody first." in answer.content.decode()
    assert nothing_published(clinic)


@pytest.mark.parametrize("to", ["new", "all"])
def test_a_draft_that_changed_since_is_refused_with_what_changed(
    to: str, admin: Client, clinic: Clinic
) -> None:
    some(clinic, 1)
    draft = drafted(clinic)
    look = seen(admin)
    change(clinic, draft.revision, SAM, morning="10:00")
    answer = admin.post(URL, typed(draft, to=to, look=look))
    assert answer.status_code == 422
    assert "sam@example.com set morning to 10:00" in answer.content.decode()
    assert nothing_published(clinic)


def test_a_plan_that_somebody_changed_since_is_refused_for_everybody_alone(
    admin: Client, clinic: Clinic
) -> None:
    episode = enrolled(clinic)
    draft = drafted(clinic)
    look = seen(admin)
    do(episode, SkipReminder("day-6"), NOW, actor=SAM)
    answer = admin.post(URL, typed(draft, to="all", look=look))
    assert "Plans were changed meanwhile by sam@example.com" in answer.content.decode()
    assert nothing_published(clinic)
    assert admin.post(URL, typed(draft)).status_code == 302


def test_new_enrolments_meanwhile_make_nothing_stale(admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    draft = drafted(clinic)
    look = seen(admin)
    enrol(asked(clinic, name="Jo Example", mobile="07700 900199"), JO, NOW + timedelta(minutes=1))
    assert admin.post(URL, typed(draft, to="all", look=look)).status_code == 302


@pytest.mark.parametrize("to", ["new", "all"])
def test_of_two_who_publish_at_once_one_is_told(to: str, admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    draft = drafted(clinic)
    look = seen(admin)
    publish(clinic, draft.revision, actor=SAM)
    answer = admin.post(URL, typed(draft, to=to, look=look))
    assert answer.status_code == 422
    assert "sam@example.com published it as edition 2" in answer.content.decode()
    assert Edition.objects.for_clinic(clinic).count() == 2


def test_faults_are_named_and_nothing_is_published(admin: Client, clinic: Clinic) -> None:
    draft = drafted(clinic, lines__waxing__sms="{nothing}")
    page = admin.get(URL).content.decode()
    assert "cannot be published" in page
    assert ">Publish</button>" not in page
    assert admin.post(URL, typed(draft)).status_code == 422
    assert nothing_published(clinic)


def test_a_length_below_the_protocols_needs_its_reason(admin: Client, clinic: Clinic) -> None:
    draft = drafted(clinic, no_waxing="14d")
    assert admin.post(URL, typed(draft)).status_code == 422
    assert nothing_published(clinic)


def test_an_edition_on_its_way_is_waited_for(admin: Client, clinic: Clinic) -> None:
    some(clinic, 1)
    first = drafted(clinic)
    look = seen(admin)
    admin.post(URL, typed(first, to="all", look=look))
    second = drafted(clinic, morning="10:00")
    for page in (URL, "/c/leafy/timings", C):
        assert "still on its way to everybody" in admin.get(page).content.decode()
    answer = admin.post(URL, typed(second, to="all", look=look))
    assert answer.status_code == 422
    assert Edition.objects.for_clinic(clinic).count() == 2


def test_without_a_draft_there_is_nothing_to_publish(admin: Client, clinic: Clinic) -> None:
    assert "There is no draft" in admin.get(URL).content.decode()
    answer = admin.post(URL, {"revision": "1", "to": "new", **SIGNED})
    assert answer.status_code == 422
    assert not Event.objects.for_clinic(clinic).filter(kind="draft-published").exists()
