"""An admin edits a draft in a real browser: with and without scripts, and with any eyes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from scheduler.models import Draft, Membership, User
from tests.browser.test_everywhere import RULES, SMALL, faults_of, opened
from tests.browser.visits import Visit, elsewhere
from tests.enrolment.clinics import bare_clinic

Enter = Callable[..., Visit]
URL = "/c/example/timings/microsclerotherapy"


def begin(visit: Visit) -> Page:
    visit.sign_in()
    visit.go("/c/example/timings")
    visit.page.get_by_role("link", name="Look at the timings").click()
    visit.page.get_by_role("button", name="Begin a draft").click()
    expect(visit.page.get_by_role("button", name="Save draft")).to_be_visible()
    # From then on scripts listen to what is typed.
    visit.page.wait_for_load_state()
    return visit.page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()


def test_what_it_does_stands_beside_the_form_at_once(enter: Enter) -> None:
    page = begin(enter())
    page.get_by_label("Stockings day and night", exact=True).fill("2")
    expect(page.locator("#check")).to_contain_text("Stockings day and night: 2 days (was 3 days)")
    page.get_by_label("Why is it shorter").press_sequentially("Our own study", delay=50)
    page.get_by_label("Send: 5 days after treatment").uncheck()
    expect(page.get_by_text("Switched off. Then said on the patient's page")).to_be_visible()
    expect(page.get_by_label("Why is it shorter")).to_have_value("Our own study")
    page.get_by_role("radio", name="Larger areas").check()
    expect(page.locator("#check")).to_contain_text("9 days after treatment")
    save(page)
    draft = Draft.objects.across_clinics().get()
    assert draft.settings == {"no_flying": "omit", "continuous_wear": "2d", "messages.day-5": "off"}
    assert draft.reasons == {"continuous_wear": "Our own study"}


@pytest.mark.either_engine
def test_a_note_goes_when_what_it_was_about_is_mended(enter: Enter) -> None:
    page = begin(enter())
    page.locator("summary", has_text="No waxing to {no-waxing.date}.").click()
    words = page.locator("#f-lines__waxing__sms")
    words.fill("No wax {oops}")
    note = page.locator("#note-f-lines__waxing__sms")
    expect(note).to_contain_text("There is no placeholder {oops}.")
    words.fill("No wax to {no-waxing.date}.")
    expect(note).to_have_text("")


def test_it_edits_without_javascript(enter: Enter) -> None:
    page = begin(enter(java_script_enabled=False, viewport={"width": 320, "height": 640}))
    page.get_by_label("Stockings day and night", exact=True).fill("2")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("Nothing of this is saved yet.")).to_be_visible()
    page.get_by_label("Why is it shorter").fill("Our own study")
    save(page)
    page.get_by_label("Morning", exact=True).fill("07:30")
    page.get_by_label("Stockings day and night", exact=True).fill("many")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("alert").get_by_role("link", name="Give a whole number").click()
    expect(page.get_by_label("Stockings day and night", exact=True)).to_have_value("many")
    expect(page.get_by_label("Morning", exact=True)).to_have_value("07:30")


def test_two_admins_at_once_do_not_undo_each_other(enter: Enter) -> None:
    first, second = enter(), enter()
    page = begin(first)
    second.sign_in()
    second.go(URL)
    page.get_by_label("Morning", exact=True).fill("09:30")
    save(page)
    other = second.page
    other.get_by_label("Evening", exact=True).fill("17:00")
    other.get_by_role("button", name="Save draft").click()
    expect(other.get_by_role("alert")).to_contain_text("Morning: 09:30")
    expect(other.get_by_label("Morning", exact=True)).to_have_value("09:30")
    save(other)
    settings = Draft.objects.across_clinics().get().settings
    assert settings == {"no_flying": "omit", "morning": "09:30", "evening": "17:00"}


def new_clinic(email: str) -> None:
    clinic = bare_clinic(slug="new")
    Membership.objects.create(clinic=clinic, user=User.objects.get(email=email), role="admin")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_new_clinic_is_led_to_what_is_missing(scripts: bool, enter: Enter) -> None:
    visit = enter(java_script_enabled=scripts, viewport={"width": 320, "height": 640})
    visit.sign_in()
    elsewhere(new_clinic, visit.email)
    page = visit.page
    visit.go("/c/new/enrol")
    page.get_by_role("link", name="Set what is missing").click()
    page.get_by_label("Telephone number for urgent calls").fill("01632 960123")
    page.get_by_label("Email address that somebody reads").fill("care@example.com")
    page.get_by_role("button", name="Save", exact=True).click()
    visit.go("/c/new/enrol")
    page.get_by_role("link", name="Set what is missing").click()
    if scripts:
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert not found.violations_count, found.generate_report()
    page.get_by_label("As told in person").check()
    page.get_by_label("Why").fill("As we have always done")
    page.get_by_label("Approved by").fill("Dr Example")
    page.get_by_role("button", name="Save for new patients").click()
    expect(page.get_by_text("Saved as edition 1")).to_be_visible()
    visit.go("/c/new/enrol")
    expect(page.get_by_label("Larger areas")).to_be_visible()


@pytest.mark.either_engine
def test_the_draft_has_no_fault_of_accessibility_and_fits_320_pixels(enter: Enter) -> None:
    visit = enter(reduced_motion="reduce", viewport=SMALL)
    page = begin(visit)
    page.get_by_label("Stockings day and night", exact=True).fill("2")
    page.get_by_label("Send: 5 days after treatment").uncheck()
    page.locator("summary", has_text="No waxing to {no-waxing.date}.").click()
    page.locator("#f-lines__waxing__sms").fill("No wax \u2013 {oops}")
    save(page)
    assert faults_of(opened(visit, URL)) == []
