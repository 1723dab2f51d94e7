"""The leaflet's sentences are its author's: ours are written anew.

`leaflet_fingerprints.txt` has a hash of every five words in a row of the leaflet, and not the leaflet.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FINGERPRINTS = set(Path(__file__).with_name("leaflet_fingerprints.txt").read_text().split())
WORDS_IN_A_ROW = 5
TEXTS = [
    ROOT / "schedules" / "microsclerotherapy.yaml",
    ROOT / "docs" / "traceability.md",
    ROOT / "README.md",
    *sorted((ROOT / "scheduler" / "templates").rglob("*.html")),
]


def runs(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    for start in range(len(words) - WORDS_IN_A_ROW + 1):
        yield " ".join(words[start : start + WORDS_IN_A_ROW])


def fingerprint(run: str) -> str:
    return hashlib.blake2s(run.encode(), digest_size=6).hexdigest()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_text_copies_the_leaflet(path: Path) -> None:
    assert [run for run in runs(path.read_text()) if fingerprint(run) in FINGERPRINTS] == []


def test_a_copy_would_be_noticed() -> None:
    assert fingerprint("avoid waxing for 4 weeks") in FINGERPRINTS
