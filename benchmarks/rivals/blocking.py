"""The SMS package's blocking client, for those that send from threads."""

import os
from functools import cache

from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from benchmarks.rivals import IN_FLIGHT, request
from tests.support.provider import ACCOUNT, TOKEN


@cache
def client() -> Client:
    """Its own pool is for ten connections on http; more would be opened and thrown away for every text."""
    http = TwilioHttpClient()
    http.session.mount("http://", HTTPAdapter(pool_maxsize=IN_FLIGHT))
    made = Client(ACCOUNT, TOKEN, http_client=http)
    made.api.base_url = os.environ["TWILIO_API_BASE_URL"]
    return made


def send(to: str, body: str, id: str) -> None:
    client().messages.create(**request(to, body, id))
