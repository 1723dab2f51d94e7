"""Every page in a language that nobody speaks: what stands there in plain letters was not translated.

A new page needs its line in VISITS (or, with the reason, in NOT_VISITED).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.fixtures import Settings

from scheduler.domain.edits.labels import in_words
from scheduler.editions import find_protocol
from scheduler.invitations import invite, link_of
from scheduler.models import Clinic, Event, Membership, User
from tests.enrolment.clinics import PROTOCOL, bare_clinic
from tests.support.pseudo import ODD, odd, pseudo_language
from tests.support.visible import visible
from tests.web.every_state import TODAY, World, everything
from tests.web.people import member, signed_in
from tests.web.test_enrol import typed
from tests.web.test_settings import CLINIC, VALUES

C = "/c/leafy"
#: in the protocol's language: what is sent, what a message is about, and what its file has under which name
PASSED_OVER = {"bubble", "about", "said", "typed"}
#: names and typed words of the tests' own people
DATA = (
    "Leafy Vein Clinic", "Leafy Clinic", "leafy", "bare", "leafy's number", "Sam", "Sam Example",
    "Robin Example", "Dr Example", "Europe/London", "Europe/Paris", "Aftercare", "microsclerotherapy",
    "Agreed in the team", "QR", "EMAIL_URL", "GBP", "No wax {oops} \u2013 x", "Pseudo",
    "Late morning", "No waxing: {no-waxing.date}.", "Nowhere",
)  # fmt: skip
#: addresses of pages and mailboxes, what a program is called by, and placeholders
NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|/c/\S+|`[^`]*`|\{[\w.-]+\}")
PLAIN = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Visit:
    """`{first}`, `{second}` and `{held}` in the address are the episodes of the world, and what is held."""

    url: str
    post: Mapping[str, str] | None = None
    who: str = "admin"
    status: int = 200


def enrolling(**changes: str) -> dict[str, str]:
    return typed(**{"date": "2026-11-25", "time": "09:00"} | changes)


ENROLLING = [
    enrolling(),
    enrolling(name="Jo Example"),
    enrolling(name="Jo Example", by_email="on", email="jo@example.com", sms=""),
    enrolling(date="2026-11-22"),
    enrolling(date="2026-10-25", time="01:30"),
    enrolling(date="2026-10-25", time="01:30", fold="second"),
    enrolling(name="", mobile="", sms="", date="", **{"answers.area": ""}),
    enrolling(mobile="12", email="sam", by_email="on", date="2026-13-25", site="7"),
    enrolling(date="2027-01-01"),
    enrolling(date="2025-01-01"),
    enrolling(date="", time="25:00"),
]  # fmt: skip
T, BARE = f"{C}/timings/{PROTOCOL}", f"/c/bare/timings/{PROTOCOL}"
EDITED = {
    "continuous_wear": "2", "no_flying": "omit", "morning": "10:00", "messages.day-5": "off",
    "messages.day-6.day": "8", "messages.day-6.send_by": "36", "messages.day-6.send_by:unit": "h",
    "lines.waxing.sms": "No wax {oops} \u2013 x",
}  # fmt: skip
HOLDING = [enrolling(name="", mobile=""), enrolling(name="x" * 501), enrolling(held="999")]
CHANGE = f"{C}/episodes/{{second}}/change"
LOOK = {"step": "effect", "revision": "0"}
CHANGING = [
    ("time", {"date": "2026-11-23", "time": "15:00"}),
    ("time", {"date": "2026-11-19", "time": "15:00"}),
    ("answers", {"answers.area": "large"}),
    ("leg", {"site": "right"}),
    ("texts", {"detail": "minimal", "fewer_texts": "on"}),
    ("zone", {"zone": "Europe/Paris"}),
    ("address", {"mobile": "07700 900199", "sms": "on", "by_email": "", "first": "sms"}),
]
REFUSED = [
    ("time", {"date": "2027-01-01", "time": "15:00"}),
    ("time", {"date": "", "time": ""}),
    ("time", {}),
    ("time", {"date": "2026-10-25", "time": "01:30"}),
    ("zone", {"zone": "Nowhere"}),
    ("address", {"mobile": "12", "email": "x", "sms": "", "by_email": "", "first": "sms"}),
]
VISITS: dict[str, list[Visit]] = {
    "patients": [
        Visit(f"{C}/"),
        Visit(f"{C}/", who="staff"),
        Visit(f"{C}/?q=sam&show=running"),
        Visit(f"{C}/?q=123456&show=ended"),
        Visit("/c/bare/"),
        Visit("/c/bare/?show=paused"),
    ],
    "today": [Visit(f"{C}/today"), Visit(f"{C}/today", who="staff"), Visit("/c/bare/today")],
    "enrol": [Visit(f"{C}/enrol"), *(Visit(f"{C}/enrol", one | {"step": "preview"}) for one in ENROLLING)]
    + [Visit(f"{C}/enrol", one, status=422) for one in ENROLLING[6:]]
    + [Visit(f"{C}/enrol?held={{held}}")]
    + [Visit(f"{C}/enrol", one | {"step": "hold"}, status=422) for one in HOLDING]
    + [Visit("/c/bare/enrol"), Visit("/c/bare/enrol", who="staff")],
    "enrol-preview": [Visit(f"{C}/enrol/preview", one) for one in ENROLLING],
    "episode": [Visit(f"{C}/episodes/{{first}}"), Visit(f"{C}/episodes/{{second}}")],
    "change": [
        *(
            Visit(f"{CHANGE}/{kind}")
            for kind in ("time", "answers", "leg", "texts", "zone", "address", "pause")
        ),
        *(Visit(f"{CHANGE}/{kind}") for kind in ("pause", "resume", "cancel")),
        *(Visit(f"{CHANGE}/{kind}?message=day-7") for kind in ("move", "send-now", "skip")),
        *(Visit(f"{CHANGE}/{kind}", one | LOOK) for kind, one in CHANGING),
        *(Visit(f"{CHANGE}/{kind}", one | LOOK, status=422) for kind, one in REFUSED),
        Visit(f"{CHANGE}/time", {"date": "2026-11-23", "time": "15:00", "why": ""}, status=422),
    ],
    "call": [Visit(f"{C}/episodes/{{first}}/call"), Visit(f"{C}/episodes/{{first}}/call", {}, status=422)],
    "page-link": [
        Visit(f"{C}/episodes/{{first}}/page-link/renew"),
        Visit(f"{C}/episodes/{{first}}/page-link/revoke"),
        Visit(f"{C}/episodes/{{first}}/page-link/renew", {"seen": "x", "why": "Sam"}, status=422),
    ],
    "enrolled": [
        Visit(f"{C}/episodes/{{first}}/enrolled?again=1"),
        Visit(f"{C}/episodes/{{second}}/enrolled"),
    ],
    "arrival": [Visit(f"{C}/episodes/{{first}}/arrival"), Visit(f"{C}/episodes/{{second}}/arrival")],
    "attention": [
        Visit(f"{C}/attention"),
        Visit(f"{C}/attention", who="staff"),
        Visit(f"{C}/attention", {"do": "told", "reminder": "999", "why": "Spoke to her"}, status=422),
        Visit(f"{C}/attention", {"do": "told", "reminder": "999", "why": ""}, status=422),
        Visit("/c/bare/attention"),
    ],
    "outbox": [Visit(f"{C}/outbox"), Visit("/c/bare/outbox")],
    "clinic-settings": [
        Visit(f"{C}/settings"),
        Visit(f"{C}/settings", who="staff"),
        Visit("/c/bare/settings"),
        Visit(f"{C}/settings", dict.fromkeys(CLINIC, ""), status=422),
        Visit(f"{C}/settings", dict.fromkeys(CLINIC, "x" * 300), status=422),
        Visit(f"{C}/settings", {**CLINIC, "timezone": "Nowhere"}, status=422),
        Visit(f"{C}/settings", {**CLINIC, "sms_name": "\u4e2d", "urgent_phone": "12"}, status=422),
    ],
    "clinic-live": [Visit(f"{C}/settings/live"), Visit("/c/bare/settings/live")],
    "team": [
        Visit(f"{C}/team"),
        Visit(f"{C}/team", {"email": "jo", "role": ""}, status=422),
        Visit(f"{C}/team", {"email": "staff@leafy.example.com", "role": "staff"}, status=422),
        Visit("/c/bare/team"),
    ],
    "team-member": [
        Visit(f"{C}/team/{{me}}"),
        Visit(f"{C}/team/{{me}}", {"do": "role", "role": "staff"}, status=422),
        Visit(f"{C}/team/{{me}}", {"do": "remove", "sure": "on"}, status=422),
        Visit(f"{C}/team/{{invited}}"),
        Visit(f"{C}/team/{{invited}}", {"do": "role", "role": ""}, status=422),
    ],
    "invitation": [
        Visit("/invitation/x", who="nobody", status=404),
        Visit("{link}", who="nobody"),
        Visit("{link}"),
        Visit("{used}", {}, who="nobody"),
    ],
    "timings": [
        Visit(f"{C}/timings"),
        Visit("/c/bare/timings"),
        Visit("/c/bare/timings", who="staff"),
    ],
    "effect": [
        Visit(f"{T}/effect"),
        Visit(f"{T}/effect?stopped=1"),
        Visit(f"{BARE}/effect"),
    ],
    "effect-patients": [Visit(f"{T}/effect/patients"), Visit(f"{T}/effect/patients?after=999")],
    "publish": [
        Visit(f"{T}/publish"),
        Visit(f"{BARE}/publish"),
        Visit(f"{T}/publish", {"revision": "2", "to": "all"}, status=422),
        Visit(
            f"{T}/publish",
            {"revision": "0", "to": "new", "reason": "9" * 1001, "approved_by": "9" * 200},
            status=422,
        ),
    ],
    "rehearse": [
        Visit(f"{T}/rehearse"),
        Visit(f"{T}/rehearse?over=made&made=3&edition=draft"),
        Visit(f"{T}/rehearse?over=past&first=2026-11-01&last=2026-11-30"),
        Visit(f"{T}/rehearse?over=past&first=2020-11-01&last=2020-11-30"),
        Visit(f"{T}/rehearse?over=clocks&edition=draft"),
        Visit(f"{T}/rehearse?over=past&first=x&last=", status=422),
        Visit(f"{T}/rehearse?over=made&made=0&edition=9", status=422),
        Visit(f"{BARE}/rehearse?over=made&made=3"),
    ],
    "editions": [Visit(f"{T}/editions"), Visit(f"{BARE}/editions")],
    "edition": [Visit(f"{T}/editions/1"), Visit(f"{T}/editions/2"), Visit(f"{T}/editions/2", who="staff")],
    "edition-compare": [
        Visit(f"{T}/editions/compare"),
        Visit(f"{T}/editions/compare?before=1&after=1"),
        Visit(f"{T}/editions/compare?before=9", status=422),
    ],
    "edition-copy": [Visit(f"{T}/editions/1/copy"), Visit(f"{T}/editions/1/copy?to=bare")],
    "timings-draft": [
        Visit(T),
        Visit(T, who="staff"),
        Visit(f"/c/bare/timings/{PROTOCOL}"),
        Visit(T, {"step": "begin"}, status=302),
        Visit(T, {"revision": "5", **EDITED}, status=302),
        Visit(T),
        Visit(T, who="staff"),
        Visit(f"{T}?treated-on=x"),
        Visit(T, {"revision": "6", **EDITED, "step": "check", "morning": "11:00"}),
        Visit(T, {"revision": "6", **dict.fromkeys(EDITED, "x")}, status=422),
        Visit(T, {"revision": "1", "continuous_wear": "9", "lines.waxing.sms": "x"}, status=422),
        Visit(f"{C}/timings"),
    ],
    "timings-check": [Visit(f"{T}/check", {**EDITED, "revision": one}) for one in "12"],
    "timings-setup": [
        Visit(f"/c/bare/timings/{PROTOCOL}/set-up"),
        Visit(f"/c/bare/timings/{PROTOCOL}/set-up", {}, status=422),
        Visit(f"/c/bare/timings/{PROTOCOL}/set-up", {**VALUES, "no_flying.days": "900"}, status=422),
        Visit(f"/c/bare/timings/{PROTOCOL}/set-up", {**VALUES, "no_flying.days": ""}, status=422),
    ],
    "home": [Visit("/"), Visit("/", who="alone")],
    "account_login": [
        Visit("/accounts/login/", who="nobody"),
        Visit("/accounts/login/", {"login": "sam", "password": ""}, who="nobody"),
    ],
    "account_logout": [Visit("/accounts/logout/")],
    "account_inactive": [Visit("/accounts/inactive/", who="nobody")],
    "account_signup": [Visit("/accounts/signup/", who="nobody")],
    "account_reset_password": [
        Visit("/accounts/password/reset/", who="nobody"),
        Visit("/accounts/password/reset/", {"email": "x"}, who="nobody"),
    ],
    "account_reset_password_done": [Visit("/accounts/password/reset/done/", who="nobody")],
    "account_reset_password_from_key": [Visit("/accounts/password/reset/key/1-x/", who="nobody")],
    "account_reset_password_from_key_done": [Visit("/accounts/password/reset/key/done/", who="nobody")],
    "account_reauthenticate": [Visit("/accounts/reauthenticate/")],
    "account_change_password": [
        Visit("/accounts/password/change/"),
        Visit("/accounts/password/change/", {"oldpassword": "x", "password1": "x", "password2": "y"}),
    ],
    "account_email": [Visit("/accounts/email/", status=404)],
    "account_email_verification_sent": [Visit("/accounts/confirm-email/", who="nobody")],
    "account_confirm_email": [Visit("/accounts/confirm-email/x/", who="nobody")],
    "mfa_index": [Visit("/accounts/2fa/")],
    "mfa_activate_totp": [
        Visit("/accounts/reauthenticate/", {"password": "correct horse battery"}, status=302),
        Visit("/accounts/2fa/totp/activate/"),
        Visit("/accounts/2fa/totp/activate/", {"code": "12"}),
    ],
}
NOT_VISITED = {
    "patient-page": "in the patient's language: see test_patient_language.py",
    "patient-messages": "in the patient's language: see test_patient_language.py",
    "patient-unsubscribe": "in the patient's language: see test_patient_language.py",
    "unknown-link": "see test_patient_language.py",
    "patient-calendar": "a file",
    "release-sender": "redirects",
    "discard-held": "redirects",
    "sheet": "in the patient's language: see test_patient_language.py",
    "edition-restore": "redirects",
    "acknowledge-alarm": "redirects",
    "handle-reply": "redirects",
    "twilio-status": "for a program",
    "email-status": "for a program",
    "openapi-json": "for a program",
    "openapi-view": "for programmers: what it shows is made of the API's own description",
    "create_enrolment": "for a program",
    "create_timeline": "for a program",
    "show_episode": "for a program",
    "api-root": "for a program",
    "health": "for a program",
    "worker-health": "for a program",
    "metrics": "for a program",
    "account_set_password": "redirects: everybody has a password",
    "account_confirm_login_code": "redirects: no codes are sent",
    "mfa_authenticate": "redirects without a sign-in that is half done",
    "mfa_reauthenticate": "redirects without a second step",
    "mfa_deactivate_totp": "redirects without a second step",
    "mfa_view_recovery_codes": "redirects without a second step",
    "mfa_generate_recovery_codes": "redirects without a second step",
    "mfa_download_recovery_codes": "a file",
}
#: what is written by somebody who reads that language
WRITES = [
    *VISITS["timings-draft"],
    Visit(f"/c/bare/timings/{PROTOCOL}/set-up", VALUES, status=302),
    Visit(f"{C}/enrol", ENROLLING[1], status=302),
    Visit(f"{C}/enrol", enrolling(name="Al Example", date="", step="hold"), status=302),
]
#: a page that is no address of its own: who sees it -> how
FAULTS = {
    "not found": Visit("/nowhere", status=404),
    "forbidden": Visit(f"{C}/settings/live", who="staff", status=403),
}


def names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or ""


@pytest.fixture
def today(friday: None) -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def world(db: None, today: None) -> World:
    return everything()


@pytest.fixture
def bare(world: World) -> Clinic:
    """Another clinic, which has set nothing yet and where nothing happened."""
    return bare_clinic(slug="bare")


@pytest.fixture
def visitors(world: World, bare: Clinic, django_user_model: Any) -> dict[str, Client]:
    people = {role: member(world.clinic, role) for role in ("admin", "staff")}
    for role, user in people.items():
        user.memberships.model.objects.create(clinic=bare, user=user, role=role)
    alone = django_user_model.objects.create_user("alone@example.com", "correct horse battery")
    asks = {"headers": {"Accept-Language": "eo"}}
    signed = {who: signed_in(user, **asks) for who, user in (people | {"alone": alone}).items()}
    return signed | {"nobody": Client(**asks)}


@cache
def known() -> re.Pattern[str]:
    """What is data: of people, of the protocol. The longest first, so that none eats a part of another."""
    file = find_protocol(PROTOCOL)
    # Lines, and messages that go day by day, are called by their keys.
    keys = [in_words(key) for key in (*file.lines, *file.messages)]
    texts = {*DATA, *texts_of(file.model_dump()), *keys} - {""}
    anything = (
        re.sub(r"\\\{day\\\}", r"\\d+", re.escape(one)) for one in sorted(texts, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(anything)})(?!\w)")


def texts_of(value: Any) -> Iterator[str]:
    """The words of a protocol that staff read: titles, labels, options."""
    if isinstance(value, str):
        yield from (value, value.lower(), value[:1].upper() + value[1:])
    elif isinstance(value, Mapping):
        yield from (text for one in value.values() for text in texts_of(one))
    elif isinstance(value, list | tuple):
        yield from (text for one in value for text in texts_of(one))


def missed(page: str) -> list[str]:
    """Texts in plain letters that are no data."""
    found = []
    for text in visible(page, PASSED_OVER):
        if PLAIN.search(NO_WORDS.sub("", known().sub("", text))):
            found.append(text)
    return found


def team_addresses(url: str) -> dict[str, str]:
    """Of the one admin, of somebody invited who has no password, and of somebody who has one."""
    if not any(name in url for name in ("{me}", "{invited}", "{link}", "{used}")):
        return {}
    rows = Membership.objects.across_clinics().filter(clinic__slug="leafy").order_by("pk")
    me = rows.filter(role="admin")[0]
    invited = rows.filter(invited_at__isnull=False).first()
    if invited is None:
        invited = invite(me.clinic, "new@example.com", me.Role.STAFF, actor="x@example.com", now=TODAY)
        old = User.objects.create_user("old@example.com", "correct horse battery")
        invite(me.clinic, old.email, me.Role.STAFF, actor="x@example.com", now=TODAY)
    links = [urlsplit(link_of(row.pk, TODAY)).path for row in (invited, rows.last()) if row]
    return {"me": str(me.pk), "invited": str(invited.pk), "link": links[0], "used": links[1]}


def see(visit: Visit, visitors: dict[str, Client], world: World) -> str:
    known = {"first": world.first.pk, "second": world.second.pk, "held": world.held.pk}
    url = visit.url.format(**known, **team_addresses(visit.url))
    client = visitors[visit.who]
    with pseudo_language():
        answer = client.get(url) if visit.post is None else client.post(url, visit.post)
    assert answer.status_code == visit.status, (url, answer.status_code, answer.headers.get("Location"))
    return answer.content.decode()


def test_it_knows_every_address() -> None:
    assert set(names(get_resolver().url_patterns)) == {*VISITS, *NOT_VISITED}


def test_it_finds_every_string_translated(
    visitors: dict[str, Client], world: World, settings: Settings
) -> None:
    settings.EMAIL_LIVE = settings.TWILIO = True
    pages = ((name, see(visit, visitors, world)) for name, visits in VISITS.items() for visit in visits)
    plain = dict.fromkeys(f"{name}: {text}" for name, page in pages for text in missed(page))
    assert not plain, "\n".join(["not translated:", *plain])


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_the_pages_of_faults_translated(
    fault: str, visitors: dict[str, Client], world: World
) -> None:
    assert missed(see(FAULTS[fault], visitors, world)) == []


def test_nothing_is_stored_in_the_language_of_a_page(visitors: dict[str, Client], world: World) -> None:
    before = Event.objects.across_clinics().count()
    for visit in WRITES:
        see(visit, visitors, world)
    assert Event.objects.across_clinics().count() > before + 3
    rows = [row for model in apps.get_app_config("scheduler").get_models() for row in everything_of(model)]
    assert not [row for row in rows if set(row) & set(ODD)]


def everything_of(model: type[Model]) -> list[str]:
    return [str(row) for row in model._base_manager.values()]


def test_a_page_names_the_language_it_is_in(visitors: dict[str, Client], world: World) -> None:
    assert '<html lang="eo">' in see(Visit("/"), visitors, world)
    assert (
        '<html lang="en-GB">'
        in signed_in(member(world.clinic, "staff", "en@example.com")).get(f"{C}/").content.decode()
    )


def test_it_sees_what_was_missed() -> None:
    page = f'<p title="Left out">{odd("One")} <b>two</b> <input type="submit" value="Send"></p>'
    assert missed(page) == ["Left out", "two", "Send"]
    assert missed(f'<p class="bubble">Said</p><a href="/x">{odd("Two <b>three</b>")}</a>') == []
