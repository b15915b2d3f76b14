"""A program of a user, which mypy --strict must accept against an installed package. It is not run.

`reveal_type` would tell names without a type, but no test reads it: `assert_type` fails where one is `Any`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
from torch.utils.data import DataLoader

import rl4real_data
from rl4real_data import (
    Episode,
    EpisodeDataset,
    ExpertOutcome,
    Fate,
    Outcome,
    Rl4realError,
    __version__,
    collect_stats,
    validate,
)
from rl4real_data.advice.rule import OUTPUTS, AdviceRule, FunctionNames
from rl4real_data.allocation.allocation import SPILLED, UNDECIDED, Allocation
from rl4real_data.allocation.answer_backend import AnswerBackend, AnswerCosts, EpisodeBackend
from rl4real_data.allocation.answer_costs import COST_WEIGHTS, answer_costs, weighted_cost
from rl4real_data.allocation.expert import Decision, Task, expert_cost, expert_decisions, expert_order
from rl4real_data.allocation.features import NODE_FEATURES, node_features
from rl4real_data.allocation.points import POINT_COLUMNS, ProblemPoints, points_of
from rl4real_data.allocation.problem import AllocationProblem, problem_of
from rl4real_data.allocation.register_file import RegisterFile, register_file_of
from rl4real_data.allocation.split_allocation import SPLIT, LiveNode, SplitAllocation
from rl4real_data.core.errors import (
    CacheError,
    DatasetError,
    EngineError,
    HostError,
    Interrupted,
    LessThanAsked,
    ManifestError,
    MissingExtra,
    SourceError,
    StoreError,
    ToolchainError,
    TooLittleKnown,
    TooManyFailures,
    UsageError,
    ValidationFailed,
    VocabularyError,
)
from rl4real_data.env import (
    ENVIRONMENT_ID,
    SPLIT_ENVIRONMENT_ID,
    RegisterAllocationEnv,
    SplitRegisterAllocationEnv,
)
from rl4real_data.env.split_observation import PIECE_FEATURES, POINT_FEATURES
from rl4real_data.episodes.column_values import (
    BlockFlag,
    ChangeFlag,
    MoveKind,
    OperandFlag,
    UseFlag,
    ValueFlag,
)
from rl4real_data.episodes.index import CorpusEntry, DatasetIndex, FileEntry, SplitBooks, read_index
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.episodes.schema import (
    EPISODES,
    LABELS,
    MODULES,
    REGISTER_CLASSES,
    REGISTER_MASKS,
    REGISTERS,
    SCHEMA_VERSION,
    TRIALS,
    descriptions,
    instructions_schema,
)
from rl4real_data.export.rllib import Policy, RllibRequest, RllibSummary, export_rllib
from rl4real_data.labels.decisions import decisions_of, decisions_text
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.files import read_labels, read_origins, read_trials
from rl4real_data.labels.label import Label, LabelPart
from rl4real_data.labels.origin import Origin
from rl4real_data.labels.trial import Trial, effect_of
from rl4real_data.live.answers import Answer, LivePolicy, Split
from rl4real_data.live.colours import Colours
from rl4real_data.live.compiler_backend import CompilerBackend
from rl4real_data.live.decisions_file import decisions_line, read_decisions
from rl4real_data.live.expert_parts import parts_line, write_parts
from rl4real_data.live.function_graph import FunctionGraph, GraphNode
from rl4real_data.live.grpc_server import serve_grpc
from rl4real_data.live.interactive_channel import serve_interactive
from rl4real_data.live.messages import Advice, Message, NoAdvice, Value
from rl4real_data.live.messages import Policy as MessagePolicy
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.report import DecisionReport, FunctionReport, GreedyAlone, Proposed, read_report
from rl4real_data.live.trial import (
    CompilerTool,
    Decisions,
    TrialCompiler,
    TrialFunction,
    TrialLimits,
    trial_of_mir,
    trial_of_source,
)
from rl4real_data.live.trial_result import Executed, FinalCode, TrialCosts, TrialResult
from rl4real_data.live.wires import Wire
from rl4real_data.mir2vec.vocabulary import Entity, Section, Vocabulary, make_vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary, write_vocabulary
from rl4real_data.mlgo.environments import EvictionEnv, InliningEnv, MlgoEnv, ModuleCommand, PriorityEnv
from rl4real_data.mlgo.inlining import trace_module
from rl4real_data.mlgo.policy_words import policy_named
from rl4real_data.reading.expert_outcome import CostKind
from rl4real_data.reading.parts import Parts
from rl4real_data.reading.pyg import PYG_COLUMNS, action_mask, to_pyg
from rl4real_data.reading.pyg_hetero import HETERO_COLUMNS, to_hetero
from rl4real_data.reading.register_classes import RegisterClass, RegisterMask
from rl4real_data.reading.register_table import RegisterTable
from rl4real_data.reading.tables import InstructionVectors
from rl4real_data.reading.torch_episodes import TorchEpisodes, episode_tensors
from rl4real_data.statistics.collection import FailedModule, GroupStats, LanguageStats, SplitStats, Stats
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import (
    ADVICE,
    EVICTION,
    EVICTION_COLUMNS,
    FEATURES,
    INLINING,
    PRIORITY,
    FeatureSpec,
)
from rl4real_data.traces.features import Task as TraceTask
from rl4real_data.traces.trajectory import Trajectory, mlgo_reward
from rl4real_data.training.agents import AgentName
from rl4real_data.training.allocation_env import MultiAgentAllocationEnv
from rl4real_data.training.choices import Algorithm, FinalReward
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.training_data import TrainingData, training_data_of
from rl4real_data.validation.whole_dataset import Finding

ERRORS: tuple[type[Rl4realError], ...] = (
    *(
        CacheError,
        DatasetError,
        EngineError,
        StoreError,
        HostError,
        Interrupted,
        LessThanAsked,
        ManifestError,
        MissingExtra,
        SourceError,
    ),
    *(ToolchainError, TooLittleKnown, TooManyFailures, UsageError, ValidationFailed, VocabularyError),
)


def advise(message: Message) -> Advice:
    assert_type(message, list[tuple[str, Value]])
    if not message:
        raise NoAdvice
    return [1, 7, 3]


def serve(folder: Path) -> None:
    policy: MessagePolicy = advise
    serve_pipe(folder / "pipe", Wire.JSON, policy, ready=lambda: None)
    serve_interactive(folder / "evict", policy, ready=lambda: None)
    serve_grpc(50051, policy, ready=print)


def read(data_dir: Path) -> Iterator[Episode]:
    dataset = EpisodeDataset(data_dir, split="train", verify=True)
    assert_type(dataset.index, DatasetIndex)
    assert_type(dataset.registers, RegisterTable)
    assert_type(dataset.instruction_table, InstructionVectors)
    assert_type(dataset[0], Episode)
    assert_type(len(dataset), int)
    assert_type(dataset[0:3], list[Episode])
    view = dataset.select(["edge_u", "edge_v"]).shuffle(seed=1).shard(rank=0, world_size=2)
    for episode in view:
        assert_type(episode, Episode)
        yield episode
        view.load_state_dict(view.state_dict())


def describe(episode: Episode) -> str:
    assert_type(episode.outcome, ExpertOutcome)
    assert_type(episode.function, str)
    assert_type(episode.mir, str | None)
    assert_type(episode.edges, npt.NDArray[np.int32])
    assert_type(episode.node_vectors(), npt.NDArray[np.float32])
    assert_type(episode.allowed_registers(0), npt.NDArray[np.int16])
    assert_type(Fate.SPLIT | Fate.SPILLED, Fate)
    spilled = int(np.count_nonzero(episode.node_outcome == Outcome.SPILLED))
    return f"{episode.function}: {spilled} of {episode.n_nodes} spilled"


def answer(episode: Episode) -> dict[str, float]:
    parts = episode.parts()
    assert_type(parts, Parts)
    assert_type(parts.place, npt.NDArray[np.int32])
    assert_type(episode.operand_registers(), npt.NDArray[np.int32])
    assert_type(episode.live_positions(), tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]])
    assert_type(episode.allowed_registers_at(0, 4), npt.NDArray[np.int16])
    assert_type(episode.move_frequencies(), npt.NDArray[np.float32])
    assert_type(episode.pressure(), npt.NDArray[np.int32])
    assert_type(episode.part_node, npt.NDArray[np.int32] | None)
    assert_type(episode.score, float | None)
    if episode.node_fate is not None and episode.operand_flags is not None and episode.move_kind is not None:
        np.count_nonzero(episode.node_fate & Fate.SPLIT)
        np.count_nonzero(episode.operand_flags & OperandFlag.TIED)
        np.count_nonzero(episode.move_kind == MoveKind.RELOAD)
    for kind, found in episode.outcome.costs.items():
        assert_type(found, CostKind)
        print(kind, found.count, BlockFlag.RETURN, ChangeFlag.GONE, UseFlag.FOLDABLE, ValueFlag.CHEAP)
    return {kind: found.cost for kind, found in episode.outcome.costs.items()}


def tables(dataset: EpisodeDataset) -> int:
    assert_type(dataset.register_classes[0], RegisterClass)
    assert_type(dataset.register_masks[0], RegisterMask)
    graphs = TorchEpisodes(dataset.select(HETERO_COLUMNS), to_hetero)
    points = points_of(dataset.select(POINT_COLUMNS)[0], register_file_of(dataset.registers))
    assert_type(points, ProblemPoints)
    return len(graphs) + int(points.free_between(0, 0, 2).sum()) + len(REGISTER_CLASSES) + len(REGISTER_MASKS)


def load(data_dir: str) -> DataLoader[Any]:
    dataset = EpisodeDataset(data_dir)
    episode_tensors(dataset[0])["edges"]
    action_mask(dataset[0])
    return DataLoader(TorchEpisodes(dataset.select(PYG_COLUMNS), to_pyg), batch_size=None)


def allocate(episode: Episode, registers: RegisterTable) -> float:
    table = register_file_of(registers)
    assert_type(table, RegisterFile)
    problem = problem_of(episode, table)
    assert_type(problem, AllocationProblem)
    allocation = Allocation(problem)
    assert len(expert_order(episode, problem)) == problem.n_nodes
    for decision in expert_decisions(episode, allocation):
        assert_type(decision, Decision)
        if decision.task is Task.COLOUR:
            allocation.decide(decision.node, decision.choice)
        else:
            allocation.leave(decision.node)
    assert node_features(allocation).shape[1] == len(NODE_FEATURES)
    assert UNDECIDED not in allocation.choice or SPILLED in allocation.choice
    assert_type(allocation.cost(), float)
    return allocation.cost() - expert_cost(episode, problem)


def play(data_dir: str) -> float:
    env = RegisterAllocationEnv(data_dir, max_nodes=100, vectors=True)
    observation, info = env.reset(seed=1)
    assert_type(observation, dict[str, Any])
    total = 0.0
    for action in env.expert_actions():
        _, reward, terminated, truncated, info = env.step(action)
        total += reward
        if terminated or truncated:
            break
    return total + float(info["cost"]) + len(ENVIRONMENT_ID)


def transitions(data_dir: str, output: Path) -> int:
    summary = export_rllib(RllibRequest(data_dir=data_dir, output=output, max_nodes=64, vectors=False))
    assert_type(summary, RllibSummary)
    return summary.rows[Policy.COLOUR]


def advised(scores: dict[str, npt.NDArray[np.float32]], metadata: dict[str, str]) -> list[Decisions]:
    rule = AdviceRule.of_metadata(metadata)
    names = FunctionNames(vregs=[1, 2], use_offsets=[0, 2, 3])
    found = {name: scores[name] for name in OUTPUTS if name in scores}
    return [*rule.proposals(found, names, tries=5)]


def search(data_dir: str) -> TrialResult | None:
    tool = CompilerTool.found()
    best: TrialResult | None = None
    for episode in EpisodeDataset(data_dir):
        assert episode.mir is not None
        with trial_of_mir(tool, episode.mir, limits=TrialLimits(wall_s=5.0)) as compiler:
            best = try_singles(compiler)
    return best


def try_singles(compiler: TrialCompiler) -> TrialResult | None:
    best: TrialResult | None = None
    for function in compiler:
        assert_type(function, TrialFunction)
        candidates: list[Decisions] = [[["spill", node["vreg"]]] for node in function.describe()["nodes"]]
        for result in function.try_many(candidates, until="code"):
            final: FinalCode | None = result.final
            costs: TrialCosts | None = result.costs
            if final and costs and (best is None or best.final is None or final.frozen.total < best.final.frozen.total):
                executed: Executed = final.recomputed
                print(executed.loads, costs.reloads_cost, final.moved)
                best = result
        function.choose(candidates[0])
    return best


def labelled(data_dir: Path) -> Iterator[str]:
    origins: tuple[Origin, ...] = read_origins(data_dir)
    yield f"{LABELS.names} {TRIALS.names} {[origin.recipe for origin in origins]}"
    label: Label
    for label in read_labels(data_dir):
        if label.source is LabelSource.IMPROVE and label.status is LabelStatus.BETTER and label.decisions is not None:
            code: ExecutedCode | None = label.final
            same: Decisions = decisions_of(decisions_text(label.decisions))
            yield f"{label.ratio} {code and code.total} {same}"
        parts: tuple[LabelPart, ...] = label.parts or ()
        yield f"{[part.place for part in parts]}"
    trial: Trial
    for trial in read_trials(data_dir):
        if trial.objective is Objective.FINAL and trial.value is not None:
            assert_type(effect_of(trial.value, 1.0), Effect)


def again(episode: Episode, folder: Path) -> int:
    with trial_of_source(CompilerTool.found(), ("-O3", "-c", "a.c"), cwd=folder) as compiler:
        print(len(list(compiler)))
    return len(parts_line(episode)) + write_parts([episode], folder / "a.parts")


def vocabulary(path: Path) -> Vocabulary:
    found = read_vocabulary(path) if path.exists() else read_vocabulary(shipped_vocabulary("x86"))
    entity = found.entities[0]
    assert_type(entity, Entity)
    assert_type(entity.section, Section)
    write_vocabulary(path, make_vocabulary("mine", found.entities, found.vectors, target="x86"))
    return found


def books(data_dir: Path) -> None:
    index: DatasetIndex = read_index(data_dir)
    entry: FileEntry = index.files["README.md"]
    split: SplitBooks = index.splits["train"]
    corpus: CorpusEntry = split.corpora[0]
    stats: Stats = collect_stats(data_dir)
    overall: SplitStats = stats.overall
    failed: tuple[FailedModule, ...] = stats.failed_modules
    groups: tuple[GroupStats, ...] = stats.corpora
    languages: tuple[LanguageStats, ...] = stats.languages
    findings: tuple[Finding, ...] = validate(data_dir)
    print(entry.sha256, corpus.license, overall.modules, failed, groups, languages, findings)
    print(descriptions(EPISODES), MODULES, REGISTERS, SCHEMA_VERSION, instructions_schema(100))
    print(rl4real_data.__version__, __version__)


def main(data_dir: Path) -> int:
    try:
        for episode in read(data_dir):
            print(describe(episode))
    except Rl4realError as error:
        print(error, error.hint)
        return error.exit_code
    return 0


def play_with_splits(dataset: EpisodeDataset, backend: AnswerBackend) -> float:
    env = SplitRegisterAllocationEnv(dataset, backend=backend, cost_weights=COST_WEIGHTS)
    _, info = env.reset(seed=1)
    allocation = assert_type(env.allocation, SplitAllocation)
    for node in allocation.nodes:
        assert_type(node, LiveNode)
    assert_type(EpisodeBackend().costs_of(env.episode, allocation), AnswerCosts)
    costs = assert_type(answer_costs(allocation, dataset.registers), dict[str, float])
    compiled = CompilerBackend.find().carry_out(env.episode, env.decisions())
    assert_type(compiled, FunctionReport)
    assert_type(compiled.before, GreedyAlone | None)
    assert_type(compiled.proposed, Proposed | None)
    names = (SPLIT_ENVIRONMENT_ID, *PIECE_FEATURES, *POINT_FEATURES)
    return weighted_cost(costs) + SPLIT + len(names) + len(info)


class FirstFree:
    def answer(self, graph: FunctionGraph) -> Answer:
        for node in graph.nodes.values():
            assert_type(node, GraphNode)
            if node.split_slots:
                return Split(node.id, node.split_slots[0])
        return None


def decide(graph: FunctionGraph, colours: Colours) -> Answer:
    policy: LivePolicy = FirstFree()
    return policy.answer(graph) if colours.most else {node: 0 for node in graph.nodes}


def report_of(path: Path) -> int:
    line = decisions_line("f", [["spill", 3]])
    known = assert_type(read_decisions(path), dict[str, list[list[Any]]])
    return assert_type(read_report(path.read_bytes()), DecisionReport).kept + len(line) + len(known)


def play_as_agents(data_dir: Path) -> None:
    data = assert_type(training_data_of(data_dir, "train"), TrainingData)
    settings = TrainSettings(algorithm=Algorithm.BC, final_reward=FinalReward.RATIO)
    env = MultiAgentAllocationEnv({"task": data.task(settings), "edges": True})
    observations, _ = env.reset(seed=1)
    print([AgentName(agent) for agent in observations])


def read_traces(data_dir: Path) -> float:
    traces = TraceDataset(data_dir)
    for trajectory in traces:
        assert_type(trajectory, Trajectory)
    assert_type(traces.features[0], FeatureSpec)
    names = (*INLINING, *EVICTION, *PRIORITY, *FEATURES[traces.task], ADVICE[TraceTask.EVICTION])
    return mlgo_reward(1.0, traces[0].baseline) + EVICTION_COLUMNS + len(names)


def decide_on_inlining(folder: Path) -> None:
    module = ModuleCommand(arguments=("-Oz", "-c", "a.c"), cwd=folder)
    env = InliningEnv([module])
    assert_type(env, InliningEnv)
    assert isinstance(env, MlgoEnv)
    registers = (EvictionEnv([module]), PriorityEnv([module], shuffle=True))
    assert_type(registers[0].reset(options={"module": 0})[1], dict[str, Any])
    print(registers[1].action_space)
    print(trace_module, policy_named("random", TraceTask.INLINING, seed=1))
