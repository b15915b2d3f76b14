"""The environment that those of MLGO's tasks are made of."""

from __future__ import annotations

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, SupportsFloat

import numpy as np
import numpy.typing as npt

from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.core.failure import Failure
from rl4real_data.mlgo.advice_rules import AdviceRule, rule_of
from rl4real_data.mlgo.stepwise import Stepwise, Waiting
from rl4real_data.mlgo.tensors import Layout
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import FEATURES, FeatureSpec, Task

with required_by("the environments of MLGO's tasks", extra="env"):
    import gymnasium
    from gymnasium import spaces

Observation = dict[str, npt.NDArray[Any]]

ILLEGAL_REWARD: Final = -1.0
"""Of an action that the compiler must not get: it is not sent, and the same observation comes again."""
_MOST_ILLEGAL: Final = 100
LIMITS: Final = Limits(timeout_s=3600)
"""An agent that learns between two steps takes its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCommand:
    """A module's clang arguments without `-o`, such as `("-Oz", "-c", "a.c")`, and the folder that they hold in."""

    arguments: tuple[str, ...]
    cwd: Path | None = None
    name: str = ""


class Outcome(Protocol):
    """What came of a module; scores are costs."""

    @property
    def score(self) -> float: ...
    @property
    def baseline(self) -> float:
        """The score of LLVM's own decisions."""
        ...

    @property
    def reward(self) -> float: ...
    @property
    def steps(self) -> int: ...


class MlgoEnv(gymnasium.Env[Observation, Any], ABC):
    """The modules in their order, or drawn by chance where `shuffle` says so; `reset(options={"module": 3})` names one.

    `reset` with a seed begins anew. A module of which the compiler asks nothing, or that fails, is passed over: of each
    the list `info["passed_over"]` of `reset` has `module` and `reason`. At the end `info` has `score`, `baseline` and
    `steps`, or the `failure` that truncates. DatasetError if no module is left, UsageError without one.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  # Gymnasium declares it of the instance
    task: ClassVar[Task]

    def __init__(self, modules: Sequence[ModuleCommand], *, clang: Clang | None = None, shuffle: bool = False) -> None:
        if not modules:
            raise UsageError(f"{type(self).__name__}: no module", hint="name one ModuleCommand at least")
        self._modules, self._shuffle = tuple(modules), shuffle
        self._clang = clang or Installation.of(load_environment()).clang()
        self._prepare()
        self._scratch = Path(tempfile.mkdtemp(prefix="rl4real-data-"))
        self._position = -1
        self._compilation: Stepwise[Outcome | Failure] | None = None
        self._rule = self._new_rule()
        self.observation_space = spaces.Dict({spec.name: _space(spec) for spec in FEATURES[self.task]})

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """The first decision of the next module."""
        super().reset(seed=seed)
        self._give_up()
        if seed is not None:
            self._position = -1
        named = (options or {}).get("module")
        passed_over: list[dict[str, str]] = []
        for _ in self._modules if named is None else (named,):
            self._position = self._draw() if named is None else int(named)
            if self._begins(passed_over):
                return self._observed, {**self._info(), "passed_over": passed_over}
        told = f"{passed_over[0]['module']}: {passed_over[0]['reason']}"
        raise DatasetError(f"no module that can be decided on; {told}", hint="compile with -O1 or more")

    def step(self, action: Any) -> tuple[Observation, SupportsFloat, bool, bool, dict[str, Any]]:
        """One decision; see the class for the end."""
        assert self._compilation is not None, "reset comes first"
        try:
            decision = self._rule.checked(float(action), self._seen)
        except UsageError:
            self._illegal += 1
            return self._observed, ILLEGAL_REWARD, False, self._illegal >= _MOST_ILLEGAL, self._info()
        self._compilation.decide(decision)
        if self._advances():
            return self._observed, 0.0, False, False, self._info()
        return self._end(self._compilation.outcome)

    def close(self) -> None:
        """Ends the compiler and removes what it wrote."""
        self._give_up()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _prepare(self) -> None:
        """What the task needs beside clang."""

    def _new_rule(self) -> AdviceRule:
        """Which actions may be sent."""
        return rule_of(self.task)

    @abstractmethod
    def _compile(self, module: ModuleCommand, policy: Waiting) -> Outcome | Failure:
        """Compiles a module with the policy."""

    def _begins(self, passed_over: list[dict[str, str]]) -> bool:
        """Whether the module at hand asks for a decision."""
        module = self._modules[self._position]
        self._illegal = 0
        self._compilation = Stepwise(lambda policy: self._compile(module, policy))
        if self._advances():
            return True
        outcome, self._compilation = self._compilation.outcome, None
        reason = outcome.reason if isinstance(outcome, Failure) else "it asks for no decision"
        passed_over.append({"module": module.name or " ".join(module.arguments), "reason": reason})
        return False

    def _advances(self) -> bool:
        """Whether there is one more decision."""
        assert self._compilation is not None, "a compilation has begun"
        seen = self._compilation.next()
        if seen is None:
            return False
        header = self._compilation.header
        assert header is not None, "observations come behind their header"
        self._seen, self._context = seen, self._compilation.context
        self._rule.begin(header)
        self._observed = self._told(header.layout, seen)
        return True

    def _told(self, layout: Layout, seen: bytes) -> Observation:
        row = np.frombuffer(seen, layout.row)[0]
        return {spec.name: np.array(row[spec.name]) for spec in FEATURES[self.task]}

    def _end(self, outcome: Outcome | Failure) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        self._compilation = None
        info = self._info()
        if isinstance(outcome, Failure):
            return self._observed, 0.0, False, True, {**info, "failure": outcome.reason}
        info |= {"score": outcome.score, "baseline": outcome.baseline, "steps": outcome.steps}
        info |= self._details(outcome)
        return self._observed, outcome.reward, True, False, info

    def _info(self) -> dict[str, Any]:
        module = self._modules[self._position]
        return {"module": module.name or " ".join(module.arguments), "illegal": self._illegal}

    def _details(self, outcome: Any) -> dict[str, Any]:  # noqa: ARG002 - of what `_compile` returns
        """What else `info` tells at the end."""
        return {}

    def _draw(self) -> int:
        if self._shuffle:
            return int(self.np_random.integers(len(self._modules)))
        return (self._position + 1) % len(self._modules)

    def _give_up(self) -> None:
        if self._compilation is not None:
            self._compilation.give_up()
            self._compilation = None


def _space(spec: FeatureSpec) -> spaces.Box:
    """All values of its type: LLVM promises no narrower range."""
    bounds = np.iinfo(np.int64) if spec.dtype == "int64" else None
    low, high = (bounds.min, bounds.max) if bounds else (-np.inf, np.inf)
    dtype: type[np.int64] | type[np.float32] = np.int64 if spec.dtype == "int64" else np.float32
    return spaces.Box(low, high, spec.shape, dtype)
