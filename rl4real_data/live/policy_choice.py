"""The policy that a word of the command line names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.shipped_files import advice_model
from rl4real_data.core.targets import TargetName
from rl4real_data.live.model_file import check_model, model_metadata

FORMS: Final = "advice, an ONNX file, a folder of RL4ReAl's four models, greedy, random, or module:function"
SHIPPED: Final = "advice"
"""The word for the model that comes with the package."""
_FUNCTION: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
RELEASE_KEY: Final = "mlra.llvm"
KIND_KEY: Final = "mlra.kind"
"""The metadata by which a model says what it is; without, one of scores."""
_CHECKPOINT_SUFFIXES: Final = (".pt", ".pth", ".ckpt", ".pkl", ".safetensors")
_CHECKPOINT_FILES: Final = (
    *("checkpoint.json", "algorithm_state.pkl", "rllib_checkpoint.json"),
    *("params.pkl", "class_and_ctor_args.pkl"),
)


class PolicyKind(StrEnum):
    """What decides."""

    GREEDY = "greedy"
    RANDOM = "random"
    MODEL = "one ONNX model"
    ADVICE = "one ONNX model that advises"
    AGENTS = "RL4ReAl's four ONNX models"
    FUNCTION = "a function"


_MODEL_KINDS: Final[Mapping[str, PolicyKind]] = {"": PolicyKind.MODEL, "advice": PolicyKind.ADVICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChoice:
    """`word`: as it was given. `path`: of a model, or of a folder of models."""

    kind: PolicyKind
    word: str
    path: Path | None = None


def choose_policy(word: str, *, target: TargetName | None = None) -> PolicyChoice:
    """What the word names; the model that comes with the package is one of a `target`.

    UsageError, with the nearest word there is, for one that names nothing.
    """
    if word == SHIPPED:
        return _choose_shipped(target)
    if word in (PolicyKind.GREEDY, PolicyKind.RANDOM):
        return PolicyChoice(kind=PolicyKind(word), word=word)
    path = Path(word).expanduser()
    if path.is_dir():
        return _choose_folder(word, path)
    if path.is_file():
        return _choose_file(word, path)
    if _FUNCTION.fullmatch(word):
        return PolicyChoice(kind=PolicyKind.FUNCTION, word=word)
    raise UsageError(f"{word}: no policy of this name, and no such file", hint=_hint(word))


def require_release(choice: PolicyChoice, major: int) -> None:
    """UsageError for a model of another LLVM, whose classes and registers have other numbers."""
    if choice.kind is not PolicyKind.ADVICE or choice.path is None:
        return
    release = model_metadata(choice.path).get(RELEASE_KEY, "")
    if release and release != str(major):
        raise UsageError(
            f"{choice.word}: the model is for LLVM {release}, and the compiler is of LLVM {major}",
            hint=f"take a clang of LLVM {release}, or train a model of LLVM {major}: see docs/advice.md",
        )


def _choose_shipped(target: TargetName | None) -> PolicyChoice:
    if target is None:
        raise UsageError(
            f"{SHIPPED}: the model that comes with the package is asked by compilers alone, and is one of a target",
            hint=f"it is there for {' and '.join(TargetName)}",
        )
    return PolicyChoice(kind=PolicyKind.ADVICE, word=SHIPPED, path=advice_model(target))


def _choose_folder(word: str, path: Path) -> PolicyChoice:
    if any((path / name).exists() for name in _CHECKPOINT_FILES):
        raise _checkpoint(word)
    from rl4real_data.live.policies.onnx_agents import agent_paths

    for model in agent_paths(path).values():
        check_model(model)
    return PolicyChoice(kind=PolicyKind.AGENTS, word=word, path=path.absolute())


def _choose_file(word: str, path: Path) -> PolicyChoice:
    if path.suffix in _CHECKPOINT_SUFFIXES:
        raise _checkpoint(word)
    if path.suffix != ".onnx":
        raise UsageError(f"{word}: no ONNX file by its name", hint=f"a policy is {FORMS}")
    said = model_metadata(path).get(KIND_KEY, "")
    if said not in _MODEL_KINDS:
        raise UsageError(
            f"{word}: a model of the kind {said!r}, which this release does not know",
            hint=f"its metadata {KIND_KEY!r} may be advice, or missing for a model of scores; see docs/live.md",
        )
    return PolicyChoice(kind=_MODEL_KINDS[said], word=word, path=path.absolute())


def _checkpoint(word: str) -> UsageError:
    return UsageError(
        f"{word}: a checkpoint of a training run, which no compiler reads",
        hint="`rl4real-data export CHECKPOINT FOLDER --to onnx` makes models of one that `train` wrote; name FOLDER",
    )


def _hint(word: str) -> str:
    words = [SHIPPED, PolicyKind.GREEDY.value, PolicyKind.RANDOM.value]
    folder = Path(word).expanduser().parent
    if folder.is_dir():
        words += [str(path) for path in sorted(folder.glob("*.onnx"))]
    near = difflib.get_close_matches(word, words, n=1)
    return f"did you mean {near[0]}?" if near else f"a policy is {FORMS}"
