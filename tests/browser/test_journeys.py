"""What people come for, in a real browser: with and without scripts, and from the keyboard alone."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from scheduler.dispatch import dispatch_once
from scheduler.models import Episode, OptOut, Patient
from tests.browser.visits import Visit, elsewhere, paths

Enter = Callable[..., Visit]


def fill_in(page: Page) -> None:
    page.get_by_label("Name").fill("Robin Example")
    page.get_by_label("Mobile number").fill("07700 900199")
    page.get_by_label("The patient agrees to text messages").check()
    page.get_by_label("Larger areas").check()


def the_last_steps(page: Page) -> None:
    """From the form to the outbox."""
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", name="Robin Example is enrolled")).to_be_visible()
    expect(page.get_by_text("07700 900199")).to_be_visible()
    elsewhere(dispatch_once, datetime.now(UTC))
    page.get_by_role("link", name="See the timeline").click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    page.get_by_role("link", name="Outbox", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Robin Example")).to_be_visible()


def test_it_enrols_with_the_plan_beside_the_form(enter: Enter) -> None:
    visit = enter()
    visit.sign_in_by_form()
    visit.page.get_by_role("link", name="Enrol a patient").click()
    plan = visit.page.locator("#preview")
    expect(plan).to_contain_text("as soon as this is said")
    fill_in(visit.page)
    expect(plan).to_contain_text("Stockings in the daytime")
    expect(plan).to_contain_text("Example Clinic: ")
    the_last_steps(visit.page)


def test_it_enrols_without_javascript(enter: Enter) -> None:
    visit = enter(java_script_enabled=False)
    visit.sign_in_by_form()
    visit.page.get_by_role("link", name="Enrol a patient").click()
    fill_in(visit.page)
    visit.page.get_by_role("button", name="Show the plan").click()
    expect(visit.page.locator("#preview")).to_contain_text("Example Clinic: ")
    expect(visit.page.get_by_label("Name")).to_have_value("Robin Example")
    the_last_steps(visit.page)


@pytest.mark.parametrize("scripts", [True, False])
def test_it_plans_a_second_treatment_together_with_the_first(scripts: bool, enter: Enter) -> None:
    visit = enter(java_script_enabled=scripts, viewport={"width": 320, "height": 640})
    visit.sign_in()
    visit.go(elsewhere(paths)["episode"])
    page = visit.page
    page.get_by_role("link", name="Enrol another treatment").click()
    expect(page.get_by_label("Yes: the patient")).to_be_checked()
    page.get_by_label("The patient agrees to text messages").check()
    page.get_by_label("Small veins").check()
    if not scripts:
        page.get_by_role("button", name="Show the plan").click()
    expect(page.locator("#preview")).to_contain_text("Planned together with the treatment of")
    page.get_by_role("button", name="Enrol", exact=True).click()
    page.get_by_role("link", name="See the timeline").click()
    page.get_by_role("link", name="the treatment of").first.click()
    expect(page.get_by_text("decides until when")).to_be_visible()


@pytest.mark.either_engine
def test_the_question_is_answered_from_the_keyboard(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    patient = Patient.objects.across_clinics().order_by("created_at")[1]
    page = visit.page
    visit.go("/c/example/enrol")
    press_until(page, "name")
    page.keyboard.type(patient.name)
    press_until(page, "mobile")
    page.keyboard.type(patient.mobile)
    press_until(page, "email")
    expect(page.get_by_text("Is it the same person?")).to_be_visible()
    press_until(page, "patient")
    page.keyboard.press("Space")
    expect(page.get_by_label("Yes: the patient")).to_be_checked()
    press_until(page, "answers.area")
    page.keyboard.press("Space")
    expect(page.locator("#preview")).to_contain_text("Planned together with")


def press_until(page: Page, wanted: str) -> int:
    """Press the tabulator until the field of that name, or the button with that word, has the focus.

    Returns how often.
    """
    for number in range(40):
        focused = page.evaluate("[document.activeElement.name, document.activeElement.textContent.trim()]")
        if wanted in focused:
            return number
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {wanted}")


@pytest.mark.either_engine
@pytest.mark.parametrize("scripts", [True, False])
def test_it_leads_from_a_fault_to_its_field(scripts: bool, enter: Enter) -> None:
    visit = enter(java_script_enabled=scripts)
    visit.sign_in()
    visit.go("/c/example/enrol")
    visit.page.get_by_label("Mobile number").fill("12")
    visit.page.get_by_role("button", name="Enrol").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("Nobody was enrolled yet")
    visit.page.get_by_role("alert").get_by_role("link").nth(1).click()
    expect(visit.page.get_by_label("Mobile number")).to_be_focused()
    expect(visit.page.get_by_label("Mobile number")).to_have_value("12")


def test_it_asks_for_confirmation_of_a_late_treatment_while_it_is_typed(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    visit.go("/c/example/enrol")
    fill_in(visit.page)
    day = Episode.objects.across_clinics().order_by("treated_at")[2].treated_local[:10]
    visit.page.get_by_label("Date").fill(day)
    visit.page.get_by_label("Date").blur()
    visit.page.get_by_label("Yes, the treatment ended on this date").check()
    visit.page.get_by_role("button", name="Enrol").click()
    expect(visit.page.get_by_role("heading", name="Robin Example is enrolled")).to_be_visible()


def test_a_patient_reads_the_page_and_stops_texts_without_javascript(enter: Enter) -> None:
    visit = enter(java_script_enabled=False, viewport={"width": 320, "height": 640})
    visit.go(elsewhere(paths)["patient"])
    expect(visit.page.get_by_text("Get help at once")).to_be_in_viewport()
    visit.page.get_by_role("link", name="Stop or resume").click()
    visit.page.get_by_role("button", name="Stop texts").click()
    expect(visit.page.get_by_text("Stopped.")).to_be_visible()
    mobile = Patient.objects.across_clinics().order_by("created_at")[1].mobile
    assert OptOut.objects.get().address == mobile


@pytest.mark.either_engine
def test_the_emergency_line_stays_on_screen(enter: Enter) -> None:
    visit = enter(viewport={"width": 320, "height": 640})
    visit.go(elsewhere(paths)["patient"])
    for share in (0, 0.5, 1):
        visit.page.evaluate(f"window.scrollTo(0, document.body.scrollHeight * {share})")
        expect(visit.page.get_by_text("Get help at once")).to_be_in_viewport()
