"""The proof of one episode, carried out in the compiler.

One way for each model: its solver, and how the compiler is told of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.proof import highs
from rl4real_data.proof.carrying_out import AnswerCompiler, CarriedOut
from rl4real_data.proof.label_record import LabelRecord
from rl4real_data.proof.label_rows import SolverName, differences, label_of, without_proof
from rl4real_data.proof.proof import Proof
from rl4real_data.proof.settings import ProofModel, ProofSettings
from rl4real_data.proof.split_proof import prove_split
from rl4real_data.proof.static_proof import prove_static
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass


class Prove(Protocol):
    """Finds the best answer to an episode, whose dataset has these classes, within so many steps of the solver."""

    def __call__(self, episode: Episode, classes: Mapping[int, RegisterClass], *, steps: int) -> Proof: ...


Carry = Callable[[AnswerCompiler, Episode, Proof], CarriedOut | str]


def highs_solver() -> SolverName:
    """MissingExtra, which names the extra, if it is not installed."""
    return SolverName(name=highs.SOLVER_NAME, version=highs.solver_version())


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """A model: `find_proof` solves it, `carry_out` has the compiler carry the answer out."""

    find_proof: Prove
    carry_out: Carry
    solver: Callable[[], SolverName] = highs_solver

    def prove(
        self,
        episode: Episode,
        classes: Mapping[int, RegisterClass],
        settings: ProofSettings,
        compiler: AnswerCompiler,
    ) -> LabelRecord:
        """The label of one episode; one that nothing can be said of has a status and a reason.

        `classes` are those of its dataset.
        """
        solver = self.solver()
        if episode.n_nodes > settings.nodes:
            reason = f"it has more than {counted(settings.nodes, 'node')}"
            return LabelRecord(label=without_proof(episode, settings.source, solver, reason=reason))
        try:
            proof = self.find_proof(episode, classes, steps=highs.steps_in(settings.seconds))
        except DatasetError as error:
            proof = Proof(status=LabelStatus.FAILED, reason=str(error))
        done = None
        if proof.answer is not None and episode.mir is not None:
            try:
                done = self.carry_out(compiler, episode, proof)
            except ToolchainError as error:
                done = str(error).splitlines()[0]
        label = label_of(episode, settings.source, proof, done, solver)
        return LabelRecord(label=label, differences=differences(episode, proof, done))


def _carry_decisions(compiler: AnswerCompiler, episode: Episode, proof: Proof) -> CarriedOut | str:
    return compiler.decide(episode, proof.decisions or ())


def _carry_parts(compiler: AnswerCompiler, episode: Episode, proof: Proof) -> CarriedOut | str:
    assert proof.answer is not None, "who has no answer is not carried out"
    return compiler.carry_out(episode, proof.answer)


PROVERS: Final[Mapping[ProofModel, Prover]] = MappingProxyType(
    {
        ProofModel.STATIC: Prover(find_proof=prove_static, carry_out=_carry_decisions),
        ProofModel.SPLIT: Prover(find_proof=prove_split, carry_out=_carry_parts),
    }
)
"""One row a model."""
