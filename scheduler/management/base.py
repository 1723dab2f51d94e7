"""What the project's commands share: how they fail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class WrongInput(CommandError):
    """What was typed cannot be right; each line of the message is printed on its own. Exit 2."""

    def __init__(self, message: object) -> None:
        super().__init__(message, returncode=2)


class Failure(CommandError):
    """The input was fine, and it could not be done. Exit 1."""

    def __init__(self, message: object) -> None:
        super().__init__(message, returncode=1)


class Command(BaseCommand):
    """A command of the project. `help` is its one line in `aftercare help`."""

    #: False for a command that reads and writes nothing of the installation
    needs_database = True
    #: True for a command that tells by itself what is wrong with the database
    examines_database = False
    requires_system_checks: Any = []
    # Django's own options are no part of the product.
    suppressed_base_arguments = frozenset(  # type: ignore[assignment]
        {
            "--version",
            "--verbosity",
            "--settings",
            "--pythonpath",
            "--traceback",
            "--no-color",
            "--force-color",
            "--skip-checks",
        }
    )
