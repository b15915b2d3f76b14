"""The decider in the compilations of a run, which is a policy or a file of decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.core.targets import TargetName
from rl4real_data.live.build_decisions import require_no_source
from rl4real_data.live.kept_vocabulary import kept_vocabulary
from rl4real_data.live.policy_choice import SHIPPED, PolicyKind, choose_policy
from rl4real_data.live.policy_flags import LIBRARY_VARIABLE, flags_of, flags_of_file, models_of
from rl4real_data.mir2vec.vocabulary_file import shipped_vocabulary
from rl4real_data.stages.job import Decider

PATIENCE_MS = 600_000
"""An answer that comes late is none, and the function greedy's: a dataset must not depend on how busy a machine is."""


def decider_of_file(path: Path) -> Decider:
    """A file of decisions. UsageError for one that is none, and for one whose lines are of single sources."""
    flags = flags_of_file(path).flags
    require_no_source(path)
    return _decider(path.name, flags, [path])


def decider_of_policy(word: str, *, target: TargetName, cache_dir: Path) -> Decider | None:
    """A policy that decides inside of the compiler; None for greedy itself.

    UsageError for one that would have to be served, MissingExtra without what runs it.
    """
    choice = choose_policy(word, target=target)
    if choice.kind is PolicyKind.GREEDY:
        return None
    if choice.kind is PolicyKind.FUNCTION:
        raise UsageError(
            f"--policy {word}: a function would have to be asked by all compilers at once",
            hint="export it to ONNX, or write its decisions into a file for --decisions",
        )
    if choice.kind is PolicyKind.RANDOM:
        return _decider("random", flags_of(choice, vocabulary=None, seed=None).flags, ())
    assert choice.path is not None, "models lie in files"
    shipped = shipped_vocabulary(target)
    vocabulary = kept_vocabulary(shipped, cache_dir)
    found = flags_of(choice, vocabulary=vocabulary)
    library = found.environment.get(LIBRARY_VARIABLE)
    engine = () if library is None else (f"-mlra-onnxruntime={library}",)
    flags = (*found.flags, *engine, f"-mlra-time-limit={PATIENCE_MS}")
    name = SHIPPED if choice.word == SHIPPED else choice.path.name
    return _decider(name, flags, [*models_of(choice), shipped])


def _decider(name: str, flags: Sequence[str], files: Iterable[Path]) -> Decider:
    return Decider(name=name, sha256=_sha256(name, files), flags=tuple(flags), shown=tuple(map(_without_folder, flags)))


def _sha256(name: str, files: Iterable[Path]) -> str:
    digest = hashlib.sha256(name.encode())
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise HostError.of(error, doing=f"reading {path}") from error
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _without_folder(flag: str) -> str:
    """The flag with the name of a file instead of its path, which is this machine's."""
    name, equals, value = flag.partition("=")
    return f"{name}{equals}{Path(value).name}" if "/" in value else flag
