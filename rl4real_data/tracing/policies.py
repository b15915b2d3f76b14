"""The policies of a trace of eviction or priority.

Each as the plugin's flags for one module.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.decided_compile import served
from rl4real_data.live.messages import Message, NoAdvice
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.live.onnx_sessions import open_model
from rl4real_data.live.policies.function import load_function
from rl4real_data.live.wires import Wire
from rl4real_data.mlgo.policies.onnx_model import TASK_KEY
from rl4real_data.stages.job import ModuleJob
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import FEATURES, Task

DEFAULT: Final = "default"
RANDOM: Final = "random"
REPLAY: Final = "replay:"
FORMS: Final = "default, random, replay:DATA_DIR, an ONNX file, or module:function"
PATIENCE_MS: Final = 600_000
"""An answer that comes late is none: a dataset must not depend on how busy a machine is."""
_FUNCTION: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


class TracePolicy(Protocol):
    """`name` is for people, `sha256` of all that decides; a fault of the policy's own ends the run."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    def flags(self, job: ModuleJob, scratch: Path) -> tuple[str, ...]: ...
    def check(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPolicy:
    """One whose flags are the same for all modules; without any it is LLVM's own."""

    name: str
    sha256: str
    always: tuple[str, ...] = ()

    def flags(self, job: ModuleJob, scratch: Path) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """The plugin's."""
        return self.always

    def check(self) -> None:
        """Nothing of it can go wrong here."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTrace:
    """The decisions of another trace dataset, by corpus and module."""

    name: str
    sha256: str
    decisions: Mapping[tuple[str, str], Mapping[str, list[int]]]

    def flags(self, job: ModuleJob, scratch: Path) -> tuple[str, ...]:
        """Those of the module, in a file of its own."""
        path = scratch / "replayed.ndjson"
        functions = self.decisions.get((job.module.corpus, job.module.name), {})
        lines = [json.dumps({"function": name, "decisions": list(told)}) for name, told in functions.items()]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return (f"-mlra-trace-replay={path}",)

    def check(self) -> None:
        """Nothing of it can go wrong here."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass(kw_only=True)
class ServedFunction:
    """A function of the user's own, behind a pipe for each module: `function(features, context)` returns a number."""

    name: str
    sha256: str
    task: Task
    function: Callable[[Mapping[str, np.ndarray[Any, Any]], str], float]
    _open: ExitStack = field(default_factory=ExitStack)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _error: Exception | None = None

    def flags(self, job: ModuleJob, scratch: Path) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """A pipe in the scratch folder: a confined compiler writes nowhere else."""
        with self._lock:
            name = self._open.enter_context(served(self._answer, wire=Wire.BYTES, folder=scratch))
        return (f"-mlra-trace-pipe={scratch / name}", f"-mlra-time-limit={PATIENCE_MS}")

    def _answer(self, message: Message) -> float | int:
        told = dict(message)
        context = str(told.pop("context"))
        shapes = {spec.name: spec.shape for spec in FEATURES[self.task]}
        features = {name: np.asarray(value).reshape(shapes[name]) for name, value in told.items()}
        try:
            advice = self.function(features, context)
            return float(advice) if self.task is Task.PRIORITY else int(advice)
        except NoAdvice:
            raise
        except Exception as error:  # whatever a user's function raises is told once the compiler has ended
            self._error = self._error or error
            raise NoAdvice from error

    def check(self) -> None:
        """UsageError if the function has raised."""
        if self._error is not None:
            raise UsageError(
                f"{self.name}: the policy raised {type(self._error).__name__}: {self._error}",
                hint="mend it, then run the same command again: what is traced already is kept",
            ) from self._error

    def close(self) -> None:
        """Removes the pipes."""
        self._open.close()


def trace_policy(word: str, task: Task, *, seed: int = 0) -> TracePolicy:
    """UsageError for a word that names none, or a model with other features; MissingExtra without what runs it."""
    if word == DEFAULT:
        return PlainPolicy(name=DEFAULT, sha256=digest_of(word))
    if word == RANDOM:
        name = f"{RANDOM}, seed {seed}"
        return PlainPolicy(name=name, sha256=digest_of(name), always=("-mlra-trace-random", f"-mlra-trace-seed={seed}"))
    if word.startswith(REPLAY) or word == REPLAY.rstrip(":"):
        return replayed(word, task)
    path = Path(word).expanduser()
    if path.suffix == ".onnx" or path.is_file():
        return _model(word, path, task)
    if _FUNCTION.fullmatch(word):
        function: Any = load_function(word)
        return ServedFunction(name=word, sha256=digest_of(word, source_of(function)), task=task, function=function)
    raise UsageError(f"{word}: no policy of this name, and no such file", hint=f"a policy is {FORMS}")


def replayed(word: str, task: Task) -> ReplayedTrace:
    """The trace that `replay:DATA_DIR` names. UsageError for one of another task."""
    folder = word.partition(":")[2]
    if not folder:
        raise UsageError("replay: of which trace?", hint="name its DATA_DIR: --policy replay:DATA_DIR")
    dataset = TraceDataset(Path(folder).expanduser())
    if dataset.task is not task:
        raise UsageError(f"{folder}: a trace of {dataset.task}, not of {task}", hint=f"`trace {task}` makes one")
    found: dict[tuple[str, str], dict[str, list[int]]] = {}
    for row in dataset.table("corpus", "module", "context", "decision").to_pylist():
        found.setdefault((row["corpus"], row["module"]), {})[row["context"]] = row["decision"]
    sha256 = digest_of(REPLAY, dataset.index.fingerprint.encode())
    return ReplayedTrace(name=f"replay of {dataset.index.policy}", sha256=sha256, decisions=found)


def _model(word: str, path: Path, task: Task) -> PlainPolicy:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{word}: {error.strerror}", hint=f"a policy is {FORMS}") from error
    return PlainPolicy(name=path.name, sha256=digest_of(path.name, content), always=model_flags(path, task))


def model_flags(path: Path, task: Task) -> tuple[str, ...]:
    """The plugin's for a model. UsageError for one of other features or task, MissingExtra without onnxruntime."""
    session = open_model(path)
    said = session.get_modelmeta().custom_metadata_map.get(TASK_KEY, task.value)
    if said != task.value:
        raise UsageError(f"{path} was made for {said}, not for {task}", hint=f"name a model of {task}")
    shapes = {spec.name: spec.llvm_shape for spec in FEATURES[task]}
    for node in session.get_inputs():
        if node.name not in shapes:
            raise UsageError(
                f"{path}: its input {node.name} is no feature of {task}", hint=f"the features are {', '.join(shapes)}"
            )
        fixed = math.prod(size for size in node.shape if isinstance(size, int))
        if fixed not in (1, math.prod(shapes[node.name])):
            raise UsageError(
                f"{path}: its input {node.name} has the shape {node.shape}", hint=f"LLVM sends {shapes[node.name]}"
            )
    return (
        f"-mlra-trace-model={path.absolute()}",
        f"-mlra-onnxruntime={find_onnx_runtime()}",
        f"-mlra-time-limit={PATIENCE_MS}",
    )


def source_of(function: Callable[..., Any]) -> bytes:
    """The file that defines it: another text is another policy."""
    code = getattr(function, "__code__", None)
    try:
        return Path(code.co_filename).read_bytes() if code else b""
    except OSError as error:
        raise HostError.of(error, doing="reading the policy's module") from error


def digest_of(*parts: str | bytes) -> str:
    """Of all parts, each with its length."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(raw)}\0".encode() + raw)
    return digest.hexdigest()
