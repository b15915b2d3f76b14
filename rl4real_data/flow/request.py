"""The request of one run, as the values that its rooms take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rl4real_data.core.split import Split
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.preparation import Recording
from rl4real_data.flow.vocabulary import VocabularyChoice
from rl4real_data.toolchain.installation import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusChoice:
    """What to compile: the words after `--corpus`, at most `limit` modules, those that `licenses` cover (None: all)."""

    words: tuple[str, ...]
    limit: int | None = None
    licenses: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the episodes go. `replace` lets the run drop modules that the split holds."""

    data_dir: Path
    split: Split
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRequest:
    """What to compile, where its sources come from, with which toolchain and recipe, and where to.

    `jobs` compilers run at once; `retry_failed` compiles the modules again that have failed before.
    """

    corpora: CorpusChoice
    supply: Supply
    recording: Recording
    installation: Installation
    vocabulary: VocabularyChoice
    destination: Destination
    jobs: int = 1
    retry_failed: bool = False
