"""Who may open which page. A page without a line in PAGES fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from scheduler.models import Clinic, Episode, Membership
from scheduler.web.urls import urlpatterns
from tests.web.people import member, signed_in

#: name -> what staff of the clinic get for GET
CLINIC_PAGES = {
    "patients": 200,
    "enrol": 200,
    "enrol-preview": 405,
    "enrolled": 200,
    "arrival": 200,
    "sheet": 200,
    "discard-held": 405,
    "episode": 200,
    "change": 200,
    "call": 200,
    "page-link": 200,
    "today": 200,
    "attention": 200,
    "acknowledge-alarm": 405,
    "handle-reply": 405,
    "release-sender": 405,
    "outbox": 200,
    "clinic-settings": 200,
    "clinic-live": 403,
    "team": 403,
    "team-member": 403,
    "timings": 200,
    "timings-draft": 200,
    "timings-check": 405,
    "timings-setup": 403,
    "effect": 200,
    "effect-patients": 200,
    "publish": 403,
    "rehearse": 200,
    "editions": 200,
    "edition": 200,
    "edition-compare": 422,
    "edition-restore": 405,
    "edition-copy": 403,
}
EDITIONS = {
    "effect", "effect-patients", "publish", "rehearse", "editions", "edition", "edition-compare",
    "edition-restore", "edition-copy",
}  # fmt: skip
#: and what admins get
ADMIN = CLINIC_PAGES | {
    "clinic-live": 200,
    "team": 200,
    "team-member": 200,
    "timings-check": 405,
    "timings-setup": 302,
    "publish": 200,
    "edition-copy": 200,
}
FOR_ANYBODY_SIGNED_IN = {"home"}
FOR_WHOEVER_HAS_THE_LINK = {
    "invitation",
    "patient-page",
    "patient-calendar",
    "patient-messages",
    "patient-unsubscribe",
    "unknown-link",
}
TIMINGS = ["timings-draft", "timings-check", "timings-setup"]
PUBLISHING = ["publish", "edition-restore", "edition-copy"]
OF_EPISODE = ("episode", "enrolled", "arrival", "sheet", "change", "call", "page-link")
#: posting changes something
POSTS = [
    "change",
    "call",
    "page-link",
    "enrol",
    "enrol-preview",
    "discard-held",
    "attention",
    "acknowledge-alarm",
    "handle-reply",
    "release-sender",
    "clinic-settings",
    "clinic-live",
    "team",
    "team-member",
    *TIMINGS,
    *PUBLISHING,
    "rehearse",
]


def names(patterns: list[Any]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            # Webhooks are signed instead; their own tests say so.
            if str(pattern.pattern) != "webhooks/":
                yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def address(name: str, clinic: Clinic, episode: Episode) -> str:
    needs = {"slug": clinic.slug}
    if name in OF_EPISODE:
        needs["episode"] = str(episode.pk)
    if name == "change":
        needs["kind"] = "time"
    if name == "page-link":
        needs["act"] = "renew"
    if name == "team-member":
        needs["member"] = str(a_member(clinic).pk)
    if name == "discard-held":
        needs["number"] = "1"
    if name.startswith("timings-") or name in EDITIONS:
        needs["protocol"] = "microsclerotherapy"
    if name in ("edition", "edition-restore", "edition-copy"):
        needs["number"] = "1"
    return reverse(name, kwargs=needs)


def a_member(clinic: Clinic) -> Membership:
    found = Membership.objects.for_clinic(clinic).first()
    return found or member(clinic, "staff", "somebody@example.com").memberships.get()


def test_it_knows_who_may_open_every_page() -> None:
    assert set(names(urlpatterns)) == {*CLINIC_PAGES, *FOR_ANYBODY_SIGNED_IN, *FOR_WHOEVER_HAS_THE_LINK}


@pytest.mark.parametrize("name", CLINIC_PAGES)
def test_it_sends_strangers_to_sign_in(name: str, clinic: Clinic, episode: Episode) -> None:
    url = address(name, clinic, episode)
    for answer in (Client().get(url), Client().post(url)):
        assert (answer.status_code, answer.headers.get("Location")) in [
            (302, f"/accounts/login/?next={url}"),
            (405, None),
        ]


def test_it_leads_a_part_of_a_page_to_sign_in_as_a_whole(clinic: Clinic) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/c/leafy/enrol"}
    answer = Client().post("/c/leafy/enrol/preview", headers=headers)
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/c/leafy/enrol"


@pytest.mark.parametrize("name", CLINIC_PAGES)
def test_it_hides_a_clinic_from_the_staff_of_another(
    name: str, clinic: Clinic, episode: Episode, other_clinic: Clinic
) -> None:
    outsider = signed_in(member(other_clinic, "admin"))
    url = address(name, clinic, episode)
    assert outsider.post(url).status_code in (404, 405)
    assert outsider.get(url).status_code in (404, 405)


@pytest.mark.parametrize("name", CLINIC_PAGES)
def test_it_lets_staff_in(name: str, clinic: Clinic, episode: Episode, staff: Client) -> None:
    assert staff.get(address(name, clinic, episode)).status_code == CLINIC_PAGES[name]


@pytest.mark.parametrize("name", CLINIC_PAGES)
def test_it_lets_admins_in(name: str, clinic: Clinic, episode: Episode, admin: Client) -> None:
    assert admin.get(address(name, clinic, episode)).status_code == ADMIN[name]


@pytest.mark.parametrize(
    "name",
    ["clinic-settings", "clinic-live", "team", "team-member", *TIMINGS, *PUBLISHING, "release-sender"],
)
def test_it_refuses_changes_of_settings_by_staff(
    name: str, clinic: Clinic, episode: Episode, staff: Client
) -> None:
    assert staff.post(address(name, clinic, episode), {"name": "Taken over"}).status_code == 403
    clinic.refresh_from_db()
    assert clinic.name == "Leafy Vein Clinic"


@pytest.mark.parametrize("name", POSTS)
def test_it_refuses_a_form_from_elsewhere(name: str, clinic: Clinic, episode: Episode) -> None:
    careful = signed_in(member(clinic, "admin"), enforce_csrf_checks=True)
    assert careful.post(address(name, clinic, episode)).status_code == 403


@pytest.mark.parametrize("name", OF_EPISODE)
def test_it_hides_an_episode_of_another_clinic(name: str, episode: Episode, other_clinic: Clinic) -> None:
    theirs = signed_in(member(other_clinic, "admin"))
    url = address(name, other_clinic, episode)
    assert theirs.get(url).status_code == 404


def test_it_goes_straight_to_the_only_clinic(staff: Client) -> None:
    assert staff.get("/").headers["Location"] == "/c/leafy/"


def test_it_offers_the_choice_of_several(clinic: Clinic, other_clinic: Clinic) -> None:
    user = member(clinic, "staff")
    user.memberships.model.objects.create(clinic=other_clinic, user=user, role="admin")
    page = signed_in(user).get("/").content.decode()
    assert "/c/leafy/" in page
    assert "/c/other/" in page


def test_it_tells_a_user_without_a_clinic_whom_to_ask(db: None, django_user_model: Any) -> None:
    alone = signed_in(django_user_model.objects.create_user("alone@example.com", "correct horse battery"))
    assert "Ask an administrator" in alone.get("/").content.decode()
