"""How long the texts are that tell nothing of the treatment, with name, number and link at their limits."""

from collections.abc import Iterator
from itertools import product

from scheduler.domain.edits.samples import LONGEST_CONTACT, LONGEST_LINK
from scheduler.domain.gsm7 import segments
from scheduler.domain.placeholders import contact_values, fill, names_in
from scheduler.domain.protocol import Line, Message, Protocol
from scheduler.domain.wording import is_of_the_service

VALUES = contact_values(LONGEST_CONTACT) | {"link": LONGEST_LINK}
#: the texts that an SMS may be, and whether the link to the patient's page follows
FIELDS = (("sms", True), ("sms_without_link", False))


def too_long(protocol: Protocol) -> Iterator[tuple[str, str, str]]:
    """(reminder or important, field, sentence) for each that some message of its kind has no room for."""
    for name, (field, linked) in product(("reminder", "important"), FIELDS):
        words = getattr(getattr(protocol.minimal, name), field)
        sizes = [
            (segments(text), message.segments)
            for message in protocol.messages.values()
            if message.critical == (name == "important")
            for text in _texts(protocol, message, words, linked)
        ]
        if over := [(size, room) for size, room in sizes if size > room]:
            size, room = max(over)
            yield name, field, f"it takes {size} segments at its longest, and a message has room for {room}"


def _texts(protocol: Protocol, message: Message, words: str, linked: bool) -> Iterator[str]:
    """One for each case of what is said of the service besides; none where a placeholder leads nowhere."""
    names = (*message.lines, *protocol.every_message)
    lines = [line for one in names if (line := protocol.lines.get(one)) and is_of_the_service(line)]
    for replies, last in product((True, False), repeat=2):
        said = [line.sms for line in lines if line.sms and _holds(line, replies, last)]
        whole = [words, *said, protocol.emergency.sms]
        if all(name in VALUES for text in whole for name in names_in(text)):
            ending = [LONGEST_LINK] if linked else []
            yield " ".join([f"{VALUES['clinic']}:", *(fill(text, VALUES) for text in whole), *ending])


def _holds(line: Line, replies: bool, last: bool) -> bool:
    return line.when.replies in (None, replies) and line.when.last_message in (None, last)
