"""Errors of a run, which are no module's own failure.

    Rl4realError
    ├── UsageError            exit 2   a word on the command line, in the environment or in `.env`
    ├── ManifestError         exit 2   a corpus manifest
    ├── VocabularyError       exit 2   a vocabulary file
    ├── SourceError           exit 1   a corpus whose source cannot be had
    │   └── CacheError        exit 1   the cache of corpora cannot be used: no other source helps
    ├── DatasetError          exit 1   a DATA_DIR that cannot be used as asked
    ├── HostError             exit 1   this machine: no room, no memory, a file that is gone or another one
    ├── EngineError           exit 1   what runs the tasks of a run on several machines is gone or fails
    ├── StoreError            exit 1   the folder or bucket of a run: full, out of reach, forbidden, somebody else's
    ├── LessThanAsked         exit 3   finished, without all that was asked for
    │   ├── TooManyFailures   exit 3   finished, with more failed modules than allowed
    │   └── TooLittleKnown    exit 3   finished, with a vocabulary that lacks more than the recipe allows
    ├── ValidationFailed      exit 4   `validate` found something, or `evaluate --run` wrong code
    ├── ToolchainError        exit 5   clang, its headers or the plugin
    ├── MissingExtra          exit 5   an optional package, which is a tool that is missing too; also an ImportError
    └── Interrupted           exit 130 Ctrl-C

Each carries what is wrong (`str(error)`, one line, to be quoted in other messages) and what to do next: `hint`, which
tracebacks, logs and notebooks show as a note. A module that does not compile is no exception: it is a `Failure` row in
`modules.parquet`; what is the machine's fault and not the module's is never such a row, but a `HostError`.
"""

from __future__ import annotations

__all__ = [
    "CacheError",
    "DatasetError",
    "EngineError",
    "HostError",
    "Interrupted",
    "LessThanAsked",
    "ManifestError",
    "MissingExtra",
    "Rl4realError",
    "SourceError",
    "StoreError",
    "TooLittleKnown",
    "TooManyFailures",
    "ToolchainError",
    "UsageError",
    "ValidationFailed",
    "VocabularyError",
]

from typing import ClassVar, Final, Self

from rl4real_data.core.shown_text import shown_lines

HINT_SIGN: Final = "next: "


class Rl4realError(Exception):
    """A run error: `message` says what and where, `hint` says what to do next; without one, what helps all its kind."""

    exit_code: ClassVar[int] = 1
    usual_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(shown_lines(message))  # it may quote a file that somebody else has written
        self.hint = shown_lines(hint or self.usual_hint)
        if self.hint:
            self.add_note(HINT_SIGN + self.hint)


class UsageError(Rl4realError):
    """A word of the command line, the environment or `.env` that cannot be used."""

    exit_code = 2


class ManifestError(Rl4realError):
    """A corpus manifest with problems; the message lists all of them."""

    exit_code = 2
    usual_hint = "mend it; `rl4real-data corpus add FOLDER` writes a valid one to compare with"


class VocabularyError(Rl4realError):
    """A vocabulary file that cannot be read, or does not fit the dataset."""

    exit_code = 2
    usual_hint = "name another file, or the target (x86, aarch64) for the shipped one; `vocab train` learns a new one"


class SourceError(Rl4realError):
    """A corpus whose source cannot be had, or is not what its manifest says."""

    exit_code = 1


class CacheError(SourceError):
    """The cache that sources and built plugins are kept in cannot be used: full, or not writable."""


class DatasetError(Rl4realError):
    """A DATA_DIR that cannot be read, or cannot be written as asked."""

    exit_code = 1


class HostError(Rl4realError):
    """This machine is unfit for the work: no room, no memory, a file or a tool that is gone or another one.

    No fault of a module or of a dataset, so it is written down nowhere: the run stops, and resumes once that is mended.
    """

    exit_code = 1
    usual_hint = "mend that, then run the same command again: it resumes"

    @classmethod
    def of(cls, error: OSError, *, doing: str) -> Self:
        """What the system said while `doing`, such as "writing the part of a.c"."""
        where = f" ({error.filename})" if error.filename else ""
        return cls(f"{doing}: {error.strerror or error}{where}")


class EngineError(Rl4realError):
    """The engine of a run, such as a Dask cluster, cannot be reached, has nobody who works, or fails again and again.

    What was made lies in the run's store: the same command goes on from there.
    """

    exit_code = 1
    usual_hint = "see that the engine and its workers run, then run the same command again: it resumes"


class StoreError(Rl4realError):
    """The store of a run cannot be read or written as asked."""

    exit_code = 1
    usual_hint = (
        "check its address, its room and the credentials (such as AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL), then run the "
        "same command again: it resumes"
    )


class LessThanAsked(Rl4realError):
    """The dataset is whole, but a corpus that was asked for could not be had, or there is no episode in it."""

    exit_code = 3


class TooManyFailures(LessThanAsked):
    """The dataset is whole, but more modules failed than the run allows."""


class TooLittleKnown(LessThanAsked):
    """The dataset is whole, but its vocabulary knows less of the instructions than the recipe asks for."""


class ValidationFailed(Rl4realError):
    """A difference from what is promised: of a dataset, found by `validate`; of a program, by `evaluate --run`."""

    exit_code = 4


class Interrupted(Rl4realError):
    """The user pressed Ctrl-C; nothing is left running and nothing is lost."""

    exit_code = 130


class ToolchainError(Rl4realError):
    """No clang that can be used, no headers, or a plugin that does not build or load."""

    exit_code = 5


class MissingExtra(Rl4realError, ImportError):
    """An optional package is not installed; the hint names the extra that brings it.

    What was asked for is right, and installing something mends it: the exit code is that of a missing compiler.
    """

    exit_code = 5
