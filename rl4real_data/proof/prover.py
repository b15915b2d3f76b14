"""The proof of one episode, carried out in the compiler.

One way for each model: its solver, and how the compiler is told of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.episodes.label_values import LabelStatus
from rl4real_data.proof import cp_sat, highs
from rl4real_data.proof.carrying_out import AnswerCompiler, CarriedOut
from rl4real_data.proof.label_record import LabelRecord
from rl4real_data.proof.label_rows import SolverName, differences, label_of, without_proof
from rl4real_data.proof.proof import Proof
from rl4real_data.proof.settings import ProofModel, ProofSettings
from rl4real_data.proof.split_proof import prove_split
from rl4real_data.proof.static_proof import prove_static
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

Prove = Callable[[Episode, Mapping[int, RegisterClass], float], Proof]
Carry = Callable[[AnswerCompiler, Episode, Proof], CarriedOut | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """`prove` takes an episode, its classes, and seconds of the solver's deterministic time."""

    name: str
    find_version: Callable[[], str]
    find_proof: Prove
    carry_out: Carry

    @property
    def version(self) -> str:
        return self.find_version()

    def require(self) -> None:
        """MissingExtra, which names the extra, if the solver is not installed."""
        self.find_version()

    def prove(
        self,
        episode: Episode,
        classes: Mapping[int, RegisterClass],
        settings: ProofSettings,
        compiler: AnswerCompiler,
    ) -> LabelRecord:
        """The label of one episode, whose dataset has these classes; one that nothing can be said of has a status and a reason."""
        solver = SolverName(name=self.name, version=self.version)
        if episode.n_nodes > settings.nodes:
            reason = f"it has more than {settings.nodes} nodes"
            return LabelRecord(label=without_proof(episode, settings.source, solver, reason=reason))
        try:
            proof = self.find_proof(episode, classes, settings.seconds)
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
        ProofModel.STATIC: Prover(
            name=cp_sat.SOLVER_NAME,
            find_version=cp_sat.solver_version,
            find_proof=lambda episode, classes, seconds: prove_static(episode, classes, seconds=seconds),
            carry_out=_carry_decisions,
        ),
        ProofModel.SPLIT: Prover(
            name=highs.SOLVER_NAME,
            find_version=highs.solver_version,
            find_proof=lambda episode, classes, seconds: prove_split(
                episode, classes, steps=max(1, round(seconds * highs.STEPS_A_SECOND))
            ),
            carry_out=_carry_parts,
        ),
    }
)
"""One row a model."""
