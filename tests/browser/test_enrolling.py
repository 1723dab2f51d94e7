"""Enrolling at the desk: by keyboard, with something missing, until the first message is there; on paper."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from scheduler.dispatch import dispatch_once
from scheduler.models import Attempt, Clinic, Episode, HeldEnrolment, Patient, Reminder
from tests.browser.test_everywhere import treated_again
from tests.browser.test_journeys import fill_in, press_until
from tests.browser.test_patient import sheets
from tests.browser.visits import Visit, elsewhere, paths

Enter = Callable[..., Visit]
#: what a nurse fills in for a patient who gets texts, in the order of the form; what is typed, or the key
KEYS = [
    ("name", "Robin Example"),
    ("mobile", "07700 900199"),
    ("sms", "Space"),
    ("answers.area", "Space"),
    ("site", "ArrowLeft"),
    ("Enrol", "Enter"),
]
#: presses of keys besides those that type name and number; half a second each is much
MOST_KEYS = 30
#: at two letters a second, with the presses
SECONDS = 45


@pytest.mark.either_engine
def test_it_enrols_in_under_a_minute_from_the_keyboard_alone(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    visit.go("/c/example/enrol")
    page, presses, letters = visit.page, 0, 0
    for field, press in KEYS:
        presses += press_until(page, field)
        if len(press) > 9:
            page.keyboard.type(press)
            letters += len(press)
        else:
            page.keyboard.press(press)
            presses += 1
    expect(page.get_by_role("heading", name="Robin Example is enrolled")).to_be_visible()
    assert presses <= MOST_KEYS
    assert presses / 2 + letters / 2 <= SECONDS
    enrolled = Episode.objects.across_clinics().get(patient__name="Robin Example")
    assert (enrolled.answers, enrolled.site, enrolled.detail) == ({"area": "small"}, "both", "")


def start(visit: Visit) -> Page:
    visit.sign_in()
    visit.go("/c/example/enrol")
    fill_in(visit.page)
    return visit.page


@pytest.mark.either_engine
def test_the_plan_follows_the_wishes(enter: Enter) -> None:
    page = start(enter())
    page.get_by_label("Only that there is a reminder").check()
    page.get_by_label("Fewer messages").check()
    bubbles = page.locator("#preview .bubble")
    expect(bubbles.first).not_to_contain_text("Stockings")
    expect(page.locator("#preview")).to_contain_text("Not sent on its own")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_role("heading", name="Robin Example is enrolled")).to_be_visible()
    enrolled = Episode.objects.across_clinics().get(patient__name="Robin Example")
    assert (enrolled.detail, enrolled.fewer_texts) == ("minimal", True)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_held_is_gone_on_with(scripts: bool, enter: Enter) -> None:
    visit = enter(java_script_enabled=scripts)
    page = start(visit)
    page.get_by_label("Mobile number").fill("")
    page.get_by_role("button", name="Save and hold").click()
    expect(page.get_by_text("Saved and held.")).to_be_visible()
    page.get_by_role("link", name="Go on with Robin Example").click()
    expect(page.get_by_label("Name")).to_have_value("Robin Example")
    expect(page.get_by_label("Larger areas")).to_be_checked()
    page.get_by_label("Mobile number").fill("07700 900199")
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_role("heading", name="Robin Example is enrolled")).to_be_visible()
    page.get_by_role("link", name="Attention").click()
    expect(page.get_by_text("Held enrolments")).to_have_count(0)


def test_what_is_held_is_let_go_with_a_reason(enter: Enter) -> None:
    page = start(enter())
    page.get_by_role("button", name="Save and hold").click()
    page.locator("summary", has_text="Let it go").click()
    page.get_by_label("held by mistake").check()
    page.get_by_role("button", name="Let it go and delete").click()
    expect(page.get_by_text("what was typed is deleted")).to_be_visible()
    assert HeldEnrolment.objects.across_clinics().get().typed == {}


def _reported(status: str) -> None:
    """The network says what became of the first message of the newest patient."""
    newest = Patient.objects.across_clinics().latest("pk")
    first = Reminder.objects.across_clinics().filter(episode__patient=newest).order_by("due_at")[0]
    Attempt.objects.across_clinics().filter(reminder=first).update(channel="sms")
    Reminder.objects.across_clinics().filter(pk=first.pk).update(status=status)


def test_one_sees_the_first_message_arrive(enter: Enter) -> None:
    page = start(enter())
    page.get_by_role("button", name="Enrol", exact=True).click()
    arrival = page.get_by_role("status").filter(has_text="It goes out in a moment.")
    expect(arrival).to_be_visible()
    told = page.locator("#arrival")
    page.evaluate("""() => {
        window.changes = 0
        const count = new MutationObserver(() => window.changes++)
        count.observe(document.querySelector('#arrival'), {childList: true})
    }""")
    elsewhere(dispatch_once, datetime.now(UTC))
    elsewhere(_reported, "sent")
    expect(told).to_contain_text("It went out at")
    expect(told).to_contain_text("Ask the patient: has it arrived?")
    for _ in range(2):
        page.wait_for_event("response", lambda answer: "arrival" in answer.url)
    elsewhere(_reported, "delivered")
    expect(told).to_contain_text("It is reported as delivered.")
    # Read out once per change, however often it was asked; and nothing is asked any more.
    assert page.evaluate("window.changes") == 2
    assert page.locator("[hx-trigger='every 2s']").count() == 0


def test_without_scripts_one_looks_again(enter: Enter) -> None:
    page = start(enter(java_script_enabled=False))
    page.get_by_role("button", name="Enrol", exact=True).click()
    expect(page.get_by_text("It goes out in a moment.")).to_be_visible()
    elsewhere(dispatch_once, datetime.now(UTC))
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("It went into the outbox at")).to_be_visible()


def every_sheet() -> list[str]:
    episodes = Episode.objects.across_clinics().order_by("pk").values_list("pk", flat=True)
    return [f"/c/example/episodes/{pk}/sheet" for pk in episodes]


def _as_long_as_it_gets() -> None:
    """Two treatments of larger areas, on each leg, of a clinic with long names and two numbers to call."""
    second = treated_again(datetime.now(UTC))
    Episode.objects.across_clinics().filter(patient=second.patient_id).update(answers={"area": "large"})
    Clinic.objects.update(
        name="The Example Clinic for Veins, Skin and All Else That Legs Are Made of, in Example upon Sea",
        urgent_hours="Mon-Fri 9:00-17:00, Saturdays 9:00-12:00, not on bank holidays",
        out_of_hours_phone="+441632960456",
        website="https://www.example.com/a/rather/long/address/of/a/clinic/for/veins",
    )
    Patient.objects.across_clinics().update(name="Maximiliana Example-Examplesdottir de la " + "Example " * 9)


@pytest.mark.either_engine
def test_the_sheet_is_one_sheet_of_paper(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    for path in elsewhere(every_sheet):
        visit.go(path)
        assert sheets(visit.page) == 1, path
    elsewhere(_as_long_as_it_gets)
    for path in elsewhere(every_sheet):
        visit.go(path)
        assert sheets(visit.page) == 1, path


@pytest.mark.either_engine
def test_the_code_is_read_by_a_browser_as_a_picture_with_words(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    visit.go(elsewhere(paths)["sheet"])
    code = visit.page.get_by_role("img", name="A square code that opens your page")
    box = code.bounding_box()
    assert box is not None
    assert box["width"] >= 100
    assert box["height"] >= 100
    visit.page.emulate_media(media="print", color_scheme="dark")
    assert code.locator("svg").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    assert not visit.page.get_by_text("Print this page with your browser").is_visible()
