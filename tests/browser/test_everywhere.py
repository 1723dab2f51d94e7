"""What holds for every page: readable with any eyes, on any screen."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scheduler.enrolment import Enrolment, enrol
from scheduler.models import Episode
from tests.browser.visits import SIGNED_OUT, Visit, elsewhere, paths

pytestmark = pytest.mark.either_engine
Enter = Callable[..., Visit]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: which controls are there, and then, which had no focus yet
BEGIN_TO_LISTEN = """() => {
    document.addEventListener("focusin", event => event.target.toggleAttribute("data-reached", true));
    document.activeElement?.blur();
    document.querySelectorAll("details").forEach(part => part.open = true);
    const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const seen = [...document.querySelectorAll(controls)].filter(one =>
        !one.disabled && one.checkVisibility({visibilityProperty: true}));
    seen.forEach(one => one.toggleAttribute("data-control", true));
    return seen.length;
}"""
LEFT = """() => [...document.querySelectorAll("[data-control]:not([data-reached])")]
    .filter(one => one.type !== "radio" || !document.querySelector(`[name="${one.name}"][data-reached]`))
    .map(one => one.outerHTML.slice(0, 120))"""
#: half of the pages each, for two processes
HALVES = (0, 1)
SCHEMES = ("light", "dark")
SMALL, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 720}


def half_of_the_pages(visit: Visit, half: int) -> Iterator[tuple[str, Page]]:
    """Each kind of page with all its parts unfolded; those for strangers first."""
    known = elsewhere(paths)
    mine = sorted(known)[half::2]
    for name in SIGNED_OUT & set(mine):
        yield name, opened(visit, known[name])
    visit.sign_in()
    for name in mine:
        if name not in SIGNED_OUT:
            yield name, opened(visit, known[name])


def opened(visit: Visit, path: str) -> Page:
    visit.go(path)
    visit.settle()
    visit.page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
    return visit.page


def faults_of(page: Page) -> list[str]:
    """What people would stumble over: with other eyes, in the dark, on a screen of 320 pixels."""
    found, before = [], page.viewport_size or WIDE
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        seen = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        if seen.violations_count:
            found.append(f"{scheme}: {seen.generate_report()}")
    page.set_viewport_size(SMALL)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > SMALL["width"]:
        found.append(f"{width} pixels wide on a screen of {SMALL['width']}")
    page.set_viewport_size(before)
    return found + [f"no key leads to {control}" for control in out_of_reach(page)]


def out_of_reach(page: Page) -> list[str]:
    """The links, buttons and fields that Tab never comes to; of a group of choices one is enough."""
    controls = page.evaluate(BEGIN_TO_LISTEN)
    # A date has several parts, each of which takes a Tab.
    for _ in range(controls + 20):
        for _ in range(5):
            page.keyboard.press("Tab")
        if not (left := page.evaluate(LEFT)):
            return []
    return [str(one) for one in left]


@pytest.mark.parametrize("half", HALVES)
def test_every_page_is_for_everybody_and_keeps_to_the_content_security_policy(
    half: int, enter: Enter
) -> None:
    visit = enter(reduced_motion="reduce", viewport=WIDE)
    complaints: list[str] = []
    visit.page.on("console", lambda message: complaints.append(message.text))
    faults = {name: found for name, page in half_of_the_pages(visit, half) if (found := faults_of(page))}
    assert faults == {}
    assert not [text for text in complaints if "Content Security Policy" in text]


def treated_again(now: datetime) -> Episode:
    """The patient of the pages, with the other leg treated today."""
    first = Episode.objects.across_clinics().select_related("patient", "clinic").order_by("treated_at")[1]
    asking = Enrolment(
        clinic=first.clinic,
        protocol_id="microsclerotherapy",
        name=first.patient.name,
        mobile=first.patient.mobile,
        email="",
        treated=now.isoformat(),
        answers={"area": "small"},
        channels=("sms",),
        site="right",
        patient=str(first.patient_id),
    )
    return enrol(asking, "nurse@example.com", now).episode


def test_pages_of_two_treatments_are_for_everybody_as_well(enter: Enter) -> None:
    visit = enter(reduced_motion="reduce", viewport=SMALL)
    second = elsewhere(treated_again, datetime.now(UTC))
    visit.sign_in()
    known = elsewhere(paths)
    for path in (known["episode"], f"/c/example/episodes/{second.pk}", known["patient"]):
        assert faults_of(opened(visit, path)) == [], path
