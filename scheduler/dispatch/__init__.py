"""Sending what is due, once: claim, re-check, send, record."""

from scheduler.dispatch.once import Turn, dispatch_once

__all__ = ["Turn", "dispatch_once"]
