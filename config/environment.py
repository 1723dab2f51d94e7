"""Every setting of an installation: from the environment, `.env`, or a file named by NAME_FILE."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import Original, parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from config.addresses import is_loopback, origin_fault, proxies_fault
from config.database import DEFAULT_DATABASE_URL, database_fault, sqlite_file
from config.email import email_fault, webhook_fault
from config.faults import SettingsFault
from config.twilio import twilio_faults

Value = TypeVar("Value")
BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = BASE_DIR / ".env"
SENDER = re.compile(r"\+[1-9]\d{6,14}|[1-9]\d{2,7}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
ADDRESS = re.compile(r"(?:[^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?")
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


def given_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What `.env` and the environment say; the environment wins, and an empty value is none."""
    values = {**dotenv_values(ENV_FILE), **environ}
    return {name: value for name, value in values.items() if value}


def env_file_names() -> list[str]:
    """The names that `.env` sets, in its order."""
    return list(dotenv_values(ENV_FILE))


def env_file_faults() -> list[str]:
    """A line for each line of `.env` that cannot be read: what it wanted to set would silently not be set."""
    if not ENV_FILE.is_file():
        return []
    with ENV_FILE.open(encoding="utf-8", errors="replace") as lines:
        wrong = [found.original for found in parse_stream(lines) if found.error]
    return [
        f".env: line {_line_of(found)} cannot be read; write it as NAME=value, quoted where it has spaces"
        for found in wrong
    ]


def _line_of(found: Original) -> int:
    """Blank lines before a statement count as its beginning."""
    blank = len(found.string) - len(found.string.lstrip())
    return found.line + found.string[:blank].count("\n")


class SecretFiles(PydanticBaseSettingsSource):
    """NAME_FILE=path stands for NAME=the file's content, for every setting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = field_name.upper()
        given = given_settings(os.environ)
        path = given.get(f"{name}_FILE")
        if not path:
            return None, field_name, False
        if given.get(name):
            raise SettingsFault(f"{name}: set either {name} or {name}_FILE, not both")
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsFault(
                f"{name}_FILE: cannot read {path} ({getattr(error, 'strerror', 'not text')});"
                f" for example {name}_FILE=/run/secrets/{name.lower()}"
            ) from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self._fields()}
        return {name: value for name, value in found.items() if value is not None}

    def _fields(self) -> list[tuple[str, FieldInfo]]:
        return list(self.settings_cls.model_fields.items())


class Environment(BaseSettings):
    """What an installation may set. The examples are what a person sees beside a fault."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(
        DEFAULT_DATABASE_URL, examples=["postgres://aftercare:PASSWORD@db:5432/aftercare"]
    )
    secret_key: SecretStr | None = Field(None, examples=["50 random letters and digits"])
    public_url: str = Field("http://127.0.0.1:8000", examples=["https://aftercare.example.com"])
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        [], examples=["aftercare.example.com,www.example.com"]
    )
    twilio_account_sid: str | None = Field(None, examples=["AC0123456789abcdef0123456789abcdef"])
    twilio_auth_token: SecretStr | None = Field(None, examples=["the auth token of the account"])
    twilio_api_key: str | None = Field(None, examples=["SK0123456789abcdef0123456789abcdef"])
    twilio_api_secret: SecretStr | None = Field(None, examples=["the secret of the API key"])
    twilio_messaging_service_sid: str | None = Field(None, examples=["MG0123456789abcdef0123456789abcdef"])
    twilio_from: str | None = Field(None, examples=["+447700900123"])
    twilio_api_base_url: str = Field("https://api.twilio.com", examples=["https://api.twilio.com"])
    email_url: SecretStr | None = Field(
        None, examples=["smtp://user:PASSWORD@mail.example.com:587/?tls=starttls"]
    )
    #: an email provider's reports are believed with it: its signing key, or NAME:PASSWORD from the address
    email_webhook_secret: SecretStr | None = Field(None, examples=["reports:32 random letters and digits"])
    default_from_email: str | None = Field(None, examples=["Riverside Clinic <aftercare@example.com>"])
    sms_rate_per_second: float = Field(1.0, gt=0, le=100_000, examples=["1"])
    log_format: Literal["console", "json"] = Field("console", examples=["json"])
    #: the proxies that are believed about scheme and address of their callers
    forwarded_allow_ips: str = Field("127.0.0.1,::1", examples=["192.0.2.10"])
    web_concurrency: int = Field(2, ge=1, le=64, examples=["2"])
    metrics_token: SecretStr | None = Field(None, min_length=16, examples=["32 random letters and digits"])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, SecretFiles(settings_cls), env_settings, dotenv_settings

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        return _refuse(value, database_fault(value))

    @field_validator("secret_key")
    @classmethod
    def _long_key(cls, value: SecretStr | None) -> SecretStr | None:
        short = value is not None and len(value.get_secret_value()) < 32
        return _refuse(value, "is shorter than 32 characters" if short else None)

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        return _refuse(value.rstrip("/"), origin_fault(value.rstrip("/")))

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _proxies(cls, value: str) -> str:
        return _refuse(value, proxies_fault(value))

    @field_validator("twilio_api_base_url")
    @classmethod
    def _provider(cls, value: str) -> str:
        value = value.rstrip("/")
        plain = value.startswith("http:") and not is_loopback(value)
        return _refuse(value, origin_fault(value) or ("must be https" if plain else None))

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        hosts = [host.strip() for host in value.split(",") if host.strip()]
        wrong = next((host for host in hosts if not HOST.fullmatch(host)), None)
        return _refuse(hosts, f"{wrong!r} is not a host name (no scheme, port or path)" if wrong else None)

    @field_validator("twilio_account_sid", "twilio_api_key", "twilio_messaging_service_sid")
    @classmethod
    def _sid(cls, value: str | None, info: Any) -> str | None:
        start = {"twilio_account_sid": "AC", "twilio_api_key": "SK"}.get(info.field_name, "MG")
        wrong = value is not None and not re.fullmatch(start + r"\w+", value)
        return _refuse(value, f"does not look like an identifier that begins with {start}" if wrong else None)

    @field_validator("twilio_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        wrong = value is not None and not SENDER.fullmatch(value)
        return _refuse(
            value, "is neither a number with its country code nor a sender name" if wrong else None
        )

    @field_validator("email_url")
    @classmethod
    def _mail(cls, value: SecretStr | None) -> SecretStr | None:
        return _refuse(value, email_fault(value.get_secret_value()) if value else None)

    @field_validator("default_from_email")
    @classmethod
    def _from(cls, value: str | None) -> str | None:
        wrong = value is not None and not ADDRESS.fullmatch(value)
        return _refuse(value, "is not an email address" if wrong else None)

    @property
    def data_dir(self) -> Path:
        """Where the installation keeps its files: beside the embedded database."""
        file = sqlite_file(self.database_url, BASE_DIR)
        return file.parent if file else BASE_DIR / "data"

    @property
    def hosts(self) -> list[str]:
        """Loopback is always among them: health checks ask there."""
        chosen = self.allowed_hosts or [urlsplit(self.public_url).hostname or ""]
        return list(dict.fromkeys([*chosen, "localhost", "127.0.0.1", "[::1]"]))

    @property
    def from_email(self) -> str:
        host = urlsplit(self.public_url).hostname or "localhost"
        return self.default_from_email or f"aftercare@{'localhost' if is_loopback(self.public_url) else host}"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https:")


def _refuse(value: Value, fault: str | None) -> Value:
    if fault:
        raise ValueError(fault)
    return value


def load_environment() -> Environment:
    """Raises SettingsFault with one line for each wrong setting; never repeats a secret."""
    if unreadable := env_file_faults():
        raise SettingsFault(*unreadable)
    try:
        env = Environment()
    except ValidationError as error:
        raise SettingsFault(*(_sentence(fault) for fault in error.errors())) from None
    if faults := [*twilio_faults(env), *_webhook_faults(env)]:
        raise SettingsFault(*faults)
    return env


def _webhook_faults(env: Environment) -> list[str]:
    if not env.email_webhook_secret:
        return []
    url = env.email_url.get_secret_value() if env.email_url else None
    fault = webhook_fault(url, env.email_webhook_secret.get_secret_value())
    example = (Environment.model_fields["email_webhook_secret"].examples or [""])[0]
    return [f"EMAIL_WEBHOOK_SECRET: {fault}; for example EMAIL_WEBHOOK_SECRET={example}"] if fault else []


def _sentence(fault: Any) -> str:
    field = str(fault["loc"][0])
    name, example = field.upper(), (Environment.model_fields[field].examples or [""])[0]
    what = fault["msg"].removeprefix("Value error, ")
    return f"{name}: {what[0].lower()}{what[1:]}; for example {name}={example}"
