"""Logs go to stderr, one line each, without phone numbers, email addresses or private links."""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

PHONE = re.compile(r"(?<![\w.:-])(?:\+|%2B|0)\d(?:[ ()-]{0,2}\d){6,14}(?![\w-])", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+%-]+(@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
#: what follows is as good as a password, or may name a patient
PRIVATE = re.compile(r"(/p/|/reset/key/|/invitation/|\?)\S+", re.IGNORECASE)
#: the end of a patient's link, wherever it strays: 16 of its letters and digits by themselves
TOKEN = re.compile(r"(?<![^\W_])(?=[a-z]*[2-9])(?=[2-9]*[a-z])[2-9a-hj-km-np-z]{16}(?![^\W_])", re.IGNORECASE)
#: a database that refuses a row shows it, with name and address
ROW = re.compile(r"(DETAIL: +).*")
KEPT = frozenset({"timestamp", "level", "logger"})


def masked(text: str) -> str:
    """The text without what identifies a person; the last two digits stay, to tell numbers apart."""
    text = PRIVATE.sub(r"\1***", text)
    text = TOKEN.sub("***", text)
    text = ROW.sub(r"\1***", text)
    text = EMAIL.sub(r"***\1***", text)
    return PHONE.sub(lambda found: f"***{found[0][-2:]}", text)


def _masked_value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: _masked_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_masked_value(item) for item in value]
    return value if isinstance(value, int | float | None) else masked(str(value))


def mask_people(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor; it comes after the traceback became text."""
    return {
        key: value if key in KEPT or key.startswith("_") else _masked_value(value)
        for key, value in event.items()
    }


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def configure_logging(log_format: str) -> dict[str, Any]:
    """Sets structlog up and returns Django's LOGGING; the standard library's records go the same way."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_people,
            _renderer(log_format),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO"},
            # django-structlog says the same, with the request's id.
            "django.request": {"level": "CRITICAL"},
            "twilio": {"level": "WARNING"},
            "apscheduler": {"level": "WARNING"},
        },
    }
