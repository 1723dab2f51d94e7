"""Finds a Chromium for the browser tests, or installs one: `python -m tests.support.chromium`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SENTENCE = (
    "The browser tests need Chromium: install it (Debian: apt-get install chromium), "
    "or set CHROMIUM to its path, and run again."
)


def installed_chromium() -> str | None:
    """CHROMIUM, then the usual names on the path, then the one Playwright brought."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    return next((path for name in NAMES if (path := shutil.which(name))), None) or _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _quietly(*command: str) -> bool:
    print("  " + " ".join(command), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0


def install_chromium() -> None:
    """Debian's where we may, else Playwright's own; failing is told by who looks next."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        if _quietly("apt-get", "update") and _quietly("apt-get", "install", "-y", "chromium"):
            return
    _quietly(sys.executable, "-m", "playwright", "install", "chromium")


def main() -> int:
    if not installed_chromium() and not os.environ.get("CHROMIUM"):
        print("No Chromium found; installing one for the browser tests ...", flush=True)
        install_chromium()
    if path := installed_chromium():
        print(f"Chromium: {path}")
        return 0
    print(SENTENCE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
