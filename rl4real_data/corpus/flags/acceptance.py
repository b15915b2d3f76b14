"""The acceptance of a corpus's flags by the compiler at hand.

Whoever built the corpus had another compiler, of another release or for another machine. No list tells what ours makes
of their flags, so it is asked: once for each set of them, and flag by flag where it does not take a set. What it does
not take is left out, named and counted. Flags without which the code would mean something else are never left out: the
module is failed with the compiler's own words.

The processor is the recipe's. A corpus's own is asked for all the same: code for one that the target does not have is
no code for the target. But `native` names none, and which one it was nobody knows.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.targets import Target
from rl4real_data.corpus.flags.guard import count_names, guard_flags, name_of
from rl4real_data.corpus.flags.judgement import READ_PATHS
from rl4real_data.corpus.flags.option_table import CC1, DRIVER, Said, option_table
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.process import run

_TO_CC1: Final = "-Xclang"
_PROCESSOR: Final = frozenset({"-march=", "-mcpu="})
"""By their roots: asked for, and then the recipe's are given."""
_ANY_PROCESSOR: Final = "native"

_NEVER_LEFT_OUT: Final = _PROCESSOR | {"-mabi=", "-std=", "-fpcc-struct-return", "-freg-struct-return"}
"""By their roots: with another one the same source is another program."""

_OTHER_LANGUAGE: Final = "not allowed with"
"""What clang says of `-std=c++20` for a source in C. GCC warns, and goes on without."""

_NEVER_ASKED: Final = READ_PATHS | {"-D", "-U", "-W", "-x"}
"""By their roots: no compiler refuses them for what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a compiler takes of some flags, the names of the others, and why the module cannot do without them."""

    passed: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Whom to ask: `clang`, for `target`."""

    clang: Clang
    target: Target

    def complaint(self, language: str, flags: Sequence[str]) -> str:
        """The first line that the compiler says against the flags; nothing if it takes them."""
        with tempfile.TemporaryDirectory() as folder:
            done = run(
                (
                    *(str(self.clang.path), *self.target.clang_flags, "-x", language, *flags),
                    *("-w", "-fsyntax-only", "/dev/null"),
                ),
                cwd=Path(folder),
                limits=PROBE_LIMITS,
                scratch=Path(folder),
                is_confined=True,
            )
        if done.ok or done.timed_out:
            return ""
        lines = [line.strip() for line in done.stderr.splitlines() if "error" in line.lower()]
        return lines[0].partition("error: ")[2] or lines[0] if lines else f"exit code {done.returncode}"


def accept_corpora(
    corpora: Sequence[Corpus], inquiry: Inquiry, *, jobs: int
) -> tuple[tuple[Corpus, ...], tuple[str, ...]]:
    """The corpora with the flags that the compiler takes, and what their user should hear of the others."""
    asked = {_question(module): None for corpus in corpora for module in corpus.modules if _is_asked(module)}
    memory = _Memory(inquiry)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        answers = dict(zip(asked, pool.map(lambda question: _ask(memory, *question), asked), strict=True))
    notes: list[str] = []
    accepted = []
    for corpus in corpora:
        left_out: Counter[str] = Counter()
        modules = []
        for module in corpus.modules:
            answer = answers.get(_question(module)) if _is_asked(module) else None
            left_out.update(answer.left_out if answer else ())
            modules.append(_accepted(module, answer))
        accepted.append(replace(corpus, modules=tuple(modules)))
        if left_out:
            notes.append(
                f"corpus {corpus.name}: flags that clang {inquiry.clang.version} does not take for "
                f"{inquiry.target.name} are not passed: {count_names(left_out)}"
            )
    return tuple(accepted), tuple(notes)


def _is_asked(module: Module) -> bool:
    is_code = isinstance(module.language, Language) and module.language is not Language.IR
    return is_code and not (module.refusal or module.left_out) and bool(module.flags)


def _question(module: Module) -> tuple[str, tuple[str, ...]]:
    is_cxx = module.language is Language.CXX_MODULE  # of which an empty source is none
    return Language.CXX if is_cxx else module.language, module.flags


def _accepted(module: Module, answer: _Answer | None) -> Module:
    if answer is None or (answer.passed == module.flags and not answer.refusal):
        return module
    left_out = tuple(sorted({*module.flags_left_out, *answer.left_out}))
    return replace(module, flags=answer.passed, flags_left_out=left_out, refusal=answer.refusal)


class _Memory:
    """What the compiler has said, for modules that differ in macros and folders alone: each question is put once."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._said: dict[tuple[str, tuple[str, ...]], str] = {}
        self._locks: dict[tuple[str, tuple[str, ...]], threading.Lock] = {}

    def complaint(self, language: str, words: tuple[str, ...]) -> str:
        key = language, words
        with self._locks.setdefault(key, threading.Lock()):
            if key not in self._said:
                self._said[key] = self._inquiry.complaint(language, words)
            return self._said[key]

    def means_something_else(self, unit: _Unit) -> bool:
        """Whether the code would be another without it."""
        return unit.root in _NEVER_LEFT_OUT and "".join(unit.words) not in self._inquiry.target.gcc_defaults


def _ask(memory: _Memory, language: str, flags: tuple[str, ...]) -> _Answer:
    """Asks for all of the flags at once, and for each of them if the compiler does not take them together."""
    interruption.check()
    units = list(_units(flags))
    askable = [unit for unit in units if unit.is_asked]
    words = tuple(word for unit in askable for word in unit.words)
    bad: dict[_Unit, str] = {}
    if words and memory.complaint(language, words) and not memory.complaint(language, ()):
        bad = {unit: said for unit in dict.fromkeys(askable) if (said := memory.complaint(language, unit.words))}
    lasting = [unit for unit in bad if memory.means_something_else(unit) and _OTHER_LANGUAGE not in bad[unit]]
    return _Answer(
        passed=tuple(word for unit in units if unit not in bad and unit.root not in _PROCESSOR for word in unit.words),
        left_out=tuple(dict.fromkeys(unit.name for unit in bad if unit not in lasting)),
        refusal=f"clang: {bad[lasting[0]]}" if lasting else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """One option with its values; `words` say it to the driver, for the compiler proper by way of `-Xclang`."""

    root: str
    name: str
    words: tuple[str, ...]

    @property
    def is_asked(self) -> bool:
        """False also for what only a user's trust lets pass: it may load code, which nobody wants for a question."""
        if self.root in _PROCESSOR and "".join(self.words) == f"{self.root}{_ANY_PROCESSOR}":
            return False
        return self.root not in _NEVER_ASKED and guard_flags(self.words).passed == self.words


def _units(flags: Sequence[str]) -> Iterator[_Unit]:
    inner: list[str] = []
    for said in option_table(DRIVER).read(flags):
        if said.option is not None and said.option.root == _TO_CC1:
            inner.append(said.value)
        else:
            yield _Unit(root=_root(said), name=name_of(said), words=said.words)
    for said in option_table(CC1).read(inner):
        words = tuple(word for inner_word in said.words for word in (_TO_CC1, inner_word))
        yield _Unit(root=_root(said), name=f"{_TO_CC1} {name_of(said)}", words=words)


def _root(said: Said) -> str:
    return said.option.root if said.option else ""
