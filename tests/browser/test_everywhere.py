"""What holds for every page: readable with any eyes, on any screen."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.visits import SIGNED_OUT, Visit, paths

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


def test_every_page_keeps_to_the_content_security_policy(enter: Enter) -> None:
    visit = enter()
    complaints: list[str] = []
    visit.page.on("console", lambda message: complaints.append(message.text))
    assert len(list(every_page(visit))) == len(paths())
    assert not [text for text in complaints if "Content Security Policy" in text]
