"""From a draft to what it does to everybody, and an edition on its way; with and without scripts."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scheduler.demo import Access
from scheduler.editions import change_draft, current_edition, start_draft
from scheduler.models import Clinic, Edition
from scheduler.plans import slices
from scheduler.web.timings import effect, rehearse
from tests.browser.test_everywhere import SMALL, faults_of, opened
from tests.browser.visits import Visit, elsewhere

Enter = Callable[..., Visit]
HERE = "/c/example/timings/microsclerotherapy"


PROTOCOL, ADMIN = "microsclerotherapy", "nurse@example.com"
PAGES = ["effect", "effect/patients", "publish", "rehearse?over=made&made=20&edition=draft"]
PAGES += ["rehearse?over=clocks&edition=draft", "editions/compare"]


@pytest.fixture(autouse=True)
def drafted(access: Access) -> None:
    elsewhere(_draft)


def _draft() -> None:
    clinic, now = Clinic.objects.get(slug="example"), datetime.now(UTC)
    draft = start_draft(clinic, PROTOCOL, actor=ADMIN, now=now)
    settings: dict[str, str | None] = {"evening": "17:00", "no_waxing": "35d"}
    change_draft(clinic, PROTOCOL, settings, seen_revision=draft.revision, actor=ADMIN, now=now)


@pytest.mark.either_engine
def test_pages_of_a_draft_are_for_everybody(enter: Enter) -> None:
    visit = enter(reduced_motion="reduce", viewport=SMALL)
    visit.sign_in()
    for path in PAGES:
        assert faults_of(opened(visit, f"{HERE}/{path}")) == [], path


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "STEP", 1)
    monkeypatch.setattr(effect, "SLICE", 0.0)


def newest() -> Edition:
    found = current_edition(Clinic.objects.get(slug="example"), "microsclerotherapy")
    assert found
    return found


def publish(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="Publish for everybody").click()
    page.get_by_label("Why").fill("Agreed in the team")
    page.get_by_label("Approved by").fill("Dr Example")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("On its way to everybody").wait_for()


@pytest.mark.usefixtures("small_slices")
def test_the_effect_is_worked_out_before_the_eyes_and_published(enter: Enter) -> None:
    visit = enter()
    visit.sign_in()
    visit.go(f"{HERE}/effect")
    publish(visit)
    assert elsewhere(newest).reason == "Agreed in the team"


@pytest.mark.usefixtures("small_slices")
def test_it_is_worked_out_without_scripts(enter: Enter) -> None:
    visit = enter(java_script_enabled=False)
    visit.sign_in()
    visit.go(f"{HERE}/effect")
    go_on = visit.page.get_by_role("button", name="Go on")
    while go_on.count():
        # Between two pages there is no button either.
        with visit.page.expect_navigation():
            go_on.click()
    publish(visit)
    assert elsewhere(newest).number == 2


@pytest.mark.usefixtures("small_slices")
def test_it_can_be_cancelled(enter: Enter) -> None:
    visit = enter(java_script_enabled=False)
    visit.sign_in()
    visit.go(f"{HERE}/effect")
    visit.page.get_by_role("link", name="Cancel").click()
    visit.page.get_by_text("Stopped. Nothing was changed.").wait_for()


@pytest.mark.either_engine
def test_a_rehearsal_in_slices_comes_to_its_end(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearse, "SLICE", 0.0)
    visit = enter()
    visit.sign_in()
    visit.go(f"{HERE}/rehearse")
    visit.page.get_by_label("Made-up treatments of a normal week").check()
    visit.page.get_by_label("How many made-up ones").fill("120")
    visit.page.get_by_role("button", name="Rehearse").click()
    visit.page.get_by_text("120 patients, treatments: 120").wait_for()
    assert visit.page.locator("rect.bar-rehearsed").count() > 1
