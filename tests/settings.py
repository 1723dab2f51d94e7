"""The project's settings as tests see them: nothing of the developer's own environment, fast passwords."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from config import environment

for name in environment.Environment.model_fields:
    os.environ.pop(name.upper(), None)
    os.environ.pop(f"{name.upper()}_FILE", None)
environment.ENV_FILE = Path(os.devnull)
environment.Environment.model_config["env_file"] = None

FOLDER = Path(tempfile.mkdtemp(prefix="aftercare-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER}/aftercare.sqlite3"
os.environ["SECRET_KEY"] = "tests-" * 8

# pytest-django wants the settings before any conftest; its parallel workers inherit the address.
if "--postgres" in sys.argv and "TEST_POSTGRES_URL" not in os.environ:
    from tests.support.postgres import start_postgres

    os.environ["TEST_POSTGRES_URL"] = start_postgres()
if url := os.environ.get("TEST_POSTGRES_URL"):
    os.environ["DATABASE_URL"] = url

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

if not url:
    # A file, not memory: write-ahead log, IMMEDIATE transactions and threads are then the real ones.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
