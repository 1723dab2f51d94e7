"""The `aftercare` command: finds the subcommand, and turns every foreseeable fault into one clear line."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import find_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, OutputWrapper, handle_default_options
from django.db import DatabaseError, OperationalError, connection, connections

from scheduler.domain.echo import quoted, readable
from scheduler.management.base import Failure

#: Django's commands that an operator needs: where they are, and what they do
BORROWED = {
    "migrate": ("django.core", "Bring the database's tables up to date."),
    "changepassword": ("django.contrib.auth", "Change somebody's password."),
}
OLD_TABLES = ("no such table", "no such column", "undefinedtable", "undefinedcolumn")


def main(argv: Sequence[str] | None = None) -> None:
    """Exits 0; 2 for wrong input or settings; 1 for a failure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _require_output()
    try:
        code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        _drop_output()
        code = 1
    except OSError as fault:
        if not _output_fails():
            raise
        _drop_output()
        code = _say(f"cannot write the output ({fault.strerror})", 1)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _require_output() -> None:
    """Nothing is begun whose outcome nobody would see; the next file opened would take the output's place."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if sys.stdout is None:
        sys.exit(_say("standard output is closed; send it to /dev/null if nobody is to read it", 1))


def _output_fails() -> bool:
    """Whether it was the output: an empty line then fails as well, even where nothing is kept back."""
    try:
        print(flush=True)
    except OSError:
        return True
    return False


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that Python does not fail once more as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(words: list[str]) -> int:
    if wrong := next((word for word in words if not _is_text(word)), None):
        return _say(f"{wrong!a} is not text in UTF-8", 2)
    if words[:1] == ["--version"]:
        print(f"aftercare {version('aftercare')}")
        return 0
    try:
        django.setup()
        if not words or words[0] in ("help", "-h", "--help"):
            return _help(words[1:])
        return _run(words[0], words[1:])
    except CommandError as fault:
        return _say(fault, fault.returncode)
    except ImproperlyConfigured as fault:
        return _say(fault, 2)


def _is_text(word: str) -> bool:
    """Bytes of an argument that are no text arrive as lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _say(fault: object, code: int) -> int:
    for line in str(fault).splitlines():
        print(f"aftercare: {readable(line)}", file=sys.stderr)
    return code


def commands() -> dict[str, str]:
    """The project's own commands and those borrowed from Django: name and application."""
    ours = find_commands(str(Path(__file__).parent / "management"))
    return {**dict.fromkeys(ours, "scheduler"), **{name: app for name, (app, _) in BORROWED.items()}}


def _load(name: str) -> BaseCommand:
    known = commands()
    if name not in known:
        close = get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]}?" if close else "see `aftercare help`"
        raise CommandError(f"there is no command {quoted(name)}; {hint}", returncode=2)
    return load_command_class(known[name], name)


def _help(words: list[str]) -> int:
    if words:
        _load(words[0]).print_help("aftercare", words[0])
        return 0
    print("Usage: aftercare COMMAND [options]   (aftercare COMMAND --help says more)\n")
    for name in sorted(commands()):
        sentence = BORROWED[name][1] if name in BORROWED else _load(name).help
        print(f"  {name:<18}{sentence}")
    return 0


def _run(name: str, words: list[str]) -> int:
    command = _load(name)
    parser = command.create_parser("aftercare", name)
    try:
        options = vars(parser.parse_args(words))
    except CommandError as fault:
        return _say(f"{name}: {str(fault).removeprefix('Error: ')}", 2)
    handle_default_options(Namespace(**options))
    args = options.pop("args", ())
    # Django's own checks look at the code, not at the installation; the tests run them.
    options["skip_checks"] = True
    return _execute(command, name, args, options)


def _execute(command: BaseCommand, name: str, args: Sequence[object], options: dict[str, object]) -> int:
    command.stderr = OutputWrapper(sys.stderr)
    try:
        if getattr(command, "needs_database", True):
            _prepare(tolerant=getattr(command, "examines_database", False))
        command.execute(*args, **options)
    except CommandError as fault:
        # Django's own fail with 1 at what was typed: an unknown application, migration or person.
        typed = name in BORROWED and not isinstance(fault, Failure)
        return _say(fault, 2 if typed else fault.returncode)
    except DatabaseError as fault:
        if (sentence := database_sentence(fault)) is None:
            raise
        return _say(f"{name}: {sentence}", 1)
    finally:
        connections.close_all()
    return 0


def _prepare(tolerant: bool) -> None:
    """The folder of the embedded database, and the key that signs: not beside a file that is no database."""
    try:
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            _make_private(settings.DATA_DIR, Path(settings.DATABASES["default"]["NAME"]))
            connection.ensure_connection()
            connection.close()
        str(settings.SECRET_KEY)
    except OSError as fault:
        raise Failure(f"cannot write to {settings.DATA_DIR} ({fault.strerror})") from None
    except DatabaseError:
        if not tolerant:
            raise


def _make_private(folder: Path, database: Path) -> None:
    """For their owner alone, where they are new; SQLite's companions (-wal, -shm) are like their database."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, 0o600))


def database_sentence(fault: Exception) -> str | None:
    """What an operator can do about it; None for a fault of ours."""
    # The driver's first line has no password in it.
    kind = type(fault.__cause__).__name__.lower()
    text = (str(fault).strip() or kind).splitlines()[0]
    if any(sign in text.lower() or sign == kind for sign in OLD_TABLES):
        return "the database has not got this version's tables yet; run `aftercare migrate`"
    # The bare class is SQLite's, for a file that is no database or no longer one.
    if isinstance(fault, OperationalError) or type(fault) is DatabaseError:
        return f"the database does not answer as it should ({text}); `aftercare doctor` says more"
    return None
