"""The games of one process, collected for RLlib's learners.

Several functions are played side by side, so that each network is asked for many of them at once; RLlib's own runner
passes each step through its connectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np

from rl4real_data.core.extras import required_by
from rl4real_data.training.agent_view import Observation
from rl4real_data.training.agents import AgentName, action_count
from rl4real_data.training.expert_play import ExpertPlay
from rl4real_data.training.function_game import FunctionGame, Turn
from rl4real_data.training.modules import modules_of
from rl4real_data.training.networks import LOWEST
from rl4real_data.training.plain_play import PlainPlay
from rl4real_data.training.play_search import PlaySearch
from rl4real_data.training.rewards import Outcome, Referee
from rl4real_data.training.weights import Weights
from rl4real_data.training.worker_task import WorkerTask

with required_by("training", extra="rllib"):
    import torch
    from ray.rllib.core.columns import Columns
    from ray.rllib.env.single_agent_episode import SingleAgentEpisode


@dataclass(slots=True)
class Trace:
    """What one agent saw, did and earned in one game. `chances`: of the actions, as logits, and those taken."""

    observations: list[Observation] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    logits: list[np.ndarray[Any, Any]] = field(default_factory=list)
    log_chances: list[float] = field(default_factory=list)

    def episode(self, agent: AgentName, rows: int | None) -> Any:
        """As a learner takes it: each agent is one that acts alone. `rows`: see `_rows_of`."""
        extra: dict[str, Any] = {}
        if self.logits:
            logits = [one[:rows] for one in self.logits]
            extra = {Columns.ACTION_DIST_INPUTS: logits, Columns.ACTION_LOGP: self.log_chances}
        seen = [{name: array[:rows] for name, array in one.items()} for one in self.observations]
        return SingleAgentEpisode(
            id_=uuid4().hex,
            agent_id=agent.value,
            module_id=agent.value,
            observations=[*seen, seen[-1]],
            actions=self.actions,
            rewards=self.rewards,
            extra_model_outputs=extra,
            terminated=True,
            len_lookback_buffer=0,
        )


class Play:
    """One game with its traces."""

    def __init__(self, game: FunctionGame, *, is_local: bool) -> None:
        self.game = game
        self.traces: dict[AgentName, Trace] = defaultdict(Trace)
        self._is_local = is_local

    def act(self, observation: Observation, action: int) -> Turn:
        """One action of the agent whose turn it is, and its local reward."""
        agent = self.game.agent
        turn = self.game.act(action)
        trace = self.traces[agent]
        trace.observations.append(observation)
        trace.actions.append(action)
        trace.rewards.append(turn.reward)
        if turn.is_decision and self._is_local:
            for other in (AgentName.SELECT_NODE, AgentName.SELECT_TASK):
                self.traces[other].rewards[-1] += turn.reward
        return turn

    def end(self, reward: float) -> list[tuple[AgentName, Trace]]:
        """The traces of a game that is over; the final reward takes the place of the last one, as in RL4ReAl."""
        for trace in self.traces.values():
            if reward:
                trace.rewards[-1] = reward
        return sorted(self.traces.items(), key=lambda one: one[0])


@dataclass(slots=True)
class Played:
    """What a process played: what each agent did in each game, and of each game its outcome and the sum of its rewards.

    `places`: of `select_node`, the most in any of the games.
    """

    traces: list[tuple[AgentName, Trace]] = field(default_factory=list)
    places: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    returns: list[float] = field(default_factory=list)
    steps: int = 0

    def add(self, other: Played) -> None:
        """What another process played."""
        self.traces += other.traces
        self.places = max(self.places, other.places)
        self.outcomes += other.outcomes
        self.returns += other.returns
        self.steps += other.steps

    def episodes(self) -> list[Any]:
        """RLlib's, for its learners."""
        return [trace.episode(agent, _rows_of(agent, self.places)) for agent, trace in self.traces]


class Player:
    """Plays as the agents' modules say. `worker`: 1, 2, … of the task's workers; 0: the only one."""

    def __init__(self, task: WorkerTask, worker: int = 0) -> None:
        torch.set_num_threads(1)  # the networks are small, and threads that wait take the processor from the game
        self._task = task
        self._source = task.source(worker)
        self._referee = Referee(backend=task.backend(worker), settings=task.rewards)
        self._random = torch.Generator().manual_seed(task.seed + worker)
        self._module = modules_of(task.sizes).build()

    def take(self, weights: Weights) -> None:
        """The weights to play with."""
        self._module.set_state(weights)

    def play(self, *, does_explore: bool = True) -> Played:
        """As many whole games side by side as the task says."""
        found = Played()
        plays = [self._begin() for _ in range(self._task.games)]
        while plays:
            for agent in AgentName:
                self._turn([play for play in plays if play.game.agent is agent], agent, does_explore, found)
            plays = [play for play in plays if not play.game.is_over]
        return found

    def _begin(self) -> Play:
        _, game = self._source.next()
        return Play(game, is_local=self._task.rewards.local_reward)

    def _turn(self, plays: list[Play], agent: AgentName, does_explore: bool, found: Played) -> None:
        """One action in each of the games in which it is the agent's turn."""
        plays = [play for play in plays if not play.game.is_over]
        if not plays:
            return
        seen = [play.game.observe() for play in plays]
        rows = _rows_of(agent, max(play.game.view.n_places for play in plays))
        with torch.no_grad():
            logits = self._module[agent.value].network.masked(_batch_of(seen, rows))
        chances = logits.log_softmax(dim=-1)
        if does_explore:
            taken = torch.multinomial(chances.exp(), 1, generator=self._random)
        else:
            taken = logits.argmax(dim=-1, keepdim=True)
        likely = chances.gather(1, taken).squeeze(-1).tolist()
        actions = action_count(agent, self._task.sizes)
        told = torch.nn.functional.pad(logits, (0, actions - logits.shape[1]), value=LOWEST).numpy()
        for row, (play, action) in enumerate(zip(plays, taken.squeeze(-1).tolist(), strict=True)):
            turn = play.act(seen[row], action)
            play.traces[agent].logits.append(told[row])
            play.traces[agent].log_chances.append(likely[row])
            self._note(play, turn, found)

    def _note(self, play: Play, turn: Turn, found: Played) -> None:
        found.steps += 1
        if turn.is_over:
            outcome = self._referee.judge(play.game)
            found.traces += play.end(outcome.reward)
            found.places = max(found.places, play.game.view.n_places)
            found.outcomes.append(outcome)
            found.returns.append(sum(sum(trace.rewards) for trace in play.traces.values()))


class ExpertPlayer(Player):
    """Plays the expert's answers, or with `bc_plays` what a search finds to cost less."""

    def __init__(self, task: WorkerTask, worker: int = 0) -> None:
        super().__init__(task, worker)
        self._search = PlaySearch(colours=self._source.colours, sizes=task.sizes, plays=task.bc_plays, seed=task.seed)

    def play(self, *, does_explore: bool = True) -> Played:
        """Whole games, one after the other."""
        del does_explore
        found = Played()
        for _ in range(self._task.games):
            play = self._begin()
            leader = self._leader(play.game)
            is_over = False
            while not is_over:
                turn = play.act(play.game.observe(), leader.action())
                self._note(play, turn, found)
                is_over = turn.is_over
        return found

    def _leader(self, game: FunctionGame) -> ExpertPlay | PlainPlay:
        if not self._task.bc_plays:
            return ExpertPlay(game, self._source.colours)
        return PlainPlay(game, self._source.colours, self._search.changes(game.facts))


def _rows_of(agent: AgentName, places: int) -> int | None:
    """How many rows of the observations tell something, where no game has more places; None: all that there are."""
    return places if agent is AgentName.SELECT_NODE else None


def _batch_of(seen: Sequence[Observation], rows: int | None) -> dict[str, torch.Tensor]:
    """The observations side by side, of `rows` alone: padding is most of what an agent sees."""
    return {name: torch.from_numpy(np.stack([one[name][:rows] for one in seen])) for name in seen[0]}
