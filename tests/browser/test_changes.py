"""A nurse has the patient on the phone and changes a plan: with and without scripts."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from scheduler.models import Event
from tests.browser.visits import Visit, elsewhere, paths

Enter = Callable[..., Visit]


def on_the_page(enter: Enter, *, scripts: bool) -> Page:
    visit = enter(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    visit.sign_in()
    visit.go(elsewhere(paths)["episode"])
    return visit.page


def day_before(page: Page) -> str:
    stood = date.fromisoformat(page.get_by_label("Date").input_value())
    return f"{stood - timedelta(days=1):%Y-%m-%d}"


def events(kind: str) -> list[Event]:
    return list(Event.objects.across_clinics().filter(kind=kind))


@pytest.mark.parametrize("scripts", [True, False])
def test_she_says_it_was_the_day_before(scripts: bool, enter: Enter) -> None:
    page = on_the_page(enter, scripts=scripts)
    page.get_by_role("link", name="Change when the treatment ended").click()
    earlier = day_before(page)
    expect(page.get_by_role("button", name="Change when it ended")).to_be_hidden()
    page.get_by_label("Date").fill(earlier)
    if scripts:
        page.get_by_label("Date").blur()
    else:
        page.get_by_role("button", name="Show what follows").click()
    effect = page.locator("#effect")
    expect(effect).to_contain_text("messages move")
    expect(effect).to_contain_text("Your corrected dates")
    page.get_by_label("Yes, the treatment ended on this date").check()
    page.get_by_label("Why").fill("She says it was the day before")
    page.get_by_role("button", name="Change when it ended").click()
    expect(page.get_by_text("The end of the treatment is changed.")).to_be_visible()
    expect(page.get_by_text("She says it was the day before")).to_be_visible()
    assert len(elsewhere(events, "treatment-changed")) == 1


def test_what_was_typed_before_the_scripts_came_is_looked_at_as_well(enter: Enter) -> None:
    page = on_the_page(enter, scripts=True)
    held: list[Route] = []
    page.route("**/*htmx*", lambda route: held.append(route))
    page.goto(f"{page.url}/change/time", wait_until="commit")
    page.get_by_label("Date").fill(day_before(page))
    page.get_by_label("Date").blur()
    assert held
    held[0].continue_()
    expect(page.locator("#effect")).to_contain_text("messages move")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_plan_is_paused_from_the_keyboard_and_says_so(scripts: bool, enter: Enter) -> None:
    page = on_the_page(enter, scripts=scripts)
    page.get_by_role("link", name="Pause the plan").click()
    expect(page.locator("#effect")).to_contain_text("Nothing but critical texts is sent")
    page.get_by_label("Why").fill("On holiday")
    page.keyboard.press("Enter")
    expect(page.get_by_text("by nurse@example.com: On holiday")).to_be_visible()
    page.get_by_role("link", name="Resume the plan").click()
    page.get_by_label("Why").fill("Back again")
    page.get_by_role("button", name="Resume the plan").click()
    expect(page.get_by_text("The plan goes on.")).to_be_visible()


def test_what_is_typed_after_the_effect_is_looked_at_first(enter: Enter) -> None:
    page = on_the_page(enter, scripts=False)
    page.get_by_role("link", name="Change how the patient is reached").click()
    page.get_by_label("Mobile number").fill("07700 900771")
    page.get_by_role("button", name="Show what follows").click()
    expect(page.locator("#effect")).to_contain_text("07700 900771")
    page.get_by_label("Mobile number").fill("07700 900772")
    page.get_by_label("Why").fill("A new number")
    page.get_by_role("button", name="Change how the patient is reached").click()
    expect(page.locator("#effect")).to_contain_text("look at what would follow first")
    expect(page.locator("#effect")).to_contain_text("07700 900772")
    page.get_by_role("button", name="Change how the patient is reached").click()
    expect(page.get_by_text("07700 900772").first).to_be_visible()


def test_a_call_and_a_new_link_stand_in_the_history(enter: Enter) -> None:
    page = on_the_page(enter, scripts=False)
    page.get_by_role("link", name="Write down a call").click()
    page.get_by_label("Who was on the phone").fill("The patient's sister")
    page.get_by_label("What was said").fill("Asked about swimming.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("A call: The patient's sister")).to_be_visible()
    before = page.get_by_role("link", name="/p/").get_attribute("href")
    page.get_by_role("link", name="Renew the link").click()
    page.get_by_label("Why").fill("Lost her phone")
    page.get_by_role("button", name="Renew the link").click()
    expect(page.get_by_text("The link to the patient's page was renewed")).to_be_visible()
    assert page.get_by_role("link", name="/p/").get_attribute("href") != before
