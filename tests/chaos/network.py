"""Hosts on one machine: network namespaces on a bridge, each of which can be cut off and healed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.aftercare import PROJECT


def ip(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def why_none() -> str:
    """Why there can be no network namespaces here; empty where there can be some."""
    name = f"ac{os.getpid()}"
    try:
        ip("netns", "add", name)
        ip("netns", "delete", name)
        ip("link", "add", name, "type", "bridge")
        ip("link", "delete", name)
    except FileNotFoundError:
        return "there is no `ip` command"
    except subprocess.CalledProcessError as refused:
        return str(refused.stderr).strip()
    return ""


class Network:
    """The bridge is this machine, at `gateway`; hosts are numbered from 0."""

    def __init__(self, hosts: int) -> None:
        self._name, self._hosts = f"ac{os.getpid() % 100_000}", hosts
        self._subnet = f"10.213.{os.getpid() % 250}"
        self.gateway = f"{self._subnet}.1"

    def _host(self, number: int) -> str:
        return f"{self._name}h{number}"

    def build(self) -> None:
        ip("link", "add", self._name, "type", "bridge")
        ip("address", "add", f"{self.gateway}/24", "dev", self._name)
        ip("link", "set", self._name, "up")
        for number in range(self._hosts):
            host, inside = self._host(number), ("-n", self._host(number))
            ip("netns", "add", host)
            ip("link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", host)
            ip("link", "set", host, "master", self._name, "up")
            ip(*inside, "address", "add", f"{self._subnet}.{number + 2}/24", "dev", "eth0")
            ip(*inside, "link", "set", "eth0", "up")
            ip(*inside, "link", "set", "lo", "up")

    def start(self, number: int, *words: str) -> "subprocess.Popen[bytes]":
        """A Python process on that host."""
        command = ["ip", "netns", "exec", self._host(number), sys.executable, *words]
        return subprocess.Popen(command, cwd=PROJECT)

    def cut(self, number: int) -> None:
        """Whatever it sends is gone without a word, and so is what is sent to it."""
        ip("link", "set", self._host(number), "nomaster")

    def heal(self, number: int) -> None:
        ip("link", "set", self._host(number), "master", self._name)

    def remove(self) -> None:
        for words in (
            *(("netns", "delete", self._host(n)) for n in range(self._hosts)),
            ("link", "delete", self._name),
        ):
            subprocess.run(["ip", *words], check=False, capture_output=True)


@contextmanager
def network(hosts: int) -> Iterator[Network]:
    built = Network(hosts)
    try:
        built.build()
        yield built
    finally:
        built.remove()
