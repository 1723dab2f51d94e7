"""A real Chromium: ask for `page` and `live_server`."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import FLAGS, SENTENCE, installed_chromium

# Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = installed_chromium()
    if path is None:
        pytest.fail(SENTENCE, pytrace=False)
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}
