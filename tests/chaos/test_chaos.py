"""A short round of the storm on the engine that the tests run on; `make chaos` has longer ones."""

import random
import subprocess
import sys

import pytest
from django.db import connection

from tests.support.aftercare import PROJECT

ENGINES = {"sqlite": "sqlite", "postgresql": "postgres"}


@pytest.mark.django_db
def test_whatever_goes_wrong_no_text_is_lost_and_none_goes_twice() -> None:
    """It has a database of its own; a round that fails prints its seed."""
    words = [
        "--engine",
        ENGINES[connection.vendor],
        "--people",
        "140",
        "--seed",
        str(random.randrange(10**6)),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.round", *words],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip
    print(done.stdout, done.stderr)
    assert done.returncode == 0
