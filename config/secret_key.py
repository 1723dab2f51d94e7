"""The key that signs sessions and links: set by the operator, or made once beside the embedded database."""

import os
import secrets
from pathlib import Path
from tempfile import mkstemp

from config.environment import Environment
from config.faults import SettingsFault


def secret_key(env: Environment) -> str:
    """Raises SettingsFault where no key is set and several machines would each make their own."""
    if env.secret_key:
        return env.secret_key.get_secret_value()
    if not env.database_url.startswith("sqlite:"):
        raise SettingsFault(
            "SECRET_KEY: is needed with a database server, the same on every machine;"
            f" for example SECRET_KEY={secrets.token_urlsafe(38)}"
        )
    return _kept(env.data_dir / "secret-key")


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = mkstemp(dir=file.parent, prefix=f".{file.name}-")  # readable by its owner alone
        os.write(handle, secrets.token_urlsafe(38).encode())
        os.close(handle)
        try:
            # Pages and worker start together: the link is made by one of them, and both read it.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return file.read_text().strip()
