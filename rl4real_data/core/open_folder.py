"""A folder held open.

What lies in it is reached from it, name by name, and no link on the way is followed.

A DATA_DIR may come from elsewhere, with links in it that lead anywhere; whoever writes, deletes or reads by a path
would follow them. There is one exception, for reading alone: a link to a plain file whose own name is the hash of its
content, which is how a content-addressed cache (that of huggingface_hub, git-annex) lays out what it was asked for.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final
from uuid import uuid4

from rl4real_data.core.atomic_files import sync_opened

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a FIFO or a device must not make us wait
_LOCK: Final = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
GONE: Final = ".gone-"
"""How the names of folders begin that are being deleted."""
_HASH: Final = re.compile(r"(?:SHA256E?-s[0-9]+--)?(?:[0-9a-f]{40}|[0-9a-f]{64})(?:\.[a-z0-9]{1,8})?")


class NotFollowed(OSError):
    """A link, or something else that is no plain file or folder, where one was expected."""


class OpenFolder(contextlib.AbstractContextManager["OpenFolder"]):
    """The folder at `path`, which may be a link itself: it is the user's own word.

    Names have no `..` and begin with no `/`. FileNotFoundError for what is not there, NotFollowed for a link and
    for what is neither file nor folder.
    """

    def __init__(self, path: Path, *, descriptor: int | None = None) -> None:
        self.path: Final = path
        self.descriptor: Final = os.open(path, _FOLDER) if descriptor is None else descriptor

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.descriptor)

    def folder(self, name: str, *, make: bool = False) -> OpenFolder:
        """The folder `name` in this one; `make`: made if it is not there."""
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=self.descriptor)
        try:
            descriptor = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self.descriptor)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise self._not_followed(name, "folder") from None
            raise
        return OpenFolder(self.path / name, descriptor=descriptor)

    @contextlib.contextmanager
    def parent_of(self, name: str, *, make: bool = False) -> Iterator[tuple[OpenFolder, str]]:
        """The folder that `name` (`a/b/c`) lies in, and the last of its words."""
        with contextlib.ExitStack() as stack:
            place = self
            *folders, last = name.split("/")
            for word in folders:
                place = stack.enter_context(place.folder(word, make=make))
            yield place, last

    def open_file(self, name: str) -> int:
        """A descriptor for reading the plain file `name`."""
        with self.parent_of(name) as (place, last):
            try:
                descriptor = os.open(last, _FILE | os.O_NOFOLLOW, dir_fd=place.descriptor)
            except OSError as error:
                if error.errno not in (errno.ELOOP, errno.ENXIO):  # a link; a socket
                    raise
                descriptor = place._open_stored(last)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._not_followed(name, "file")
        return descriptor

    def _open_stored(self, name: str) -> int:
        """What the link `name` stands for, if it lies in a content-addressed cache. Nothing else is even opened."""
        real = Path(os.path.realpath(f"/proc/self/fd/{self.descriptor}/{name}"))
        if not _HASH.fullmatch(real.name):
            raise self._not_followed(name, "file")
        return os.open(real, _FILE | os.O_NOFOLLOW)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[int]:
        """The descriptor of `open_file`, closed behind the body."""
        descriptor = self.open_file(name)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, name: str, *, at_most: int) -> bytes:
        """All of a small file; its first `at_most` bytes if it is none."""
        with self.opened(name) as descriptor, open(descriptor, "rb", closefd=False) as stream:
            return stream.read(at_most)

    def names(self) -> list[tuple[str, bool]]:
        """The name of everything in it, in order, and whether it is a plain file."""
        with os.scandir(self.descriptor) as entries:
            return sorted((entry.name, entry.is_file(follow_symlinks=False)) for entry in entries)

    def walk(self, prefix: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """Name (`a/b/c`) and state of everything below that is no folder, links as they are. Files may go meanwhile."""
        for name, _ in self.names():
            with contextlib.suppress(FileNotFoundError):
                state = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
                if not stat.S_ISDIR(state.st_mode):
                    yield prefix + name, state
                    continue
                with self.folder(name) as below:
                    yield from below.walk(f"{prefix}{name}/")

    def remove(self, name: str) -> None:
        """Deletes whatever has that name: a link and not what it leads to, a folder with all that it holds.

        A folder gets another name first: somebody who still writes into it cannot keep its place occupied.
        """
        try:
            is_folder = stat.S_ISDIR(os.stat(name, dir_fd=self.descriptor, follow_symlinks=False).st_mode)
        except FileNotFoundError:
            return
        if not is_folder:
            os.unlink(name, dir_fd=self.descriptor)
            return
        gone = f"{GONE}{uuid4().hex}"
        os.rename(name, gone, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        shutil.rmtree(gone, ignore_errors=True, dir_fd=self.descriptor)

    def move(self, name: str, target: OpenFolder, *, to: str) -> None:
        """Renames the file `name` over `to` in another folder: it appears whole or not at all."""
        with self.parent_of(name) as (here, last), target.parent_of(to, make=True) as (there, new):
            os.replace(last, new, src_dir_fd=here.descriptor, dst_dir_fd=there.descriptor)

    def write(self, name: str, content: bytes) -> None:
        """The plain file `name` with that content, whole or not at all. The content is on the disk before the name."""
        draft = f".{name}.{uuid4().hex}"
        options = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            with open(os.open(draft, options, 0o666, dir_fd=self.descriptor), "wb") as stream:
                stream.write(content)
                stream.flush()
                sync_opened(stream.fileno())
            os.replace(draft, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=self.descriptor)

    def open_appending(self, name: str) -> int:
        """A descriptor for reading the plain file `name` and adding to its end; made if it is not there."""
        options = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(name, options, 0o666, dir_fd=self.descriptor)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                raise self._not_followed(name, "file") from None
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._not_followed(name, "file")
        return descriptor

    def sync(self) -> None:
        """Waits until its names are on the disk."""
        sync_opened(self.descriptor)

    def sync_all(self) -> None:
        """Waits until all that lies in it is on the disk, contents and names."""
        for name, is_file in self.names():
            if is_file:
                with self.opened(name) as descriptor:
                    sync_opened(descriptor)
            else:
                with self.folder(name) as folder:
                    folder.sync_all()
        self.sync()

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Holds the lock file `name` while the body runs; yields False at once if somebody else holds it."""
        try:
            descriptor = os.open(name, _LOCK | os.O_NOFOLLOW, 0o666, dir_fd=self.descriptor)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                raise self._not_followed(name, "file") from None
            raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)

    def _not_followed(self, name: str, wanted: str) -> NotFollowed:
        return NotFollowed(errno.ELOOP, f"it is a link, or no plain {wanted}", str(self.path / name))
