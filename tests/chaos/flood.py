"""No worker ran for hours, and then everything is due at once: `python -m tests.chaos.flood --people 100000`.

Three workers, one of which is killed on the way. Ends with 0 if every text went once.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.mail import faulty_mail_server
from tests.chaos.plan import Fault, Person, Plan, mobile
from tests.chaos.round import database_of, settings
from tests.support.ports import free_port
from tests.support.provider import Provider, provider_process

#: seconds: so long ago all was due; and the longest that a round may take
OUTAGE, PATIENCE = 3 * 3600.0, 3600.0
#: there are only so many telephones
PHONES = 1000


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos.flood", description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    given = words.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-flood-"))
        url, _ = stack.enter_context(database_of(given.engine, folder))
        twilio = stack.enter_context(provider_process())
        port = free_port()
        settings(url, twilio, stack.enter_context(faulty_mail_server(0)), port)
        return flood(given.people, given.engine, twilio, Path(folder), port)


def flood(people: int, engine: str, twilio: Provider, folder: Path, port: int) -> int:
    # Only now: Django reads its settings when it is imported.
    import django

    django.setup()
    from django.core.management import call_command

    from scheduler.models import Sender
    from tests.chaos import enrolled
    from tests.chaos.judge import faults
    from tests.chaos.storm import House
    from tests.chaos.truth import gather

    call_command("migrate", verbosity=0)
    begins = datetime.now(UTC)
    crowd = enrolled.enrol_all(map(_person, range(people)), begins, one_text=True)
    Sender.objects.update(segments_per_second=1_000_000)
    enrolled.begin(crowd, begins)
    house, began = (
        House(Plan(0, engine, (), (Fault("sent", people // 5),), ()), folder, port),
        time.monotonic(),
    )
    try:
        while _open() and time.monotonic() < began + PATIENCE:
            house.look_after()
            time.sleep(0.5)
    finally:
        house.end()
    found = faults(gather(begins, crowd, (), twilio.accepted, ()))
    taken, lasted = twilio.counts["accepted"], time.monotonic() - began
    well = not found and taken == people and len(house.lives) > len(house.deaths) > 0
    print(f"flood of {people} on {engine}: {taken} taken in {lasted:.0f} s, {'well' if well else 'WRONG'}")
    for fault in found[:20]:
        print(f"  {fault}")
    return int(not well)


def _person(number: int) -> Person:
    return Person(number, "east", ("sms",), mobile(number % PHONES), due=-OUTAGE)


def _open() -> int:
    from scheduler.domain.status import Status
    from scheduler.models import Reminder
    from tests.chaos.people import patiently

    unsettled = (Status.SCHEDULED, Status.CLAIMED, Status.IN_DOUBT)
    return patiently(Reminder.objects.across_clinics().filter(status__in=unsettled).count)


if __name__ == "__main__":
    sys.exit(main())
