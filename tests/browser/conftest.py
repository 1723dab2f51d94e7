"""A real Chromium: ask for `page` and `live_server`."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.tz import datetime_ambiguous
from playwright.sync_api import Browser, expect

from scheduler.demo import ZONE, Access, create_if_empty
from scheduler.domain.status import Status
from scheduler.models import Reminder
from tests.browser.visits import Visit, elsewhere
from tests.support.chromium import FLAGS, SENTENCE, installed_chromium

# Nothing waits as long as that where all is well; a busy machine is no fault.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = installed_chromium()
    if path is None:
        pytest.fail(SENTENCE, pytrace=False)
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(autouse=True)
def no_hour_that_comes_twice() -> Iterator[None]:
    """When clocks go back the form asks which hour is meant: for the tests it is three hours later then."""
    now = datetime.now(UTC)
    near = [(now + minutes * timedelta(minutes=20)).astimezone(ZoneInfo(ZONE)) for minutes in (-1, 0, 1)]
    if not any(datetime_ambiguous(moment) for moment in near):
        yield
        return
    with time_machine.travel(now + timedelta(hours=3)):
        yield


@pytest.fixture
def access(transactional_db: None) -> Access:
    """The demonstration clinic, with patients on different days of their plans."""
    made = elsewhere(create_if_empty, datetime.now(UTC))
    assert made is not None
    elsewhere(_let_one_fail)
    return made


def _let_one_fail() -> None:
    """So that the page of what needs attention has something to show."""
    last = Reminder.objects.across_clinics().filter(status=Status.SCHEDULED).order_by("-due_at")[:1]
    failed = Reminder.objects.across_clinics().filter(pk__in=list(last.values_list("pk", flat=True)))
    failed.update(status=Status.FAILED, status_reason="refused-address")


@pytest.fixture
def enter(browser: Browser, live_server: Any, access: Access) -> Iterator[Callable[..., Visit]]:
    """Open the demonstration in a browser of its own; Playwright's options say what kind."""
    opened = []

    def open_browser(**options: Any) -> Visit:
        context = browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return Visit(context.new_page(), live_server.url, access.email, access.password)

    yield open_browser
    for context in opened:
        context.close()
