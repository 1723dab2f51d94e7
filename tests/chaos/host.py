"""A worker as it runs on a host of its own: `python -m tests.chaos.host LOG`, with the round's settings."""

import sys
from pathlib import Path

from tests.chaos.processes import work

if __name__ == "__main__":
    work(Path(sys.argv[1]), None)
