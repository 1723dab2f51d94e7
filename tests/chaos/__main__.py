"""As many rounds as wanted, each in a process of its own; ends with 1 if something was wrong in one."""

import argparse
import random
import subprocess
import sys

from tests.support.aftercare import PROJECT

ENGINES = ("sqlite", "postgres")


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    words.add_argument("--rounds", type=int, default=1, help="on each engine")
    words.add_argument("--seed", type=int, help="of the first round; the next ones count on from it")
    words.add_argument("--engine", choices=ENGINES, action="append", help="only on this one")
    given = words.parse_args()
    first = random.randrange(10**6) if given.seed is None else given.seed
    wrong = [
        (engine, seed)
        for seed in range(first, first + given.rounds)
        for engine in given.engine or ENGINES
        if played(engine, seed)
    ]
    for engine, seed in wrong:
        print(f"WRONG: python -m tests.chaos --engine {engine} --seed {seed}")
    print(f"{len(wrong)} of {given.rounds * len(given.engine or ENGINES)} rounds were wrong")
    return int(bool(wrong))


def played(engine: str, seed: int) -> int:
    """0 if nothing was wrong."""
    words = [sys.executable, "-m", "tests.chaos.round", "--engine", engine, "--seed", str(seed)]
    return subprocess.run(words, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
