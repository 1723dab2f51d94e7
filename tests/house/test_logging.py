"""Logs name no patient."""

import json
import logging

import pytest
import structlog

from config.logging import configure_logging, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sent to +447700900123", "sent to ***23"),
        ("sent to 07700 900123.", "sent to ***23."),
        ("To=%2B447700900123&x=1", "To=***23&x=1"),
        ("call (01632) 960456", "call (***56"),
        ("mail to jo.bloggs+x@example.com failed", "mail to ***@*** failed"),
        ("GET /p/Abc123_-x?y=1", "GET /p/***"),
        ("GET /P/23456789abcdefgh", "GET /P/***"),
        ("GET /p/'23456789abcdefgh", "GET /p/***"),
        ("GET /p/x'23456789abcdefgh", "GET /p/***"),
        ("GET /p/23456789abcdefgh/messages/more", "GET /p/***"),
        ("GET /%20p/23456789abcdefgh", "GET /%20p/***"),
        ("GET /(23456789abcdefgh)", "GET /(***)"),
        ("GET /accounts/password/reset/key/1-abc/", "GET /accounts/password/reset/key/***"),
        ("POST /invitation/WzQsMTc5NV0:1xUQYq:EW09ETUC", "POST /invitation/***"),
        ("GET /patients?q=Jo+Bloggs", "GET /patients?***"),
        ("not null\nDETAIL:  Failing row contains (1, Jo Bloggs).\n", "not null\nDETAIL:  ***\n"),
    ],
)
def test_it_masks_what_identifies_a_person(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "claimed 120 rows in 0.0123456789 s",
        "due 2026-11-20T08:00:00.123456Z",
        "attempt 0191d0a4-7c1e-7000-8000-0123456789ab",
        "attempt 01234567-1234-4234-8234-01234567890a",
        "episode 10023",
        "Listening at 127.0.0.1:8000",
    ],
)
def test_it_leaves_times_counts_and_identifiers_alone(text: str) -> None:
    assert masked(text) == text


@pytest.fixture
def handler() -> logging.Formatter:
    formatter = configure_logging("json")["formatters"]["line"]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
    )


def record(message: str, *args: object, exc_info: object = None) -> logging.LogRecord:
    return logging.LogRecord("scheduler", logging.INFO, __file__, 1, message, args, exc_info)  # type: ignore[arg-type]


def test_it_writes_one_line_of_json(handler: logging.Formatter) -> None:
    line = json.loads(handler.format(record("sent to %s", "+447700900123")))
    assert line["event"] == "sent to ***23"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_it_masks_the_name_of_a_request_as_well(handler: logging.Formatter) -> None:
    entry = record("request_finished")
    entry.request_id = "23456789abcdefgh"
    assert json.loads(handler.format(entry))["request_id"] == "***"


def test_it_masks_tracebacks_and_fields_too(handler: logging.Formatter) -> None:
    try:
        raise ValueError("jo@example.com")
    except ValueError as fault:
        entry = record("failed", exc_info=(ValueError, fault, fault.__traceback__))
    entry.recipients = {"to": ["+447700900123"]}
    line = handler.format(entry)
    assert "jo@example.com" not in line
    assert "447700900123" not in line
    assert "Traceback" in line
