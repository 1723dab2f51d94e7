"""What a setting, or any part of a protocol, is called by people."""

from scheduler.domain.protocol import Protocol

FIELDS = {
    "day": "day after treatment",
    "time": "time of day",
    "send_by": "may leave until",
    "subject": "subject of the email",
    "sms": "words of the text",
    "email": "words of the email",
    "page": "words on the patient's page",
    "if_room": "lines that leave first",
    "email_adds": "statements that only the email adds",
}
SENDING = {"sending_from": "Messages go out from", "sending_until": "Messages go out until"}
WHOLE = {
    "emergency": "What to do in an emergency",
    "every_message": "Lines that end every message",
    "title": "Title",
    "source": "Source",
}


def label_of(protocol: Protocol, name: str) -> str:
    """The label of a name; where the protocol does not know it, the name itself in words."""
    section, _, rest = name.partition(".")
    if section in protocol.values:
        return _of_value(protocol, section, rest)
    if section in protocol.times:
        return in_words(section)
    if section in SENDING:
        return SENDING[section]
    if section in WHOLE:
        return _joined(WHOLE[section], rest)
    item, _, field = rest.partition(".")
    return _joined(_of_item(protocol, section, item), field)


def in_words(name: str) -> str:
    """`late-morning` as Late morning."""
    words = name.replace("-", " ").replace("_", " ").replace(".", ", ")
    return words[:1].upper() + words[1:]


def _of_value(protocol: Protocol, name: str, option: str) -> str:
    value = protocol.values[name]
    question = protocol.questions.get(value.by or "")
    if option and question and option in question.options:
        return f"{value.label}, {question.options[option]}"
    return value.label


def _of_item(protocol: Protocol, section: str, item: str) -> str:
    """Repeated messages share a label, so theirs is followed by the name."""
    if section == "values" and item in protocol.values:
        return protocol.values[item].label
    if section == "messages" and item in protocol.messages:
        label = protocol.messages[item].label
        return f"Message {item}" if "{" in label else label
    if section == "phases" and item in protocol.phases:
        return protocol.phases[item].label
    if section == "topics" and item in protocol.topics:
        return f"Topic {protocol.topics[item].heading}"
    kind = {"lines": "Line", "statements": "Statement", "questions": "Question"}.get(section)
    return f"{kind} {item}" if kind else in_words(f"{section} {item}".strip())


def _joined(label: str, field: str) -> str:
    return f"{label}: {FIELDS.get(field, in_words(field).lower())}" if field else label
