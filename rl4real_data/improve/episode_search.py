"""The search of one episode, from its own text.

What goes wrong with one episode costs that one: a text that the compiler does not take, a compiler that dies. What is
the machine's fault ends the run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.improve.episode_jobs import SearchJob
from rl4real_data.improve.function_search import Found, SearchSettings, search_function
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.live.trial_result import TrialResult

NO_TEXT: Final = "the episode has no MIR text"
_NOTHING: Final = TrialResult()


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSearch:
    """Searches episodes with one compiler and one recipe."""

    tool: CompilerTool
    settings: SearchSettings

    def key(self, job: SearchJob) -> bytes:
        """Equal for what is searched to the same."""
        tool = (self.tool.clang.fingerprint(), self.tool.plugin.fingerprint(), self.tool.opt_level)
        recipe = json.dumps([self.settings.objective.value, self.settings.recipe(), tool, job.episode_id, job.mir])
        return hashlib.sha256(recipe.encode()).digest()

    def search(self, job: SearchJob) -> Found:
        """HostError where the compiler cannot be started."""
        if job.mir is None:
            return _without_answer(NO_TEXT)
        try:
            return self._try(job, job.mir)
        except ToolchainError:
            interruption.check()  # which ends all compilers
        try:  # one that the machine killed lives the second time
            return self._try(job, job.mir)
        except ToolchainError as error:
            interruption.check()
            return _without_answer(str(error).splitlines()[0])

    def _try(self, job: SearchJob, mir: str) -> Found:
        try:
            with trial_of_mir(self.tool, mir, limits=self.settings.limits) as compiler:
                for function in compiler:
                    return search_function(function, self.settings, job.known, identity=job.episode_id)
        except InterruptedError:
            raise
        except OSError as error:
            raise HostError.of(error, doing="trying candidates") from error
        return _without_answer("the compiler found no function in the episode's text")


def _without_answer(reason: str) -> Found:
    return Found(greedy=_NOTHING, result=_NOTHING, reason=reason)
