"""The guard between the flags that came with a corpus and a compiler.

Nobody has looked at a compilation database, a bitcode corpus or a manifest from elsewhere. Their flags may load code,
start programs and write files; such flags are not passed unless the user trusts the corpus. What is left out is named
and counted; a module whose code would be another without its flag is failed with that reason.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from rl4real_data.corpus.flags.judgement import Judgement, judge
from rl4real_data.corpus.flags.option_table import CC1, DRIVER, Said, option_table
from rl4real_data.corpus.module import Corpus, Module

TRUST_OPTION: Final = "--allow-build"

_TO_CC1: Final = "-Xclang"
_LEVELS: Final = "O"
_MOST_CHARACTERS: Final = 80
_MOST_BYTES: Final = 1 << 17
"""Of one word: the kernel's limit. That of all words together is 2 MB."""
_MOST_BYTES_IN_ALL: Final = 1 << 20
_MOST_NAMED: Final = 8
_LEFT_TO_TRUST: Final = (Judgement.LOADING, Judgement.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedFlags:
    """What is passed of some flags, the options that are left out, and those for want of which a module fails.

    Left out, too: those `unknown` to clang, and the `loading` ones, which load code or start another program. A module
    fails for the `refused`, and for the `foreign`, which ask for another machine.
    """

    passed: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    loading: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """All that the compiler goes without, sorted."""
        return tuple(sorted({*self.dropped, *self.unknown, *self.loading}))


@functools.lru_cache(maxsize=4096)
def guard_flags(flags: tuple[str, ...], *, is_trusted: bool = False) -> GuardedFlags:
    """Reads the flags as clang would, and judges each; what is meant for the compiler proper inside of clang, too.

    `is_trusted`: what may load code is passed, and what may name a file.
    """
    passed: list[str] = []
    judged: dict[Judgement, list[str]] = {judgement: [] for judgement in Judgement}
    inner: list[str] = []
    for said in option_table(DRIVER).read(flags):
        if said.option is not None and said.option.root == _TO_CC1 and not said.is_cut_off:
            inner.append(said.value)
            continue
        judgement = _judge(said, is_trusted=is_trusted)
        judged[judgement].append(name_of(said))
        passed += said.words if judgement is Judgement.PASSED else ()
    for said in option_table(CC1).read(inner):
        judgement = Judgement.DROPPED if _is_level(said) else _judge(said, is_trusted=is_trusted)
        judged[judgement].append(f"{_TO_CC1} {name_of(said)}")
        if judgement is Judgement.PASSED:
            passed += [word for inner_word in said.words for word in (_TO_CC1, inner_word)]
    names = {judgement: tuple(dict.fromkeys(judged[judgement])) for judgement in Judgement}
    return GuardedFlags(
        passed=tuple(passed),
        dropped=names[Judgement.DROPPED],
        unknown=names[Judgement.UNKNOWN],
        loading=names[Judgement.LOADING],
        refused=names[Judgement.REFUSED],
        foreign=names[Judgement.FOREIGN],
    )


def _judge(said: Said, *, is_trusted: bool) -> Judgement:
    if not all(map(_is_word, said.words)):
        return Judgement.REFUSED
    judgement = judge(said)
    return Judgement.PASSED if is_trusted and judgement in _LEFT_TO_TRUST else judgement


def _is_level(said: Said) -> bool:
    """True for an optimisation level, which behind `-Xclang` would win over the recipe's."""
    return said.option is not None and _LEVELS in said.option.groups


def _is_word(word: str) -> bool:
    """False for what no process can be given."""
    try:
        return "\0" not in word and len(os.fsencode(word)) < _MOST_BYTES
    except UnicodeEncodeError:
        return False


def name_problem(path: PurePosixPath) -> str:
    """Why a compiler would take the name of a module for something else, or nothing.

    A path behind `@` is read for further words. clang's driver hands the name alone to the compiler proper, too.
    """
    if str(path).startswith("@") or path.name.startswith("@"):
        return "its name begins with @, so that a compiler would read words out of another file; rename it"
    return ""


def guard_corpus(corpus: Corpus, *, is_trusted: bool) -> tuple[Corpus, tuple[str, ...]]:
    """The corpus with the flags that may be passed, and what its user should hear of the others."""
    dropped: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    loading: Counter[str] = Counter()
    modules = []
    for module in corpus.modules:
        if module.left_out:
            modules.append(module)
            continue
        guarded = guard_flags(module.flags, is_trusted=is_trusted)
        dropped.update(guarded.dropped)
        unknown.update(guarded.unknown)
        loading.update(guarded.loading)
        modules.append(_guard_module(module, guarded))
    return replace(corpus, modules=tuple(modules)), tuple(_notes(corpus.name, dropped, unknown, loading))


def _guard_module(module: Module, guarded: GuardedFlags) -> Module:
    reason = module.refusal or name_problem(module.path)
    if sum(map(len, guarded.passed)) > _MOST_BYTES_IN_ALL:
        return replace(module, flags=(), refusal=f"its flags have more than {_MOST_BYTES_IN_ALL:,} characters")
    if guarded.foreign and not reason:
        reason = f"its flags ask for another machine than the target: {_listed(guarded.foreign)}"
    if guarded.refused and not reason:
        reason = f"flags that could load code or write files: {_listed(guarded.refused)}; {TRUST_OPTION} passes them"
    if not reason and guarded.passed == module.flags:
        return module
    left_out = tuple(sorted({*module.flags_left_out, *guarded.left_out}))
    return replace(module, flags=guarded.passed, refusal=reason, flags_left_out=left_out)


def _notes(corpus: str, dropped: Counter[str], unknown: Counter[str], loading: Counter[str]) -> Iterator[str]:
    if dropped:
        yield f"corpus {corpus}: flags that decide no code are not passed: {count_names(dropped)}"
    if unknown:
        yield f"corpus {corpus}: flags that clang does not know are not passed: {count_names(unknown)}"
    if loading:
        yield (
            f"corpus {corpus}: flags that load code or start programs are not passed: {count_names(loading)}; "
            f"{TRUST_OPTION} passes them"
        )


def count_names(names: Counter[str]) -> str:
    """The names, each with its number of modules; the first few of many."""
    return _listed([f"{name} ({count} module{'s' * (count != 1)})" for name, count in sorted(names.items())])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def name_of(said: Said) -> str:
    """The option as a person knows it: of what stands behind it only what LLVM reads, nothing that a terminal obeys."""
    option = said.option
    if option is None:
        return _printable(said.words[0])
    return f"{option.word} {_printable(said.value)}" if option.root == "-mllvm" else option.word


def _printable(word: str) -> str:
    shown = word.partition("=")[0] if word.startswith("-") else word
    return "".join(c if c.isprintable() else "?" for c in shown[:_MOST_CHARACTERS])
