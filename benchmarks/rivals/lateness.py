"""How late texts leave that are due at any moment of a minute: from due to arriving at the provider."""

import argparse
import os
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import quantiles

from benchmarks.results import engine, report
from benchmarks.rivals import RIVALS, Text, rival
from benchmarks.rivals.dispatch import must_be_each_once
from benchmarks.rivals.plan import due_texts
from tests.support.provider import provider_process

#: seconds for storing them all before the first is due
AHEAD = 5.0


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.rivals.lateness", description=__doc__)
    words.add_argument("name", choices=RIVALS)
    words.add_argument("texts", type=int, nargs="?", default=600)
    words.add_argument("--seconds", type=float, default=60.0, help="that they are spread over")
    given = words.parse_args()
    with provider_process() as twilio:
        os.environ["TWILIO_API_BASE_URL"] = twilio.url
        other = rival(given.name)
        texts = spread(given.texts, datetime.now(UTC) + timedelta(seconds=AHEAD), given.seconds)
        other.prepare(texts)
        other.run()
        arrivals = twilio.arrivals()
    must_be_each_once(texts, arrivals)
    due = {text.to: text.due.timestamp() for text in texts}
    late = [(at - due[to]) * 1000 for to, at in arrivals]
    of_hundred = quantiles(late, n=100, method="inclusive")
    p50, p99 = of_hundred[49], of_hundred[98]
    report(
        "lateness",
        engine(),
        way=given.name,
        texts=given.texts,
        seconds=given.seconds,
        p50_ms=p50,
        p99_ms=p99,
        max_ms=max(late),
        settings=other.settings,
    )
    print(f"  {given.name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {max(late):.1f} ms late")


def spread(number: int, begin: datetime, seconds: float) -> list[Text]:
    random = Random(1)
    return [
        text._replace(due=begin + timedelta(seconds=random.uniform(0, seconds)))
        for text in due_texts(number, begin)
    ]


if __name__ == "__main__":
    main()
