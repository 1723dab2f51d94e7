"""The project's own processes, forked from one that has imported everything: a new worker runs in no time."""

import ctypes
import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
import uvloop

django.setup()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connections  # noqa: E402

from scheduler.channels.sms import Account, Sms  # noqa: E402
from scheduler.dispatch import reconcile, worker  # noqa: E402, F401 - before any fork
from scheduler.dispatch.compose import channels_of  # noqa: E402
from scheduler.management.commands import worker as command  # noqa: E402
from tests.chaos import points  # noqa: E402
from tests.chaos.hurry import TIMEOUT, hurry, quick_jobs  # noqa: E402
from tests.chaos.plan import Fault  # noqa: E402

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
PR_SET_PDEATHSIG = 1


def start_worker(log: Path, fault: Fault | None) -> BaseProcess:
    return _started(work, log, fault)


def start_web(log: Path, port: int) -> BaseProcess:
    return _started(_serve, log, port)


def _started(target: Any, *args: Any) -> BaseProcess:
    process = FORKS.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def _begin(log: Path) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    hurry()


def work(log: Path, fault: Fault | None) -> None:
    """As `aftercare worker`."""
    _begin(log)
    if fault:
        points.install(fault)
    twilio, callback = settings.TWILIO, f"{settings.PUBLIC_URL}/webhooks/twilio/status"
    sms = Sms(Account(twilio.account_sid, twilio.login, twilio.base_url, callback), timeout=TIMEOUT)
    uvloop.run(command.run(channels_of(settings) | {"sms": sms}, False, quick_jobs()))


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 200

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _serve(log: Path, port: int) -> None:
    """The pages, of which one matters here."""
    _begin(log)
    server = Server(("127.0.0.1", port), Quiet)
    server.set_app(get_wsgi_application())
    server.serve_forever()
