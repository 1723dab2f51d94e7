"""`make test`: finds a browser, runs everything on SQLite, then the database's tests on PostgreSQL."""

import os
import subprocess
import sys
import time

# (what it is called, what is run); two processes, as many as the smallest machine has cores
STEPS = (
    ("browser", ["-m", "tests.support.chromium"]),
    ("everything on SQLite", ["-m", "pytest", "-n", "2"]),
    ("database on PostgreSQL", ["-m", "pytest", "-n", "2", "--postgres"]),
)


def main() -> int:
    summary = []
    for name, words in STEPS:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run(
            [sys.executable, *words, *(sys.argv[1:] if "pytest" in words else [])]
        ).returncode
        summary.append((name, code, time.monotonic() - began))
        if name == "browser" and code:
            return code
    print()
    for name, code, seconds in summary:
        print(f"{'passed' if code == 0 else 'FAILED'}  {name}  ({seconds:.0f} s)")
    return int(any(code for _, code, _ in summary))


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
