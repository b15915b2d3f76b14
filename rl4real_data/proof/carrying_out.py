"""Answers of the models, carried out in the compiler.

The answer goes to llc as recorded parts do (`-mlra-parts`): LLVM's spiller and greedy finish it, and its costs are
counted as those of any other code.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.errors import HostError
from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.live.compiler_backend import name_in_mir
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.proof.model_answer import ModelAnswer
from rl4real_data.reading.episode import Episode
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.llc import replay_command
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """What the compiler made of an answer.

    `refused`: what it did not carry out, and why, with how often. `is_kept`: every register is where it was put.
    `final`: the code that would be printed, where that was asked for.
    """

    costs: TrialCosts
    score: float
    refused: Mapping[str, int]
    is_kept: bool
    final: ExecutedCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompiler:
    """Llc and the plugin of the release that made the episodes."""

    clang: Clang
    llc: Path
    plugin: Plugin
    allocator: Allocator
    opt_level: str
    limits: Limits = _LIMITS

    def fingerprint(self) -> str:
        """Equal for what carries an answer out to the same."""
        return f"{self.clang.fingerprint()}|{self.plugin.fingerprint()}|{self.allocator.name}|{self.opt_level}"

    def decide(self, episode: Episode, decisions: Decisions) -> CarriedOut | str:
        """What comes of decisions in front of greedy, or why nothing does. ToolchainError where the compiler fails."""
        assert episode.mir is not None, "who has no text is not asked"
        tool = CompilerTool(clang=self.clang, plugin=self.plugin, opt_level=self.opt_level)
        with trial_of_mir(tool, episode.mir) as compiler:
            for function in compiler:
                result = function.try_decisions(decisions, until="code")
                break
            else:
                return "the text holds no function"
        if result.costs is None:
            return result.reason
        return CarriedOut(
            costs=result.costs,
            score=result.score,
            refused=dict(sorted(result.illegal.items())),
            is_kept=not (result.moved or result.lost or result.forced_away),
            final=result.final.counted() if result.final is not None else None,
        )

    def carry_out(self, episode: Episode, answer: ModelAnswer) -> CarriedOut | str:
        """What came of its parts, or why nothing did. HostError if llc cannot be started."""
        assert episode.mir is not None, "who has no text is not asked"
        with tempfile.TemporaryDirectory(prefix="answer-") as scratch:
            folder = Path(scratch)
            (folder / "x.mir").write_text(episode.mir, encoding="utf-8")
            line = answer_line(episode, answer, name_in_mir(episode.mir))
            (folder / "x.parts").write_text(line + "\n", encoding="utf-8")
            flags = ("-mlra-parts=x.parts", "-mlra-report=x.report", "-mlra-discard")
            command = replay_command(
                self.llc, self.plugin.path, self.allocator, folder / "x.mir", flags, output=Path("/dev/null")
            )
            try:
                done = run(command, cwd=folder, limits=self.limits, scratch=folder)
            except InterruptedError:
                raise
            except OSError as error:
                raise HostError(f"{self.llc}: cannot be started ({error.strerror or error})") from error
            if not done.ok:
                return _problem(done)
            return _read(folder / "x.report")


def _problem(done: Completed) -> str:
    if done.timed_out:
        return f"llc took more than {_LIMITS.timeout_s:g} s"
    lines = [line.strip() for line in done.stderr_tail.splitlines() if "error" in line]
    return f"llc ended with {done.signal_name or done.returncode}" + (f": {lines[0]}" if lines else "")


def _read(path: Path) -> CarriedOut | str:
    try:
        report = json.loads(path.read_text(encoding="utf-8").partition("\n")[0])
        if report.get("failure"):
            return str(report["failure"])
        return CarriedOut(
            costs=TrialCosts(**report["costs"]),
            score=float(report["score"]),
            refused=dict(sorted(report["illegal"].items())),
            is_kept=not (report["moved"] or report["lost"] or report["forced_away"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its report cannot be read ({error})"


def answer_line(episode: Episode, answer: ModelAnswer, function: str) -> str:
    """An answer as a line of a file for `-mlra-parts`; RecordedParts.h of the plugin says what stands in it."""
    names, vreg = episode.register_table.names, episode.node_vreg.tolist()
    cut = _cut_nodes(answer)

    def place(number: int) -> str | None:
        return names[number] if number > 0 else "slot" if number < 0 else None

    whole = {part.node: part.place for part in answer.parts if part.node not in cut}
    line: dict[str, Any] = {
        "function": function,
        "instructions": episode.n_instructions,
        "assigned": [[vreg[node], place(where)] for node, where in sorted(whole.items())],
        "parts": [
            [vreg[part.node], part.first, part.last, place(part.place)] for part in answer.parts if part.node in cut
        ],
        "choices": [[inst, index, vreg[node], place(where)] for inst, index, node, where in _choices(episode, answer)],
        "moves": [
            [int(one.kind), one.inst, one.block, vreg[one.node], place(one.source), place(one.target), one.value]
            for one in answer.moves
        ],
    }
    return json.dumps(line, ensure_ascii=False)


def _cut_nodes(answer: ModelAnswer) -> set[int]:
    """Nodes that have more than one register all their life."""
    places: dict[int, set[int]] = {}
    for part in answer.parts:
        places.setdefault(part.node, set()).add(part.place)
    moved = {move.node for move in answer.moves} | {node for _, node in answer.folds}
    return moved | {node for node, own in places.items() if len(own) > 1 or min(own) <= 0}


def _choices(episode: Episode, answer: ModelAnswer) -> list[tuple[int, int, int, int]]:
    chosen = {(inst, node): place for inst, node, place in answer.choices}
    columns = episode.known_together("operand_inst", "operand_index", "operand_node", "operand_flags")
    return [
        (inst, index, node, chosen[inst, node])
        for inst, index, node, flags in zip(*(column.tolist() for column in columns), strict=True)
        if (inst, node) in chosen and flags & OperandFlag.READ and not flags & OperandFlag.WRITE
    ]
