"""Three workers on three hosts and one PostgreSQL; one of them is cut off while it sends, and healed later.

`python -m tests.chaos.hosts` ends with 0 if every text went once. What the hosts reach over the network is
carried there: the database listens on a socket of this machine, and the provider on its loopback.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen
from urllib.parse import parse_qs, urlsplit

from tests.chaos.mail import faulty_mail_server
from tests.chaos.network import Network, network
from tests.chaos.round import settings
from tests.support.aftercare import PROJECT
from tests.support.ports import free_port
from tests.support.provider import Provider, provider_process

HOSTS = 3
FORWARD = "tests.chaos.forward"


def main() -> int:
    from tests.chaos.away import Restartable

    with ExitStack() as stack:
        place, folder = (stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-")) for _ in "ab")
        server = Restartable(place)
        stack.callback(server.end)
        twilio = stack.enter_context(provider_process())
        mail = stack.enter_context(faulty_mail_server(0))
        net = stack.enter_context(network(HOSTS))
        settings(server.url, twilio, mail, free_port())
        # Only now: Django reads its settings when it is imported.
        import django

        django.setup()
        from tests.chaos.separated import Separated

        return Separated(net, twilio, Path(folder)).run(_carry(net, server.url, twilio, stack))


def _carry(net: Network, url: str, twilio: Provider, stack: ExitStack) -> str:
    """Start what carries bytes between the networks; the database's address as the hosts have it."""
    folder = parse_qs(urlsplit(url).query)["host"][0]
    database, provider, loopback = free_port(), free_port(), urlsplit(twilio.url).netloc
    carried = [
        (f"{net.gateway}:{database}", f"{folder}/.s.PGSQL.5432"),
        (f"{net.gateway}:{provider}", loopback),
    ]
    for ends in carried:
        _until_gone(stack, Popen([sys.executable, "-m", FORWARD, *ends], cwd=PROJECT))
    for host in range(HOSTS):
        # Only loopback may be asked without encryption, and every host has one of its own.
        _until_gone(stack, net.start(host, "-m", FORWARD, loopback, f"{net.gateway}:{provider}"))
    return f"postgres://postgres@{net.gateway}:{database}/postgres"


def _until_gone(stack: ExitStack, process: "Popen[bytes]") -> None:
    stack.callback(process.wait)
    stack.callback(process.kill)


if __name__ == "__main__":
    sys.exit(main())
