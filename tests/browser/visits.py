"""A demonstration clinic and somebody who walks through it with a browser."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect

from scheduler.enrolment import held
from scheduler.invitations import invite, link_of
from scheduler.models import Clinic, Episode, Membership, Patient, User

Made = TypeVar("Made")
#: htmx marks what it asks for, and what it puts in place
BUSY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


@dataclass(frozen=True)
class Visit:
    """A page of the browser, the address of the running project, and how to sign in there."""

    page: Page
    base: str
    email: str
    password: str

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def settle(self) -> None:
        """Until the scripts have asked for what they ask for by themselves, and it stands on the page."""
        expect(self.page.locator(BUSY)).to_have_count(0)

    def sign_in(self) -> None:
        """With a session from the start: what signing in is like has tests of its own."""
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": elsewhere(_session, self.email)}
        self.page.context.add_cookies([{**cookie, "url": self.base}])

    def sign_in_by_form(self) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/c/example/")


def _session(email: str) -> str:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def paths() -> dict[str, str]:
    """Every kind of page by a name, with patients of the demonstration."""
    sms = Episode.objects.across_clinics().order_by("treated_at")[1]
    invited = an_invitation()
    token = Patient.objects.across_clinics().order_by("created_at")[1].page_token
    return {
        "sign-in": "/accounts/login/",
        "password-reset": "/accounts/password/reset/",
        "password-change": "/accounts/password/change/",
        "two-step": "/accounts/2fa/",
        "sign-out": "/accounts/logout/",
        "patients": "/c/example/",
        "patients-found": "/c/example/?q=dev&show=running",
        "enrol": "/c/example/enrol",
        "enrol-again": f"/c/example/enrol?patient={sms.patient_id}",
        "enrol-held": f"/c/example/enrol?held={a_held_one(sms.clinic)}",
        "enrolled": f"/c/example/episodes/{sms.pk}/enrolled",
        "sheet": f"/c/example/episodes/{sms.pk}/sheet",
        "episode": f"/c/example/episodes/{sms.pk}",
        "change-time": f"/c/example/episodes/{sms.pk}/change/time",
        "change-address": f"/c/example/episodes/{sms.pk}/change/address",
        "change-pause": f"/c/example/episodes/{sms.pk}/change/pause",
        "call": f"/c/example/episodes/{sms.pk}/call",
        "page-link": f"/c/example/episodes/{sms.pk}/page-link/renew",
        "today": "/c/example/today",
        "attention": "/c/example/attention",
        "outbox": "/c/example/outbox",
        "settings": "/c/example/settings",
        "clinic-live": "/c/example/settings/live",
        "team": "/c/example/team",
        "team-member": f"/c/example/team/{Membership.objects.across_clinics().order_by('pk')[0].pk}",
        "team-invited": f"/c/example/team/{invited.pk}",
        "invitation": urlsplit(link_of(invited.pk, invited.invited_at)).path,
        "invitation-over": "/invitation/x",
        "timings": "/c/example/timings",
        "timings-now": "/c/example/timings/microsclerotherapy",
        **_editions(),
        "patient": f"/p/{token}",
        "patient-messages": f"/p/{token}/messages",
        "patient-unsubscribe": f"/p/{token}/unsubscribe",
        "unknown-link": "/p/23456789abcdefgh",
        "not-found": "/c/nowhere/",
    }


def a_held_one(clinic: Clinic) -> int:
    """An enrolment in which something is missing: the same one each time."""
    typed = {"name": "Jo Example", "email": "jo@example.com", "protocol": "microsclerotherapy"}
    return held.hold(clinic, typed, "test", datetime.now(UTC)).pk


def an_invitation() -> Any:
    """Somebody invited who has not come yet: the same one each time."""
    clinic = Episode.objects.across_clinics().order_by("treated_at")[1].clinic
    open_ones = Membership.objects.for_clinic(clinic).filter(invited_at__isnull=False)
    role = Membership.Role.STAFF
    return open_ones.first() or invite(clinic, "jo@example.com", role, actor="test", now=datetime.now(UTC))


def _editions() -> dict[str, str]:
    """The pages of editions while there is no draft."""
    here = "/c/example/timings/microsclerotherapy"
    return {
        "effect": f"{here}/effect",
        "publish": f"{here}/publish",
        "editions": f"{here}/editions",
        "edition": f"{here}/editions/1",
        "rehearse": f"{here}/rehearse?over=made&made=20",
    }


#: what strangers see; the rest is looked at by somebody signed in
SIGNED_OUT = {"sign-in", "password-reset"}


def elsewhere(work: Callable[..., Made], *given: object) -> Made:
    """Run what starts an event loop in a thread of its own: Playwright has one running in this thread."""

    def run() -> Made:
        try:
            return work(*given)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()
