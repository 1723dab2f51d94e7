import pytest

from scheduler.domain.status import ALLOWED, ForbiddenMove, Status, check_move

MOVES = """
scheduled -> claimed skipped cancelled superseded folded
claimed -> scheduled sent delivered undelivered in_doubt failed skipped cancelled
sent -> delivered undelivered
in_doubt -> sent delivered undelivered scheduled failed
undelivered -> delivered scheduled failed
failed -> scheduled handled dropped
superseded -> scheduled
folded -> scheduled
skipped -> scheduled
"""


def test_the_table_is_the_one_agreed() -> None:
    agreed = {
        (Status(before), Status(after))
        for line in MOVES.split("\n")
        if " -> " in line
        for before, afters in [line.split(" -> ")]
        for after in afters.split()
    }
    assert agreed == {(before, after) for before, afters in ALLOWED.items() for after in afters}
    assert set(ALLOWED) == set(Status)


def test_what_arrived_stays_arrived() -> None:
    with pytest.raises(ForbiddenMove, match="from delivered to scheduled"):
        check_move(Status.DELIVERED, Status.SCHEDULED)
