"""What holds for every page: readable with any eyes, on any screen."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scheduler.enrolment import Enrolment, enrol
from scheduler.models import Episode
from tests.browser.visits import SIGNED_OUT, Visit, elsewhere, paths

Enter = Callable[..., Visit]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def every_page(visit: Visit) -> Iterator[tuple[str, Page]]:
    """Each kind of page with all its parts unfolded; those for strangers first."""
    known = paths()
    for name in SIGNED_OUT:
        yield name, opened(visit, known[name])
    visit.sign_in()
    for name in known.keys() - SIGNED_OUT:
        yield name, opened(visit, known[name])


def opened(visit: Visit, path: str) -> Page:
    visit.go(path)
    visit.page.wait_for_load_state("networkidle")
    visit.page.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
    return visit.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_of_accessibility(scheme: str, enter: Enter) -> None:
    faults = {}
    for name, page in every_page(enter(color_scheme=scheme)):
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        if found.violations_count:
            faults[name] = found.generate_report()
    assert not faults, "\n".join(f"{name}: {report}" for name, report in faults.items())


def test_no_page_needs_sideways_scrolling_at_320_pixels(enter: Enter) -> None:
    visit = enter(viewport={"width": 320, "height": 640})
    widths = {name: page.evaluate("document.documentElement.scrollWidth") for name, page in every_page(visit)}
    assert {name: width for name, width in widths.items() if width > 320} == {}


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_two_treatments_are_for_everybody_as_well(scheme: str, enter: Enter) -> None:
    visit = enter(color_scheme=scheme, viewport={"width": 320, "height": 640})
    second = elsewhere(treated_again, datetime.now(UTC))
    visit.sign_in()
    for path in (paths()["episode"], f"/c/example/episodes/{second.pk}", paths()["patient"]):
        page = opened(visit, path)
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert not found.violations_count, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_page_keeps_to_the_content_security_policy(enter: Enter) -> None:
    visit = enter()
    complaints: list[str] = []
    visit.page.on("console", lambda message: complaints.append(message.text))
    assert len(list(every_page(visit))) == len(paths())
    assert not [text for text in complaints if "Content Security Policy" in text]
