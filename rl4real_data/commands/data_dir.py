"""The DATA_DIR of a command, which may be a URL.

A command works on a folder. Of a dataset behind a URL it is given a copy, which goes back where the command changes it.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rl4real_data.commands.console import calling, during
from rl4real_data.core.errors import LessThanAsked
from rl4real_data.episodes.file_names import INDEX_NAME

_URL = re.compile(r"([a-z][a-z0-9+.-]+):/+(?=[^/])")
"""What a Path has left of the beginning of a URL."""


def url_of(data_dir: Path) -> str | None:
    """The URL that a word of the command line was; None for a folder of this machine."""
    text = str(data_dir)
    match = _URL.match(text)
    if match is None or Path(match[1] + ":").exists():
        return None
    return None if match[1] == "file" else f"{match[1]}://{text[match.end() :]}"


@contextlib.contextmanager
def opened(
    data_dir: Path, *, is_written: bool = False, may_be_new: bool = False, without: str | None = None
) -> Iterator[Path]:
    """The folder itself, or a copy of what is behind the URL; `is_written`: what the body makes of it goes back.

    `without`: see `local_copy`.
    """
    url = url_of(data_dir)
    if url is None:
        yield data_dir
        return
    from rl4real_data.cluster.remote_dataset import local_copy, publish_copy

    with contextlib.ExitStack() as stack:
        with during(f"fetching {url}"):
            copy = local_copy(url, is_written=is_written, may_be_new=may_be_new, without=without)
            folder = stack.enter_context(copy)
        stack.enter_context(calling(folder, url))
        short: LessThanAsked | None = None
        try:
            yield folder
        except LessThanAsked as error:  # the dataset is there all the same
            short = error
        if is_written and (folder / INDEX_NAME).exists():
            with during(f"publishing {url}"):
                publish_copy(folder, url)
        if short is not None:
            raise short


def takes_urls(*, is_written: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """For commands whose first argument is a DATA_DIR."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def on_a_folder(data_dir: Path, *words: Any, **options: Any) -> None:
            with opened(data_dir, is_written=is_written) as folder:
                command(folder, *words, **options)

        return on_a_folder

    return decorate
