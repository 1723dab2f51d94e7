"""The page about performance says what was measured, and keeps what people wrote into it."""

from typing import Any

import pytest

from benchmarks.document import document, newest

MACHINE = {"Processor": "one of many, 2 cores"}


def line(measure: str, engine: str = "SQLite", **figures: Any) -> dict[str, Any]:
    return {"measure": measure, "engine": engine, "at": "2026-11-23T10:00:00+00:00"} | figures


GROWTH = line(
    "growth", rows=[10_000, 10_000_000], claim_ms=[20.0, 22.0], look_ms=[0.1, 0.3], start_seconds=[1.0, 1.0],
    memory_mb=[90.0, 91.5], idle_cpu_seconds=[0.1, 0.15], idle_server_cpu_seconds=[0.0, 0.0],
)  # fmt: skip
SCALING = line(
    "scaling", "PostgreSQL", case="after 100 ms", workers=[1, 4], of_linear=[1.0, 0.6], cores=2,
    cores_busy=[0.9, 2.0], worker_cpu=[0.4, 0.3], server_cpu=[0.2, 0.4],
)  # fmt: skip
LATE = line("lateness", p50_ms=2.0, p99_ms=25.0, max_ms=30.0)


@pytest.mark.parametrize(
    ("result", "row"),
    [
        (line("dispatch", ratio=1.5, rounds=[1.5, 1.4]), "| 1.50 | 1.50, 1.40 | ≥ 1.4 | yes |"),
        (line("dispatch", ratio=0.7), "| ≥ 1.4 | no, by 50% |"),
        (line("dispatch", way="Huey", ratio=0.2), "| SQLite | Huey |  | 0.20 |  |  |  |"),
        (line("renew", ratio=2.5), "| ≤ 3 | yes |"),
        (line("enrol", case="in bulk", ratio=0.5), "| ≥ 0.5 | yes |"),
        (LATE, "| 25.0 | 30.0 | ≤ 10 | no, by 150% |"),
        (GROWTH, "| claiming 50 due texts (ms) | 20 | 22 | 1.10 | ≤ 1.2 | yes |"),
        (GROWTH, "| looking in vain (ms) | 0.1 | 0.3 | 3.00 | ≤ 1.2 | no, by 150% |"),
        (GROWTH, "| resident memory (MB) | 90 | 91.5 | 1.02 | ≤ 2 MB more | yes |"),
        (
            line("pages", case="list", p50_ms=9.0, p95_ms=20.0, p95_cpu_ms=12.0, queries=11),
            "| 20.0 | ≤ 100 | yes | 12.0 | 11 |",
        ),
        (SCALING, "| after 100 ms | 4 | 0.60 | ≥ 0.9 | no, by 33% | 2.00 of 2 | 0.30 | 0.40 |"),
    ],
)
def test_it_says_what_was_wanted_and_whether_it_was_reached(result: dict[str, Any], row: str) -> None:
    assert row in document([result], MACHINE, "")


def test_what_is_sent_beside_much_that_is_not_due_stands_beside_the_same_with_none() -> None:
    alone, beside = (
        line("dispatch", case=f"{pending}", workers=1, pending=pending, ratio=ratio)
        for pending, ratio in ((0, 0.5), (1_000_000, 0.45))
    )
    page = document([alone, beside], MACHINE, "")
    assert "| SQLite | 1 | 1,000,000 | 0.90 | ≥ 0.95 | no, by 5% |" in page
    assert "| 0.45 |" not in page


def test_it_keeps_what_was_written_by_hand() -> None:
    first = document([LATE], MACHINE, "")
    written = first.replace("<!-- by hand: lateness -->\n", "<!-- by hand: lateness -->\nThe disk is slow.\n")
    assert document([LATE], MACHINE, written) == written


def test_it_says_how_the_other_ways_were_set_and_what_they_lack() -> None:
    other = line("dispatch", way="Huey", ratio=0.2, settings="50 threads", lacks=["No attempt is kept."])
    page = document([other], MACHINE, "")
    assert "Huey: 50 threads." in page
    assert "- No attempt is kept." in page


def test_a_later_result_of_the_same_takes_the_place_of_the_earlier() -> None:
    assert newest([line("renew", ratio=9.0), LATE, line("renew", ratio=2.0)])[0]["ratio"] == 2.0
