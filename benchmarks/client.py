"""What it costs to hand one text to the provider, by the client that is used, with nothing around it.

The SMS package's own client on Python's own event loop is the bare loop of `benchmarks.dispatch`; then the
same client on the worker's event loop, and the worker's own way of posting.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from time import process_time
from uuid import UUID

import uvloop
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from benchmarks.results import report
from scheduler.channels.base import Kind, Outgoing, SmsSender
from scheduler.channels.sms import Account, Sms
from scheduler.channels.twilio_http import CONNECTIONS
from tests.support.provider import ACCOUNT, TOKEN, Provider, provider_process

CALLBACK = "https://clinic.example.com/webhooks/twilio/status"
BODY = "Leafy Clinic: keep the stockings on day and night, text {}. " + "Then in the daytime. " * 10
NUMBER = "+447700900001"
Post = Callable[[Outgoing], Awaitable[object]]


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    words.add_argument("texts", type=int, nargs="?", default=2000)
    words.add_argument("--rounds", type=int, default=3)
    given = words.parse_args()
    texts = [outgoing(number) for number in range(given.texts)]
    ways = {"stock": (asyncio.run, stock), "stock, uvloop": (uvloop.run, stock), "ours": (uvloop.run, ours)}
    costs: dict[str, list[float]] = {name: [] for name in ways}
    with provider_process() as twilio:
        for _ in range(given.rounds):
            for name, (run, send) in ways.items():
                began = process_time()
                run(send(twilio, texts))
                costs[name].append((process_time() - began) / given.texts)
    least = median(costs["stock"])
    for name, cost in costs.items():
        print(f"  {name:14} {median(cost) * 1e6:4.0f} us of CPU a text: {least / median(cost):.2f}")
        report(
            "client",
            "",
            case=name,
            texts=given.texts,
            ratio=least / median(cost),
            cpu_us=median(cost) * 1e6,
            rounds=[bare / one for bare, one in zip(costs["stock"], cost, strict=True)],
        )


def outgoing(number: int) -> Outgoing:
    return Outgoing(
        attempt_id=UUID(int=number),
        address=f"+447700900{number % 1000:03}",
        text=BODY.format(number),
        valid_for=28_000,
        sender=SmsSender(from_number=NUMBER),
    )


async def stock(twilio: Provider, texts: list[Outgoing]) -> None:
    http = AsyncTwilioHttpClient()
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = twilio.url

    async def post(text: Outgoing) -> None:
        await client.messages.create_async(
            to=text.address,
            from_=NUMBER,
            body=text.text,
            status_callback=f"{CALLBACK}/{text.attempt_id}",
            validity_period=text.valid_for,
            smart_encoded=False,
            shorten_urls=False,
        )

    await post_all(texts, post)
    await http.close()


async def ours(twilio: Provider, texts: list[Outgoing]) -> None:
    sms = Sms(Account(ACCOUNT, (ACCOUNT, TOKEN), twilio.url, CALLBACK))
    await sms.open()

    async def post(text: Outgoing) -> None:
        outcome = await sms.send(text)
        assert outcome.kind is Kind.ACCEPTED, outcome

    await post_all(texts, post)
    await sms.close()


async def post_all(texts: list[Outgoing], post: Post) -> None:
    rest: Iterator[Outgoing] = iter(texts)

    async def keep_posting() -> None:
        for text in rest:
            await post(text)

    await asyncio.gather(*(keep_posting() for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    main()
