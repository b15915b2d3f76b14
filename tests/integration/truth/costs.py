"""The costs of an episode against LLVM's remarks, its score and its frames, and against the episode's own moves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from rl4real_data.episodes.column_values import BlockFlag, ChangeFlag, MoveKind

from .columns import Episode
from .findings import Findings
from .machine_text import Function
from .remarks import COLUMNS

_REMARK_ERROR = 1e-5  # remarks are sums of single precision, printed with seven digits
_SUM_ERROR = 1e-6
_SLOT = ChangeFlag.READS_SLOT | ChangeFlag.WRITES_SLOT
_WEIGHTS = (0.2, 4.0, 1.0, 5.0, 0.2, 1.0)
_MOVES = {MoveKind.STORE: ("spills", "spills_cost"), MoveKind.RELOAD: ("reloads", "reloads_cost")}


def check_remarks(episode: Episode, numbers: Mapping[str, float], findings: Findings) -> None:
    for word, column in COLUMNS.items():
        _near(f"remark {word}", episode, episode[column], numbers.get(word, 0.0), _REMARK_ERROR, findings)
    for word in sorted(numbers.keys() - COLUMNS.keys()):
        findings.count(f"remark {word}, for which there is no column")


def check_score(episode: Episode, score: Sequence[float], findings: Findings) -> None:
    names = ("copies", "loads", "stores", "loads with a store", "cheap", "expensive")
    for name, found, expected in zip(names, episode["score_counts"], score[1:], strict=True):
        _near(f"score: {name}", episode, found, expected, _SUM_ERROR, findings)
    _near("score", episode, episode["score"], score[0], _SUM_ERROR, findings)
    sums = math.fsum(w * n for w, n in zip(_WEIGHTS, episode["score_counts"], strict=True))
    _near("score: weighted sum", episode, episode["score"], sums, _SUM_ERROR, findings)


def check_sums(episode: Episode, constants: AbstractSet[int], accesses: AbstractSet[int], findings: Findings) -> None:
    """Costs by kind are sums over the moves, and the old sums are sums of these.

    `constants`: the moves that store a constant, which LLVM counts as folded. `accesses`: the instructions of which a
    plain store or load is left, which it does not count as folded.
    """
    frequencies = _frequencies(episode, constants, accesses)
    for kind, (count, cost) in _MOVES.items():
        findings.compare(f"moves counted as {count}", episode, episode[count], len(frequencies[kind]))
        _near(f"moves summed as {cost}", episode, episode[cost], math.fsum(frequencies[kind]), _REMARK_ERROR, findings)
    own = frequencies[MoveKind.REMATERIALIZATION]
    remats = [episode[f"{how}_remats{what}"] for what in ("", "_cost") for how in ("cheap", "dear")]
    findings.compare("moves counted as rematerialisations", episode, remats[0] + remats[1], len(own))
    _near("rematerialisations summed", episode, remats[2] + remats[3], math.fsum(own), _REMARK_ERROR, findings)
    parts = ("spills", "reloads", "folded_spills", "folded_reloads")
    total = math.fsum(episode[f"{part}_cost"] for part in parts)
    _near("spill_cost, summed", episode, episode["spill_cost"], total, _REMARK_ERROR, findings)


def _frequencies(
    episode: Episode, constants: AbstractSet[int], accesses: AbstractSet[int]
) -> Mapping[MoveKind, Sequence[float]]:
    """How often each kind of move is executed, move by move; a copy of the problem may become a store or a load."""
    found: dict[MoveKind, list[float]] = {kind: [] for kind in MoveKind}
    moves = (episode[f"move_{name}"] for name in ("kind", "block", "to"))
    for number, (kind, block, to) in enumerate(zip(*moves, strict=True)):
        is_stored = kind == MoveKind.REMATERIALIZATION and to < 0
        if number not in constants:
            found[MoveKind.STORE if is_stored else MoveKind(kind)].append(episode["block_freq"][block])
    for number, flags in zip(episode["changed_inst"], episode["changed_flags"], strict=True):
        is_stored = bool(flags & ChangeFlag.WRITES_SLOT)
        is_move = episode.opcodes[number] == "COPY" or number in accesses
        if is_move and flags & _SLOT and (is_stored or not _is_of_part(episode, number)):
            kind = MoveKind.STORE if is_stored else MoveKind.RELOAD
            found[kind].append(episode["block_freq"][episode.block_of(number)])
    return found


def _is_of_part(episode: Episode, number: int) -> bool:
    """A copy into a part of a register: as a load it counts as folded, since it does not write a whole register."""
    entry = episode.operand_rows.get((number, 0))
    return entry is not None and episode["operand_subreg"][entry] != 0


def check_saved(episode: Episode, after: Function, framed: Function, findings: Findings) -> None:
    """`after` is the code behind the rewriter, `framed` the one with a frame in which registers are saved."""
    names = episode.dataset.registers.name
    saved = {found.saved_register for found in framed.objects if found.saved_register}
    used = [names[register] for register in episode["callee_saved_used"]]
    given = [names[register] for register in episode["callee_saved"]]
    findings.compare("callee-saved: in the list", episode, set(used) <= set(given), True)
    propagated = [name for name in used if name not in saved and _is_propagated(episode, name, after, framed)]
    findings.count("callee-saved: written by copies that copy propagation removes", len(propagated))
    saved |= set(propagated)
    if "lr" in given:
        saved = saved - _framing(set(used), saved)
    findings.compare("callee-saved: used and saved", episode, sorted(used), sorted(saved))
    flags, frequencies = episode["block_flags"], episode["block_freq"]
    returns = [f for flag, f in zip(flags, frequencies, strict=True) if flag & BlockFlag.RETURN]
    cost = len(used) * (1.0 + math.fsum(returns))
    _near("callee-saved: cost", episode, episode["callee_saved_cost"], cost, _REMARK_ERROR, findings)


def _is_propagated(episode: Episode, name: str, after: Function, framed: Function) -> bool:
    """Behind the rewriter only copies write the register, and nothing is left of them when the frame is made."""
    registers = episode.dataset.registers
    own = registers.units[registers.number[name]]
    aliases = {registers.name[number] for number, units in registers.units.items() if units & own}
    return not _writing(framed, aliases) and _writing(after, aliases) <= {"COPY"}


def _writing(code: Function, names: AbstractSet[str]) -> set[str]:
    """Opcodes of the instructions that write one of these registers."""
    instructions = (instruction for block in code.blocks for instruction in block.instructions)
    return {found.opcode for found in instructions for o in found.operands if o.is_write and o.physical in names}


def _framing(used: set[str], saved: set[str]) -> set[str]:
    """What AArch64 saves though nobody writes it: a frame record (fp, lr), and one register that makes a pair whole."""
    record = {"fp", "lr"} - used
    spare = saved - used - record
    return record | spare if len(spare) <= 1 else record


def _near(kind: str, where: object, found: float, expected: float, error: float, findings: Findings) -> None:
    if math.isclose(found, expected, rel_tol=error, abs_tol=error):
        findings.count(kind)
    else:
        findings.differ(kind, where, f"the columns say {found}, the compiler {expected}")
