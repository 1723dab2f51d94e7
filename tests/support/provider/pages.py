"""The list of messages, newest first, a page at a time. A page's token names the last message of the page
before, so that what is taken meanwhile moves nothing."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.support.provider.messages import MESSAGES, Message, Taken

#: DateSent is left out: it misses whatever has not been sent yet, and nobody here may ask by it
ALLOWED = {"To", "From", "PageSize", "Page", "PageToken"}
USUAL_SIZE, LARGEST_SIZE = 50, 1000


class WrongPage(ValueError):
    """Says what is wrong with the question."""


def page_of(taken: Taken, query: dict[str, str], *, redacted: bool) -> dict[str, Any]:
    size, number = _checked(taken, query)
    found: list[Message] = []
    for message in _from_the_newest(taken, query):
        found.append(message)
        if len(found) > size:
            break
    shown = found[:size]
    filters = {name: query[name] for name in ("To", "From") if name in query} | {"PageSize": size}
    following = None
    if len(found) > size:
        following = _uri(filters | {"Page": number + 1, "PageToken": f"PA{shown[-1].sid}"})
    return {
        "end": number * size + max(len(shown) - 1, 0),
        "first_page_uri": _uri(filters | {"Page": 0}),
        "next_page_uri": following,
        "page": number,
        "page_size": size,
        "previous_page_uri": None,
        "messages": [message.resource(redacted=redacted) for message in shown],
        "start": number * size,
        "uri": _uri(filters | {name: query[name] for name in ("Page", "PageToken") if name in query}),
    }


def _checked(taken: Taken, query: dict[str, str]) -> tuple[int, int]:
    if unknown := set(query) - ALLOWED:
        raise WrongPage(f"cannot be asked for by {', '.join(sorted(unknown))}")
    size, number = query.get("PageSize", str(USUAL_SIZE)), query.get("Page", "0")
    if not (size.isdecimal() and 1 <= int(size) <= LARGEST_SIZE):
        raise WrongPage(f"PageSize is not 1 to {LARGEST_SIZE}")
    token = query.get("PageToken")
    if not number.isdecimal() or (number != "0" and token is None):
        raise WrongPage("a later page is had by its token only")
    if token is not None and token[2:] not in taken.by_sid:
        raise WrongPage("no such PageToken")
    return int(size), int(number)


def _from_the_newest(taken: Taken, query: dict[str, str]) -> Iterator[Message]:
    messages = taken.to(query.get("To"))
    place = len(messages)
    if token := query.get("PageToken"):
        place = bisect_left(messages, taken.by_sid[token[2:]].number, key=lambda message: message.number)
    while place:
        place -= 1
        message = messages[place]
        if message.is_listed and query.get("From") in (None, message.asked.get("From")):
            yield message


def _uri(query: dict[str, Any]) -> str:
    return f"{MESSAGES}.json?{urlencode(query)}"
