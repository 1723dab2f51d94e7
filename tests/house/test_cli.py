"""The `aftercare` command: every foreseeable fault is one clear line."""

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.support.aftercare import aftercare, command, environment
from tests.support.ports import free_port

PLAN = (
    "timeline microsclerotherapy --treated 2026-11-20T15:00 --tz UTC"
    " --answer area=small --value no_flying=omit"
)


@pytest.mark.parametrize("words", [(), ("help",), ("--help",)])
def test_it_shows_its_own_commands_with_a_line_each(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = aftercare(tmp_path, *words)
    shown = [line.split()[0] for line in done.stdout.splitlines()[2:]]
    assert done.returncode == 0
    assert {"web", "run", "doctor", "migrate", "member"} <= set(shown)
    assert not {"shell", "runserver", "makemigrations", "createsuperuser"} & set(shown)


def test_it_tells_its_version(tmp_path: Path) -> None:
    assert aftercare(tmp_path, "--version").stdout.startswith("aftercare 0.")


@pytest.mark.parametrize(
    ("words", "settings", "code", "line"),
    [
        (("migrat",), {}, 2, "aftercare: there is no command 'migrat'; did you mean migrate?"),
        (("xyzzy",), {}, 2, "aftercare: there is no command 'xyzzy'; see `aftercare help`"),
        (("web", "--prot"), {}, 2, "aftercare: web: unrecognized arguments: --prot"),
        (("web", "--bind", "8000"), {}, 2, "aftercare: --bind 8000: must be HOST:PORT"),
        (("doctor", "--format", "xml"), {}, 2, "aftercare: doctor: argument --format: invalid choice: 'xml'"),
        (("migrate", "nope"), {}, 2, "aftercare: No installed app with label 'nope'."),
        (("web", "--bind", os.fsdecode(b"\xff:80")), {}, 2, r"aftercare: '\udcff:80' is not text in UTF-8"),
        (("apikey", "--clinic", "x", "--name", os.fsdecode(b"\xff")), {}, 2, r"aftercare: '\udcff' is not"),
        (("migrate",), {"LOG_FORMAT": "xml"}, 2, "aftercare: LOG_FORMAT: input should be"),
        (
            ("web",),
            {"WEB_CONCURRENCY": "many"},
            2,
            "aftercare: WEB_CONCURRENCY: input should be a valid integer",
        ),
        (("migrate",), {"DATABASE_URL": "postgres://db.test/x"}, 2, "aftercare: SECRET_KEY: is needed"),
        (
            ("migrate",),
            {"DATABASE_URL": "sqlite:////proc/x/y.sqlite3"},
            1,
            "aftercare: cannot write to /proc/x",
        ),
    ],
)
def test_it_ends_in_one_clear_line(
    tmp_path: Path, words: tuple[str, ...], settings: dict[str, str], code: int, line: str
) -> None:
    done = aftercare(tmp_path, *words, **settings)
    assert done.returncode == code
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_it_says_when_the_database_does_not_answer(tmp_path: Path) -> None:
    url = f"postgres://u:hunter2@127.0.0.1:{free_port()}/aftercare"
    done = aftercare(tmp_path, "migrate", DATABASE_URL=url, SECRET_KEY="k" * 40)
    assert done.returncode == 1
    assert done.stderr.startswith("aftercare: migrate: the database does not answer as it should")
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_says_when_the_tables_are_missing(tmp_path: Path) -> None:
    done = aftercare(tmp_path, "member", "--clinic", "leafy", "--email", "jo@example.com", "--role", "staff")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("run `aftercare migrate`")


def test_it_makes_the_data_folder_and_the_key_only_when_they_are_needed(tmp_path: Path) -> None:
    aftercare(tmp_path, "help")
    assert list(tmp_path.iterdir()) == []
    aftercare(tmp_path, "migrate")
    assert {"aftercare.sqlite3", "secret-key"} <= {file.name for file in (tmp_path / "data").iterdir()}


def test_only_its_owner_reads_what_it_keeps(tmp_path: Path) -> None:
    aftercare(tmp_path, "migrate")
    data = tmp_path / "data"
    with sqlite3.connect(data / "aftercare.sqlite3") as database:
        # A reader keeps the companions in their place.
        database.execute("SELECT count(*) FROM django_migrations")
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in [data, *data.iterdir()]}
    assert modes.pop("data") == "0o700"
    assert {"aftercare.sqlite3-wal", "aftercare.sqlite3-shm"} <= set(modes)
    assert set(modes.values()) == {"0o600"}


@pytest.mark.parametrize(
    "words", [("migrate",), ("web",), ("member", "--clinic", "x", "--email", "a@b.test", "--role", "staff")]
)
def test_it_makes_no_key_beside_a_file_that_is_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "notes").write_text("These are my notes, and no database. " * 40)
    done = aftercare(tmp_path, *words, DATABASE_URL=f"sqlite:///{tmp_path}/notes")
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"aftercare: {words[0]}: the database does not answer as it should (file is not"
    )
    assert len(done.stderr.splitlines()) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["notes"]


def test_the_doctor_says_so_among_the_rest(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("These are my notes, and no database. " * 40)
    done = aftercare(tmp_path, "doctor", "--only", "database", DATABASE_URL=f"sqlite:///{tmp_path}/notes")
    assert "FAIL database: file is not a database" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        "help",
        PLAN,
    ],
)
@pytest.mark.parametrize(
    ("output", "line"),
    [
        (">/dev/full", "cannot write the output (No space left on device)"),
        (">&-", "standard output is closed"),
    ],
)
@pytest.mark.parametrize("buffering", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_it_says_when_its_output_cannot_be_written(
    tmp_path: Path, words: str, output: str, line: str, buffering: dict[str, str]
) -> None:
    shell = ["sh", "-c", f'"$@" {output}', "sh", *command(*words.split())]
    done = subprocess.run(
        shell, env=environment(tmp_path, **buffering), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"aftercare: {line}")
    assert len(done.stderr.splitlines()) == 1
