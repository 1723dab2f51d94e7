"""What every test can ask for, and the switch between SQLite and PostgreSQL."""

import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from tests.support.mail import Mailbox, mail_server
from tests.support.network import keep_inside

BROWSER_FIXTURES = {"page", "context", "browser"}
# A busy machine is no fault of an example. At a developer's desk new examples are tried every time.
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run the tests that touch the database on a real PostgreSQL"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    # Before `-m` chooses by the marks.
    for item in items:
        if BROWSER_FIXTURES & _fixtures(item):
            item.add_marker("browser")
    yield
    # Playwright's event loop stays in the thread, where asyncio.run would then refuse to start another.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if config.getoption("--postgres"):
        # The others ran on SQLite already, and would say the same again.
        config.hook.pytest_deselected(items=[item for item in items if not _touches_database(item)])
        items[:] = [item for item in items if _touches_database(item)]


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("either_engine"):
        return False
    return item.get_closest_marker("django_db") is not None or bool(DATABASE_FIXTURES & _fixtures(item))


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        keep_inside(patch)
        yield


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Limits on signing in count in the cache."""
    cache.clear()


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A real SMTP server that the project sends through."""
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_LIVE = box.host, box.port, True
        yield box
