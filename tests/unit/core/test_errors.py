"""Errors of the library in the hands of a user: what they say, what they carry, and how they travel."""

from __future__ import annotations

import inspect
import pickle
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import joblib
import pytest

from rl4real_data.core import errors
from rl4real_data.core.errors import DatasetError, HostError, ManifestError, MissingExtra, Rl4realError, VocabularyError

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Rl4realError)]


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("kind", CLASSES)
def test_a_traceback_shows_the_hint_once(kind: type[Rl4realError]) -> None:
    error = kind("what is wrong", hint="what to do")

    assert str(error) == "what is wrong"
    assert shown(error).endswith(f"{kind.__name__}: what is wrong\nnext: what to do\n")
    assert shown(error).count("what to do") == 1


def test_without_a_hint_there_is_no_note() -> None:
    assert shown(DatasetError("what is wrong")).endswith("DatasetError: what is wrong\n")


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_can_be_pickled(kind: type[Rl4realError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what is wrong", hint="what to do")))

    assert (type(error), str(error), error.hint) == (kind, "what is wrong", "what to do")
    assert error.__notes__ == ["next: what to do"]


def test_what_the_system_said_tells_what_was_done_and_where() -> None:
    error = HostError.of(OSError(28, "No space left on device", "/d/part"), doing="writing the part of a.c")

    assert str(error) == "writing the part of a.c: No space left on device (/d/part)"
    assert error.hint == "mend that, then run the same command again: it resumes"


def test_every_class_is_public() -> None:
    assert {kind.__name__ for kind in CLASSES} == set(errors.__all__)


def test_a_missing_extra_is_an_import_error() -> None:
    """So that `except ImportError`, and pytest's `importorskip`, know it."""
    with pytest.raises(ImportError, match="what is wrong"):
        raise MissingExtra("what is wrong", hint="what to do")


# From other processes


def fail(_: int = 0) -> None:
    raise DatasetError("what is wrong", hint="what to do")


class Failing:
    """What torch takes for a dataset."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, number: int) -> int:
        fail(number)
        return number


def test_from_an_executor() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(DatasetError) as caught:
        pool.submit(fail).result(timeout=60)

    assert caught.value.hint == "what to do"
    assert caught.value.__notes__ == ["next: what to do"]


def test_from_joblib() -> None:
    with pytest.raises(DatasetError) as caught:
        joblib.Parallel(n_jobs=2, backend="threading")(joblib.delayed(fail)(i) for i in range(2))

    assert (str(caught.value), caught.value.hint) == ("what is wrong", "what to do")


@pytest.mark.large
def test_from_a_worker_of_torch() -> None:
    """Torch makes a new error of the same class, whose message is the worker's traceback."""
    from torch.utils.data import DataLoader

    with pytest.raises(DatasetError, match=r"(?s)DatasetError: what is wrong\nnext: what to do"):
        list(DataLoader(Failing(), num_workers=1))


@pytest.mark.parametrize("kind", [ManifestError, VocabularyError])
def test_a_broken_file_always_says_what_helps(kind: type[Rl4realError]) -> None:
    assert kind("broken").hint == kind.usual_hint != ""
    assert kind("broken", hint="something better").hint == "something better"
