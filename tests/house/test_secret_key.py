"""The signing key that an embedded installation makes for itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.environment import Environment
from config.faults import SettingsFault
from config.secret_key import secret_key


def embedded(folder: Path) -> Environment:
    return Environment(database_url=f"sqlite:///{folder}/data/aftercare.sqlite3", secret_key=None)


def test_it_makes_one_key_and_keeps_it(tmp_path: Path) -> None:
    first = secret_key(embedded(tmp_path))
    assert len(first) >= 50
    assert secret_key(embedded(tmp_path)) == first


def test_it_lets_nobody_else_read_it(tmp_path: Path) -> None:
    secret_key(embedded(tmp_path))
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret-key"]
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_it_makes_one_key_when_many_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(secret_key, [embedded(tmp_path)] * 64))) == 1


def test_it_asks_for_one_where_several_machines_share_a_database() -> None:
    shared = Environment(database_url="postgres://db.example.com/aftercare", secret_key=None)
    with pytest.raises(SettingsFault, match="SECRET_KEY: is needed with a database server"):
        secret_key(shared)
