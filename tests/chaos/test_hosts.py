"""Workers on several hosts, one of which is cut off; where this machine can pretend to be several."""

import subprocess
import sys
import warnings

from tests.chaos.network import why_none
from tests.support.aftercare import PROJECT


def test_a_host_that_is_cut_off_while_it_sends_loses_nothing_and_repeats_nothing() -> None:
    """Three workers in networks of their own, one PostgreSQL, and a provider."""
    if why := why_none():
        warnings.warn(f"NOT TRIED: several hosts; no network namespaces here ({why})", stacklevel=1)
        return
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.hosts"],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip
    print(done.stdout, done.stderr)
    assert done.returncode == 0
