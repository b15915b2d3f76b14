"""The settings of the environment and of `.env`, tried out before a run stumbles over them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rl4real_data.core.environment import Environment
from rl4real_data.toolchain.check import Check

_SCHEMES: Final = ("http", "https", "file")


def setting_checks(environment: Environment) -> tuple[Check, ...]:
    """A check for each setting that is wrong, by its name; one that is fine if none is."""
    wrong = (*_wrong_folders(environment), *_wrong_addresses(environment))
    return wrong or (Check(name="settings", ok=True, detail=f"the cache is {environment.cache_dir}"),)


def _wrong_folders(environment: Environment) -> Iterator[Check]:
    if problem := _problem_of_writing(environment.cache_dir):
        yield Check(
            name=environment.cache_setting,
            ok=False,
            is_setting=True,
            detail=f"the cache {environment.cache_dir} cannot be used: {problem}",
            remedy="set RL4REAL_DATA_CACHE to a folder that can be written to",
        )
    if environment.data_dir is not None and (problem := _problem_of_making(environment.data_dir)):
        yield Check(
            name="DATA_DIR",
            ok=False,
            is_setting=True,
            detail=f"{environment.data_dir} cannot be written: {problem}",
            remedy="set DATA_DIR to a folder that can be made or written to, or unset it: --data-dir wins over it",
        )
    if environment.config_dir is not None and not environment.config_dir.is_dir():
        yield Check(
            name="CONFIG_DIR",
            ok=False,
            is_setting=True,
            detail=f"{environment.config_dir} is no folder",
            remedy="set CONFIG_DIR to the RL4ReAl fork's configuration, or unset it: nothing else needs it",
        )


def _wrong_addresses(environment: Environment) -> Iterator[Check]:
    addresses = {
        "RL4REAL_DATA_MIRROR": environment.mirror,
        "RL4REAL_DATA_PYPI": environment.pypi,
        "RL4REAL_DATA_NPM": environment.npm,
    }
    for name, address in addresses.items():
        if address is not None and not _is_address(address):
            yield Check(
                name=name,
                ok=False,
                is_setting=True,
                detail=f"no address that begins with {', '.join(f'{scheme}:' for scheme in _SCHEMES)}",
                remedy=f"correct {name}, or unset it",
            )


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in _SCHEMES
    except ValueError:
        return False


def _problem_of_writing(folder: Path) -> str:
    """Why no file can be made in the folder, or nothing; the folder is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _problem_of_making(folder: Path) -> str:
    """Why the folder can neither be written nor made, or nothing; it is not made."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(path))
    if not place.is_dir():
        return f"{place} is no folder"
    return "" if os.access(place, os.W_OK) and place != Path("/proc") else f"{place} cannot be written to"
