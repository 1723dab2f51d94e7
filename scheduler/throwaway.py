"""A database in memory that is gone afterwards, in the place of the configured one, which is not touched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

ENGINE = "django.db.backends.sqlite3"


@contextmanager
def throwaway_database(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Within it, and in this thread, every query goes to an empty database that has these tables only."""
    configured = connections["default"]
    chosen = connections.configure_settings({"default": {"ENGINE": ENGINE, "NAME": ":memory:"}})["default"]
    in_memory: BaseDatabaseWrapper = load_backend(ENGINE).DatabaseWrapper(chosen, alias="default")
    connections["default"] = in_memory
    try:
        # Straight from the models: running the migrations takes several seconds.
        with in_memory.schema_editor() as schema:
            for model in tables:
                schema.create_model(model)
        yield
    finally:
        connections["default"] = configured
        # Django's own `close` spares a database in memory.
        BaseDatabaseWrapper.close(in_memory)
