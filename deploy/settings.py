"""Settings: from the environment (`MADOGUCHI_…`), and secrets also from files (`MADOGUCHI_…_FILE`).

Nothing else reads the environment. Each setting is explained in `deploy/env.example`.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.channels.line.channel import LineChannel
from bot.web.licences import LicenceId

PREFIX = "MADOGUCHI_"
_SAFE_ADDRESS = re.compile(r"https://\S+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?\Z")
KEY_LENGTH = 32
TOKEN_LENGTH = 16
_CHANNEL = re.compile(r"^MADOGUCHI_LINE_([A-Z0-9_]+?)_(CHANNEL_SECRET|CHANNEL_SECRET_OLD|ACCESS_TOKEN)(_FILE)?$")
_BASIC_ID = re.compile(r"^MADOGUCHI_LINE_([A-Z0-9_]+?)_BASIC_ID$")


class SettingsError(Exception):
    """The settings can't be used; the message is a Japanese sentence that says which and why."""


class Settings(BaseModel):
    """What an operator sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["production", "development"] = "production"
    database_url: str = "sqlite:///var/madoguchi.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    hash_key: SecretStr = SecretStr("")
    hash_key_old: SecretStr = SecretStr("")
    """The key before, while it is replaced: whoever comes again moves to the new one."""
    line_api: str = "https://api.line.me"
    semantic: bool = False
    require_second_factor: bool | None = None
    """Whether staff need a second factor; unset: in production yes, in development no."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks, with commas between, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    client_address_header: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_trust_email: bool = False
    keep_questions_days: int = Field(default=365, ge=1, le=3650)
    keep_events_days: int = Field(default=30, ge=1, le=365)
    lookup_store_questions: bool = True
    public_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+/?)?$")
    open_data_licence: LicenceId = "CC-BY-4.0"
    smtp_host: str = ""
    """The mail server for the daily digest; empty: no mail is sent."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    allowed_hosts: str = ""
    """Names, with commas between, under which the service may be asked for (`*.city.example` too); empty: any."""
    transport_security: str = Field(default="max-age=31536000; includeSubDomains", pattern=r"^[A-Za-z0-9=;\- ]*$")
    """The header Strict-Transport-Security in production; empty: not sent."""
    metrics_token: SecretStr = SecretStr("")
    """Who sends this as bearer token may read /metrics; empty: in production nobody."""
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Where `madoguchi worker` tells its health and measures; 0: nowhere."""
    ready_backlog_seconds: int = Field(default=300, ge=30)
    """A process that answers people is not ready when somebody has waited longer."""
    cities_kept: int = Field(default=300, ge=1)
    """Municipalities whose index a process keeps ready (`bot.library.MOST_CITIES`)."""
    tracing: bool = False
    """Whether spans are sent to a collector (deploy/tracing.py)."""
    font: str = ""
    """A Japanese font file for the rich menus; empty: the best one that is installed."""

    @field_validator("hash_key", "hash_key_old")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < KEY_LENGTH:
            raise ValueError(f"{KEY_LENGTH} 文字以上にしてください")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < TOKEN_LENGTH:
            raise ValueError(f"{TOKEN_LENGTH} 文字以上にしてください")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            make_url(value)
        except ArgumentError:
            raise ValueError("sqlite:///… か postgresql://… の形にしてください") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        places = [place.strip() for place in value.split(",") if place.strip()]
        for place in places:
            try:
                ip_network(place)
            except ValueError:
                raise ValueError("IP アドレスか 10.0.0.0/8 の形を、コンマでつないでください") from None
        return ",".join(places)

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe_to_reach(cls, value: str) -> str:
        if value and not _SAFE_ADDRESS.match(value):
            raise ValueError("https://… の形にしてください")
        return value

    @model_validator(mode="after")
    def _provider_is_complete(self) -> Settings:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value())
        if any(given) and not all((*given, self.public_url or self.is_development)):
            raise ValueError("OIDC_ISSUER・OIDC_CLIENT_ID・OIDC_CLIENT_SECRET・PUBLIC_URL は、そろえて設定してください")
        return self

    @model_validator(mode="after")
    def _keys_differ(self) -> Settings:
        old = self.hash_key_old.get_secret_value()
        if old and old == self.hash_key.get_secret_value():
            raise ValueError("HASH_KEY と HASH_KEY_OLD には、ちがう鍵を入れてください")
        return self

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the service may be asked for; none: any."""
        return tuple(host.strip() for host in self.allowed_hosts.split(",") if host.strip())

    @property
    def is_development(self) -> bool:
        """Whether the simulator and the stand-in for LINE run beside the bot."""
        return self.mode == "development"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError for values that can't be used."""
    environment = os.environ if environment is None else environment
    try:
        return Settings.model_validate(dict(_given(environment)))
    except ValidationError as error:
        faults = "、".join(f"{PREFIX}{str((*e['loc'], '…')[0]).upper()}（{e['msg']}）" for e in error.errors())
        raise SettingsError(f"設定が正しくありません: {faults}") from None


def _given(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        if path := environment.get(f"{variable}_FILE"):
            yield name, _read_secret(path)
        elif variable in environment:
            yield name, environment[variable]


def _read_secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"ファイル {path} を読めません（{error.strerror}）。") from None


def read_channels(environment: Mapping[str, str] | None = None) -> dict[str, LineChannel]:
    """LINE channels by municipality, from `MADOGUCHI_LINE_<CITY>_CHANNEL_SECRET` and `…_ACCESS_TOKEN`.

    `…_CHANNEL_SECRET_OLD` is also accepted while a secret is being rotated. Raises SettingsError when a channel is
    incomplete or its secret too short.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if match := _CHANNEL.match(name):
            city = match[1].lower().replace("_", "-")
            values.setdefault(city, {})[match[2]] = _read_secret(value) if match[3] else value
    return {city: _channel(city, found) for city, found in sorted(values.items())}


def read_line_ids(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """LINE accounts (@…) by municipality, from `MADOGUCHI_LINE_<CITY>_BASIC_ID`; shown to people as QR codes.

    Raises SettingsError for what is no such id.
    """
    environment = os.environ if environment is None else environment
    found = {}
    for name, value in environment.items():
        if match := _BASIC_ID.match(name):
            if not re.fullmatch(r"@[A-Za-z0-9._-]{1,40}", value):
                raise SettingsError(f"{name} は @ で始まる ID（例: @123abcde）にしてください。")
            found[match[1].lower().replace("_", "-")] = value
    return found


def _channel(city: str, found: Mapping[str, str]) -> LineChannel:
    keys = (found.get("CHANNEL_SECRET", ""), found.get("CHANNEL_SECRET_OLD"))
    try:
        return LineChannel(tuple(key for key in keys if key is not None), found.get("ACCESS_TOKEN", ""))
    except ValueError:
        raise SettingsError(
            f"{city} の LINE の設定が足りません。チャネルシークレット（32文字以上）とアクセストークンの両方が必要です。"
        ) from None


def required_hash_key(settings: Settings) -> str:
    """The key that turns user ids into pseudonyms. Raises SettingsError when there is none."""
    key = settings.hash_key.get_secret_value()
    if not key:
        raise SettingsError(f"{PREFIX}HASH_KEY（{KEY_LENGTH} 文字以上）を設定してください。")
    return key


def development_secret(directory: Path, name: str) -> str:
    """A secret for this machine's trial run, made once and kept in a file that only its owner reads."""
    path = directory / name
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_LENGTH // 2))
    return path.read_text(encoding="utf-8").strip()
