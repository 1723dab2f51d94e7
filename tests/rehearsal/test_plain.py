"""Totals carried as plain data from one slice of a rehearsal to the next."""

import json
from collections import Counter

from scheduler.domain.rehearsal.displaced import Displaced
from scheduler.domain.rehearsal.plain import as_plain, from_plain
from scheduler.domain.rehearsal.totals import Fault, OfMessage, Totals


def test_nothing_is_lost_on_the_way() -> None:
    totals = Totals(
        patients=3, treatments=4, texts=5, emails=6, by_hour=Counter({9: 2, 18: 1}),
        by_message={"day-1": OfMessage("The day after", 1, 2, 4, 2, 0)},
        close=Counter({("a", "b"): 1}), crowded=Counter({("a", "b", "c"): 2}),
        displaced=Counter({Displaced("day-1", "09:00", "sending-hours"): 3}),
        past_send_by=Counter({"welcome": 1}), faults=Counter({Fault("day-1", "No end."): 1}),
        labels={"day-1": "The day after"},
    )  # fmt: skip
    assert from_plain(json.loads(json.dumps(as_plain(totals)))) == totals
    assert from_plain(json.loads(json.dumps(as_plain(Totals())))) == Totals()
