"""A policy as an allocator of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import Target
from rl4real_data.evaluation.contender import Contender
from rl4real_data.flow.deciding import PATIENCE_MS, decider_of_policy
from rl4real_data.live.decided_compile import served
from rl4real_data.live.dialogue import Dialogues
from rl4real_data.live.kept_vocabulary import kept_vocabulary
from rl4real_data.live.policy_choice import PolicyChoice, PolicyKind, choose_policy, require_release
from rl4real_data.live.policy_flags import flags_of
from rl4real_data.live.served_policy import served_policy, target_registers
from rl4real_data.mir2vec.vocabulary_file import shipped_vocabulary
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin


@contextmanager
def policy_contender(
    word: str,
    *,
    tries: int,
    target: Target,
    clang: Clang,
    plugin: Plugin,
    cache_dir: Path,
    say: Callable[[str], None],
) -> Iterator[Contender | None]:
    """What the word names; None for greedy itself. A function of the user's is served while the body runs.

    UsageError for one that cannot be used, MissingExtra without what runs it.
    """
    choice = choose_policy(word, target=target.name)
    require_release(choice, clang.major)
    if tries > 1 and choice.kind is not PolicyKind.ADVICE:
        raise UsageError(
            f"--tries: {word} makes one proposal a function", hint="leave --tries out; a model that advises has several"
        )
    if choice.kind is PolicyKind.FUNCTION:
        policy = served_policy(choice, target_registers(clang, plugin, target))
        with served(Dialogues(policy, say=say).for_peer("")) as pipe:
            yield _served_contender(choice, pipe, kept_vocabulary(shipped_vocabulary(target.name), cache_dir))
        return
    decider = decider_of_policy(word, target=target.name, cache_dir=cache_dir)
    if decider is None:
        yield None
        return
    tried = (f"-mlra-tries={tries}",) if tries > 1 else ()
    yield Contender(name=_name(decider.name, tries), flags=(*decider.flags, *tried))


def _name(name: str, tries: int) -> str:
    return name if tries == 1 else f"{name}, {tries} tries"


def _served_contender(choice: PolicyChoice, pipe: str, vocabulary: Path) -> Contender:
    flags = flags_of(choice, vocabulary=vocabulary, pipe=pipe)
    patience = f"-mlra-time-limit={PATIENCE_MS}"  # compilers wait for each other
    return Contender(name=choice.word, flags=(*flags.flags, patience), environment=flags.environment)
