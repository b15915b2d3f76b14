"""The search inside clang of the functions of a corpus's modules, with the flags that the corpus gives them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.core.failure import Failure
from rl4real_data.corpus.module import Module
from rl4real_data.improve.function_search import Found, SearchSettings, search_function
from rl4real_data.improve.greedy_alone import GreedysFunction, functions_of_module
from rl4real_data.live.trial import CompilerTool, trial_of_source
from rl4real_data.stages.compile import source_command
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.profile import Profile

_NOWHERE: Final = ("-o", "/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedModule:
    """A module, and its functions that are to be searched. `failure`: why it has none, empty where nothing is wrong."""

    module: Module
    functions: tuple[GreedysFunction, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSearch:
    """Searches modules with one compiler, one recipe and one profile. `take_all`: functions, too, in which greedy
    neither split nor spilled.
    """

    compilation: Compilation
    tool: CompilerTool
    settings: SearchSettings
    interfaces: Interfaces
    profile: Profile | None = None
    take_all: bool = False

    def look_at(self, module: Module) -> SearchedModule:
        """Compiles it once, to see what there is to search."""
        if reason := module.refusal or module.left_out:
            return SearchedModule(module=module, failure=reason)
        try:
            found = functions_of_module(
                self.tool, self._words(module), cwd=module.working_folder, limits=self.compilation.limits
            )
        except ToolchainError as error:
            interruption.check()
            return SearchedModule(module=module, failure=str(error))
        return SearchedModule(module=module, functions=tuple(filter(self._is_wanted, found)))

    def key(self, module: Module, function: GreedysFunction) -> bytes:
        """Equal for what is searched to the same."""
        tool = (self.tool.clang.fingerprint(), self.tool.plugin.fingerprint())
        recipe = [self.settings.objective.value, self.settings.recipe(), tool, identity_of(module, function.name)]
        return hashlib.sha256(json.dumps([*recipe, function.digest]).encode()).digest()

    def search(
        self,
        module: Module,
        wanted: Mapping[str, GreedysFunction],
        tell: Callable[[GreedysFunction, Found], object],
    ) -> str:
        """Searches the functions of these names and tells of each at once. Why some are missing, or nothing."""
        left = dict(wanted)
        try:
            with trial_of_source(
                self.tool, self._words(module), cwd=module.working_folder, limits=self.settings.limits
            ) as compiler:
                for function in compiler:
                    if greedys := left.pop(function.name, None):
                        identity = identity_of(module, function.name)
                        tell(greedys, search_function(function, self.settings, greedys.known, identity=identity))
                    if not left:
                        return ""
        except ToolchainError as error:
            interruption.check()  # which ends all compilers
            return str(error).splitlines()[0]
        except InterruptedError:
            raise
        except OSError as error:
            raise HostError.of(error, doing="trying candidates") from error
        return "the compiler met the function once and not again"

    def _is_wanted(self, function: GreedysFunction) -> bool:
        is_run = self.profile is None or self.profile.executed(function.name) > 0
        return is_run and (self.take_all or function.is_edited)

    def _words(self, module: Module) -> tuple[str, ...]:
        """For clang, without clang itself. ToolchainError where an interface that the module imports fails."""
        command: Sequence[str] = source_command(self.compilation, module)
        command = [*command, *(place.prefix_map for place in module.places)]
        if module.imports:
            imported = self.interfaces.of(module, self.compilation)
            if isinstance(imported, Failure):
                raise ToolchainError(imported.reason, hint="see what clang says of the interface")
            command = imported.applied_to(command)
        profile = () if self.profile is None else (self.profile.flag,)
        return (*command[1:], *profile, *_NOWHERE)


def identity_of(module: Module, function: str) -> str:
    """What lends chance its own way a function."""
    return f"{module.corpus}/{module.name}:{function}"


def line_of(module: Module, function: GreedysFunction, found: Found) -> str:
    """JSON of what was found; a file of such lines is one of decisions."""
    told: dict[str, Any] = {
        **{"source": module.stored_path, "function": function.name, "decisions": found.best},
        **{"value": found.value, "greedy_value": found.greedy_value, "candidates": found.candidates},
    }
    return json.dumps({**told, "reason": found.reason or None}, ensure_ascii=False) + "\n"
