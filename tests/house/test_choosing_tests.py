"""What CONTRIBUTING says about choosing tests."""

import subprocess
import sys

from tests.support.aftercare import PROJECT


def test_tests_without_a_browser_can_be_chosen() -> None:
    """Without `-m` they are there: it has something to leave out."""
    words = ["-m", "pytest", "tests/browser/test_team.py", "--collect-only", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *words, "-m", "not browser"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 deselected" in done.stdout, done.stdout + done.stderr
    assert "::" not in done.stdout
