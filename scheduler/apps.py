"""The application's registration with Django."""

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext

from scheduler.domain import sentences


def make_cache_table(using: str, **_: Any) -> None:
    # Not a model, so no migration makes it; harmless where it stands already.
    call_command("createcachetable", database=using, verbosity=0)


class SchedulerConfig(AppConfig):
    name = "scheduler"
    label = "scheduler"
    verbose_name = "Aftercare"

    def ready(self) -> None:
        sentences.translate = gettext
        post_migrate.connect(make_cache_table, sender=self)
