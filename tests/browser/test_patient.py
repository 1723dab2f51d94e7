"""The patient's own page in a real browser: on a small phone, without scripts, and on paper."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Response

from scheduler.models import Clinic, Episode, OptOut, Patient
from tests.browser.test_everywhere import treated_again
from tests.browser.visits import Visit, elsewhere, paths

pytestmark = pytest.mark.either_engine
Enter = Callable[..., Visit]
MOST = 50_000
PHONE = {"width": 360, "height": 640}


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def every_patient() -> list[str]:
    tokens = Patient.objects.across_clinics().order_by("pk").values_list("page_token", flat=True)
    return [f"/p/{token}" for token in tokens]


def test_it_is_one_sheet_of_paper_with_everything_unfolded(enter: Enter) -> None:
    visit = enter()
    for path in elsewhere(every_patient):
        visit.go(path)
        assert sheets(visit.page) == 1
    visit.page.emulate_media(media="print")
    assert visit.page.get_by_text("A simple cleanser is fine").last.is_visible()
    assert not visit.page.get_by_role("link", name="Stop or resume").is_visible()


def _all_at_once() -> None:
    """Two treatments, both paused, everything stopped, and two numbers to call."""
    second = treated_again(datetime.now(UTC))
    Episode.objects.across_clinics().filter(patient=second.patient_id).update(state="paused")
    Clinic.objects.update(urgent_hours="Mon-Fri 9:00-17:00", out_of_hours_phone="+441632960456")
    for channel, address in second.patient.addresses.items():
        clinic = Clinic.objects.get()
        OptOut.objects.create(
            channel=channel, address=address, clinic=clinic, opted_out_at=datetime.now(UTC), source="page"
        )


def test_two_treatments_are_one_sheet_as_well(enter: Enter) -> None:
    visit = enter()
    elsewhere(_all_at_once)
    visit.go(elsewhere(paths)["patient"])
    assert sheets(visit.page) == 1


def test_it_loads_less_than_50_kilobytes_from_here_alone(enter: Enter) -> None:
    visit = enter()
    elsewhere(_all_at_once)
    loaded: list[Response] = []
    visit.page.on("response", lambda response: loaded.append(response))
    visit.go(elsewhere(paths)["patient"])
    visit.page.wait_for_load_state("networkidle")
    sizes = {response.url: len(response.body()) for response in loaded}
    icon = visit.page.locator("link[rel=icon]").get_attribute("href")
    sizes[f"{visit.base}{icon}"] = len(visit.page.request.get(f"{visit.base}{icon}").body())
    assert all(url.startswith(visit.base) for url in sizes)
    assert len(sizes) == 3
    assert sum(sizes.values()) < MOST


@pytest.mark.parametrize("script", [True, False])
def test_what_to_do_in_an_emergency_is_always_on_screen(script: bool, enter: Enter) -> None:
    visit = enter(viewport=PHONE, java_script_enabled=script)
    visit.go(elsewhere(paths)["patient"])
    for _ in range(6):
        box = visit.page.locator(".urgent").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert round(box["y"] + box["height"]) <= PHONE["height"]
        visit.page.mouse.wheel(0, 900)
        visit.page.wait_for_timeout(50)


def test_letters_are_large(enter: Enter) -> None:
    visit = enter(viewport=PHONE)
    visit.go(elsewhere(paths)["patient"])
    sizes = visit.page.evaluate(
        "[...document.querySelectorAll('main p, main li')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert sorted(sizes)[len(sizes) // 2] >= 19


def test_a_patient_stops_texts_and_takes_them_up_again_without_scripts(enter: Enter) -> None:
    visit = enter(java_script_enabled=False)
    visit.go(elsewhere(paths)["patient"])
    page = visit.page
    page.get_by_role("link", name="Stop or resume texts and emails").click()
    page.get_by_role("button", name="Stop texts").click()
    page.get_by_text("No reminders come by text.").wait_for()
    page.get_by_role("link", name="Back to your page").click()
    page.get_by_text("You stopped texts").wait_for()
    page.get_by_role("link", name="Have them sent again").click()
    page.get_by_role("button", name="Send texts again").click()
    page.get_by_role("button", name="Stop texts").wait_for()


def test_the_calendar_is_offered_to_subscribe_to_and_to_keep(enter: Enter) -> None:
    visit = enter()
    path = elsewhere(paths)["patient"]
    visit.go(path)
    subscribe = visit.page.get_by_role("link", name="Keep the dates in your calendar")
    assert re.fullmatch(rf"webcal://[^/]+{path}/calendar\.ics", subscribe.get_attribute("href") or "")
    with visit.page.expect_download() as kept:
        visit.page.get_by_role("link", name="Download the dates once").click()
    assert kept.value.suggested_filename == "aftercare.ics"
