"""What every test can ask for, and the switch between SQLite and PostgreSQL."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from tests.support.mail import Mailbox, mail_server
from tests.support.network import keep_inside

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run the tests that touch the database on a real PostgreSQL"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--postgres"):
        return
    # The others ran on SQLite already, and would say the same again.
    rest = [item for item in items if not _touches_database(item)]
    config.hook.pytest_deselected(items=rest)
    items[:] = [item for item in items if _touches_database(item)]


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


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
