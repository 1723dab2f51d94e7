"""Who may ask: the account itself, or its API key."""

from base64 import b64encode

ACCOUNT = "AC" + "0" * 32
TOKEN = "the-auth-token"
API_KEY = "SK" + "1" * 32
API_SECRET = "the-api-secret"


def _header(login: str, password: str) -> str:
    return "Basic " + b64encode(f"{login}:{password}".encode()).decode()


ALLOWED = frozenset({_header(ACCOUNT, TOKEN), _header(API_KEY, API_SECRET)})


def may_ask(authorization: str) -> bool:
    return authorization in ALLOWED
