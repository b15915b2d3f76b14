"""Settings from the environment and `.env`.

Nothing else reads them. Order: flag > environment > `.env`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from rl4real_data.core.errors import UsageError

RL4REAL_KEYS: Final = ("MODEL_DIR", "BUILD_DIR", "MODEL_PATH", "CONFIG_DIR", "DATA_DIR")
"""The keys of RL4ReAl's `.env`. The flow uses BUILD_DIR, CONFIG_DIR and DATA_DIR; the MODEL ones name policies."""

CACHE_KEY: Final = "RL4REAL_DATA_CACHE"
_XDG_CACHE: Final = "XDG_CACHE_HOME"
OWN_KEYS: Final = tuple(f"RL4REAL_DATA_{word}" for word in ("CACHE", "MIRROR", "PYPI", "NPM", "JOBS"))


def do_without_threads_of_numpy() -> None:
    """To be called before numpy is imported. Its threads have nothing to do in a command, and wait by turning.

    Whoever sets OPENBLAS_NUM_THREADS has his way.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def do_without_telemetry() -> None:
    """To be called before ONNX Runtime is loaded: it would open a database, start threads and look for a network."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment and `.env` say; None where they say nothing. `cache_setting`: what names the cache."""

    data_dir: Path | None
    build_dir: Path | None
    config_dir: Path | None
    model_dir: Path | None
    model_path: Path | None
    cache_dir: Path
    cache_setting: str
    mirror: str | None
    pypi: str | None
    npm: str | None
    jobs: int
    search_path: str


def load_environment(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None) -> Environment:
    """Reads the process's environment over the `.env` of the working folder. UsageError names every bad value."""
    environ = os.environ if environ is None else environ
    dotenv = Path(".env") if dotenv is None else dotenv
    from_file = _read_dotenv(dotenv)

    def value(key: str) -> str | None:
        return environ.get(key) or from_file.get(key) or None

    def path(key: str) -> Path | None:
        text = value(key)
        return Path(text).expanduser() if text else None

    return Environment(
        data_dir=path("DATA_DIR"),
        build_dir=path("BUILD_DIR"),
        config_dir=path("CONFIG_DIR"),
        model_dir=path("MODEL_DIR"),
        model_path=path("MODEL_PATH"),
        cache_dir=path(CACHE_KEY) or _user_cache(environ),
        cache_setting=next((key for key in (CACHE_KEY, _XDG_CACHE) if value(key)), "HOME"),
        mirror=value("RL4REAL_DATA_MIRROR"),
        # pip's own variable may hold a password, which pip does not give away when it is asked.
        pypi=value("RL4REAL_DATA_PYPI") or environ.get("PIP_INDEX_URL") or None,
        npm=value("RL4REAL_DATA_NPM"),
        jobs=_jobs(value("RL4REAL_DATA_JOBS")),
        search_path=environ.get("PATH", os.defpath),
    )


def _read_dotenv(path: Path) -> Mapping[str, str | None]:
    if not path.is_file():
        return {}
    try:
        return dotenv_values(path)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", hint="mend or remove the file") from error


def _user_cache(environ: Mapping[str, str]) -> Path:
    base = environ.get(_XDG_CACHE)
    return (Path(base) if base else Path.home() / ".cache") / "rl4real-data"


def state_dir() -> Path | None:
    """The user's own folder for what must outlive the cache; None if there is no home. `.env` has no say in it."""
    base = os.environ.get("XDG_STATE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "state") / "rl4real-data"
    except RuntimeError:  # no HOME, and the user is in no list
        return None


def _jobs(text: str | None) -> int:
    if text is None:
        return len(os.sched_getaffinity(0))
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise UsageError(f"RL4REAL_DATA_JOBS={text}: not a number of jobs", hint="set it to 1 or more, or unset it")
    return int(text)
