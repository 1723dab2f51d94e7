"""What a setting, or any part of a protocol, is called by people."""

from scheduler.domain.protocol import Protocol
from scheduler.domain.sentences import gettext as _
from scheduler.domain.sentences import gettext_noop

FIELDS = {
    "day": gettext_noop("day after treatment"),
    "time": gettext_noop("time of day"),
    "send_by": gettext_noop("may leave until"),
    "subject": gettext_noop("subject of the email"),
    "sms": gettext_noop("words of the text"),
    "email": gettext_noop("words of the email"),
    "page": gettext_noop("words on the patient's page"),
    "if_room": gettext_noop("lines that leave first"),
    "email_adds": gettext_noop("statements that only the email adds"),
}
SENDING = {
    "sending_from": gettext_noop("Messages go out from"),
    "sending_until": gettext_noop("Messages go out until"),
}
WHOLE = {
    "emergency": gettext_noop("What to do in an emergency"),
    "every_message": gettext_noop("Lines that end every message"),
    "title": gettext_noop("Title"),
    "source": gettext_noop("Source"),
}
KINDS = {
    "lines": gettext_noop("Line %(name)s"),
    "statements": gettext_noop("Statement %(name)s"),
    "questions": gettext_noop("Question %(name)s"),
}


def label_of(protocol: Protocol, name: str) -> str:
    """The label of a name; where the protocol does not know it, the name itself in words."""
    section, _dot, rest = name.partition(".")
    if section in protocol.values:
        return _of_value(protocol, section, rest)
    if section in protocol.times:
        return in_words(section)
    if section in SENDING:
        return _(SENDING[section])
    if section in WHOLE:
        return _joined(_(WHOLE[section]), rest)
    item, _dot, field = rest.partition(".")
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
        return _("Message %(name)s") % {"name": item} if "{" in label else label
    if section == "phases" and item in protocol.phases:
        return protocol.phases[item].label
    if section == "topics" and item in protocol.topics:
        return _("Topic %(name)s") % {"name": protocol.topics[item].heading}
    if section in KINDS:
        return _(KINDS[section]) % {"name": item}
    return in_words(f"{section} {item}".strip())


def _joined(label: str, field: str) -> str:
    if not field:
        return label
    return f"{label}: {_(FIELDS[field]) if field in FIELDS else in_words(field).lower()}"
