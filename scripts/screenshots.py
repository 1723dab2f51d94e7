"""`make screenshots`: the pictures in docs/images, of a demonstration made for them and thrown away.

The clock stands at a fixed afternoon, so that the pictures show the same days whenever they are taken.
"""

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import time_machine
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.chromium import FLAGS, SENTENCE, installed_chromium  # noqa: E402

IMAGES = ROOT / "docs" / "images"
NOW = datetime(2026, 11, 25, 14, 40, tzinfo=UTC)
WIDE = {"width": 1200, "height": 1120}
BROAD = {"width": 1400, "height": 1100}
LOW = {"width": 1200, "height": 860}
PHONE = {"width": 390, "height": 780}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        pass


def main() -> int:
    chromium = installed_chromium()
    if chromium is None:
        print(SENTENCE, file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    english = {**os.environ, "LANGUAGE": "en_GB"}
    with (
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel(NOW),
        pages(folder) as (base, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, env=english)
        take(browser, base, password)
        browser.close()
    return 0


@contextmanager
def pages(folder: str) -> Iterator[tuple[str, str]]:
    """The demonstration on a free port, and the password to it."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
        "SECRET_KEY": "only-for-pictures-" * 4,
        "PUBLIC_URL": "https://care.test",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from scheduler.demo import create_if_empty

    # The links shall look like real ones; the browser comes without TLS all the same.
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    call_command("migrate", verbosity=0)
    access = create_if_empty(NOW)
    assert access is not None, "the database was new"
    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", access.password
        server.shutdown()


def take(browser: Browser, base: str, password: str) -> None:
    page = open_page(browser, WIDE)
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill("nurse@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/c/example/")
    of_staff(page, f"{base}/c/example")
    of_admins(page, f"{base}/c/example/timings/microsclerotherapy")
    page.goto(f"{base}/c/example/")
    page.get_by_role("link", name="Dev Marlowe").click()
    link = page.get_by_role("link", name="/p/").get_attribute("href") or ""
    phone = open_page(browser, PHONE)
    phone.goto(base + link.removeprefix("https://care.test"))
    save(phone, "patient")
    phone.emulate_media(color_scheme="dark")
    save(phone, "patient-dark")


def of_staff(page: Page, clinic: str) -> None:
    page.get_by_role("link", name="Dev Marlowe").click()
    save(page, "timeline")
    episode = page.url
    page.set_viewport_size(LOW)
    for name in ("patients", "today", "outbox", "attention"):
        page.goto(f"{clinic}/" + name.replace("patients", ""))
        save(page, name)
    page.goto(f"{episode}/sheet")
    save(page, "sheet")
    page.goto(f"{episode}/change/answers")
    page.get_by_label("Small veins").check()
    page.get_by_text("Nothing is changed before you say so").wait_for(state="detached")
    page.evaluate("window.scrollTo(0, 0)")
    save(page, "change")
    page.goto(f"{clinic}/enrol")
    page.get_by_label("Name").fill("Robin Example")
    page.get_by_label("Mobile number").fill("07700 900199")
    page.get_by_label("The patient agrees to text messages").check()
    page.get_by_label("Small veins").check()
    page.get_by_text("Stockings in the daytime").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    save(page, "enrol")


def of_admins(page: Page, timings: str) -> None:
    page.set_viewport_size(BROAD)
    page.goto(timings)
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_label("Stockings day and night", exact=True).fill("4")
    page.get_by_text("Not saved yet").wait_for()
    page.evaluate("document.activeElement.blur()")
    save(page, "timings")
    page.get_by_role("button", name="Save draft").first.click()
    page.goto(f"{timings}/effect")
    page.set_viewport_size(LOW)
    page.wait_for_load_state("networkidle")
    save(page, "effect")


def open_page(browser: Browser, size: dict[str, int]) -> Page:
    context = browser.new_context(locale="en-GB", device_scale_factor=1.5, viewport=size)  # type: ignore[arg-type]
    return context.new_page()


def save(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
