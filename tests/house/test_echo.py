"""Errors repeat what was typed, cut to what can be read."""

import pytest

from scheduler.cli import main
from scheduler.domain.echo import cut, quoted, readable

LONG = "x" * 10_000
PLAN = ["timeline", "microsclerotherapy", "--answer=area=small", "--value=no_flying=omit"]
TIME, ZONE = "--treated=2026-11-20T15:00", "--tz=Europe/London"


@pytest.mark.parametrize(
    "words",
    [
        [*PLAN, TIME, f"--tz={LONG}"],
        [*PLAN, TIME, ZONE, f"--answer=extra={LONG}"],
        [*PLAN, TIME, ZONE, f"--answer={LONG}"],
        [*PLAN, TIME, ZONE, f"--value={LONG}=1"],
        [*PLAN, TIME, ZONE, f"--value=morning={LONG}"],
        [*PLAN, TIME, ZONE, f"--value=no_heat={LONG}"],
        [*PLAN, ZONE, f"--treated={LONG}"],
        [*PLAN, TIME, ZONE, f"--format={LONG}"],
        ["timeline", LONG, TIME, ZONE],
        [LONG],
    ],
    ids=["zone", "answer", "no-answer", "name", "time", "length", "treated", "choice", "protocol", "command"],
)
def test_what_is_wrong_can_be_read(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "x" * 41 not in said
    assert 0 < len(said) < 1000


def test_it_cuts_what_is_long_and_leaves_the_rest() -> None:
    assert (cut("Europe/London"), cut("y" * 50)) == ("Europe/London", "y" * 40 + "...")
    assert quoted("a'b") == repr("a'b")
    assert readable("a line with a/path/to/a.yaml:3:1") == "a line with a/path/to/a.yaml:3:1"
    assert len(readable("a b " * 5000)) < 2100
