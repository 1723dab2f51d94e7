"""`make screenshots`: the pictures in docs/images, of a demonstration made for them and thrown away."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.chromium import FLAGS, SENTENCE, installed_chromium  # noqa: E402
from tests.support.ports import free_port  # noqa: E402

IMAGES = ROOT / "docs" / "images"
WIDE = {"width": 1200, "height": 860}
PHONE = {"width": 390, "height": 780}


def main() -> int:
    chromium = installed_chromium()
    if chromium is None:
        print(SENTENCE, file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "SECRET_KEY": "only-for-pictures-" * 4,
            "PUBLIC_URL": base,
            "LOG_FORMAT": "json",
        }
        password = demonstration()
        web = subprocess.Popen(
            [sys.executable, "-m", "scheduler", "web", "--bind", f"127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(base)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                take(browser, base, password)
                browser.close()
        finally:
            web.terminate()
            web.wait()
    return 0


def demonstration() -> str:
    """Fill the new database; the password is printed once, and read from there."""
    aftercare = [sys.executable, "-m", "scheduler"]
    subprocess.run([*aftercare, "migrate"], check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run([*aftercare, "demo"], check=True, capture_output=True, text=True)
    return told.stdout.split("Password:")[1].split()[0]


def wait_for(base: str) -> None:
    for _ in range(100):
        try:
            urlopen(f"{base}/accounts/login/").close()
            return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("the pages did not start")


def take(browser: Browser, base: str, password: str) -> None:
    page = browser.new_context(locale="en-GB", viewport=WIDE, device_scale_factor=2).new_page()
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill("nurse@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/c/example/")
    save(page, "patients")
    page.get_by_role("link", name="Dev Marlowe").click()
    save(page, "timeline")
    link = page.get_by_role("link", name="/p/").get_attribute("href") or ""
    page.goto(f"{base}/c/example/outbox")
    save(page, "outbox")
    page.goto(f"{base}/c/example/enrol")
    page.get_by_label("Name").fill("Robin Example")
    page.get_by_label("Mobile number").fill("07700 900199")
    page.get_by_label("The patient agrees to text messages").check()
    page.get_by_label("Small veins").check()
    page.get_by_text("Stockings in the daytime").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    save(page, "enrol")
    phone = browser.new_context(locale="en-GB", viewport=PHONE, device_scale_factor=2).new_page()
    phone.goto(link)
    save(phone, "patient")


def save(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
