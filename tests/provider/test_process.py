"""The provider as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.provider.conftest import PATIENT, TEXT, client_of, wait_for
from tests.support.provider import ACCOUNT, TOKEN, provider_process, remote
from tests.support.provider.running import PROJECT

CLIENT = f"""
import sys
from twilio.rest import Client
client = Client("{ACCOUNT}", "{TOKEN}")
client.api.base_url = sys.argv[1]
client.messages.create(to="{PATIENT}", from_="+447700900001", body="hello")
"""
PARENT = """
import subprocess, sys, time
provider = subprocess.Popen([sys.executable, "-m", "tests.support.provider"])
time.sleep(60)
"""


def test_it_is_told_what_to_do_by_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps([{"words": [20429], "times": 1}, {"words": ["deliver"]}]))
    with provider_process("--plan", str(plan)) as twilio:
        with pytest.raises(Exception, match="429"):
            client_of(twilio.url).messages.create(to=PATIENT, **TEXT)
        sid = client_of(twilio.url).messages.create(to=PATIENT, **TEXT).sid
        wait_for(lambda: twilio.accepted[0]["status"] == "delivered")
        assert [message["sid"] for message in remote(twilio.url).accepted] == [sid]
        assert [answer[2] for answer in twilio.answers] == ["20429", "201"]


def test_it_is_told_what_to_do_by_another_process() -> None:
    with provider_process() as twilio:
        twilio.behave(21610, to=PATIENT)
        with pytest.raises(Exception, match="unsubscribed"):
            client_of(twilio.url).messages.create(to=PATIENT, **TEXT)
        with pytest.raises(ValueError, match="no such behaviour"):
            twilio.behave("sulk")
        assert twilio.counts == {"accepted": 0, "answered": 1, "faults": 0, "reports": 0, "pending": 0}


def test_arrivals_are_number_and_wall_time() -> None:
    with provider_process() as twilio:
        for number in (PATIENT, "+447700900999"):
            client_of(twilio.url).messages.create(to=number, **TEXT)
        assert [to for to, _ in twilio.arrivals()] == [PATIENT, "+447700900999"]
        assert [at for _, at in twilio.arrivals(since=1)] == [pytest.approx(time.time(), abs=60)]


def test_it_keeps_what_it_took_from_a_client_that_was_killed() -> None:
    with provider_process() as twilio:
        twilio.behave("never")
        client = subprocess.Popen([sys.executable, "-c", CLIENT, twilio.url])
        wait_for(lambda: twilio.counts["accepted"] == 1, 20)
        client.kill()
        client.wait(30)
        twilio.forget()
        client_of(twilio.url).messages.create(to=PATIENT, **TEXT)
        assert [message["answered"] for message in twilio.accepted] == ["nothing", "201"]


def test_it_ends_with_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    assert remote(url).counts["accepted"] == 0
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(30)
    wait_for(lambda: _is_gone(url), 30)
    parent.stdout.close()


def _is_gone(url: str) -> bool:
    try:
        remote(url).counts  # noqa: B018
    except OSError:
        return True
    return False
