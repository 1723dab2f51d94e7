"""What CONTRIBUTING says about choosing tests."""

import subprocess
import sys

import pytest

from tests.support.aftercare import PROJECT


@pytest.mark.parametrize(("marks", "found"), [("not browser", False), ("browser", True)])
def test_tests_without_a_browser_can_be_chosen(marks: str, found: bool) -> None:
    words = ["-m", "pytest", "tests/browser", "--collect-only", "-p", "no:cacheprovider", "-m", marks]
    done = subprocess.run([sys.executable, *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert ("test_it_enrols_without_javascript" in done.stdout) == found, done.stdout + done.stderr
