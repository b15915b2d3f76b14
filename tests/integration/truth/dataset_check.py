"""All episodes of a dataset, or of some of its modules, against the stock compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .answer import AnswerCheck
from .carried import CarriedCheck
from .columns import Dataset, Episode
from .costs import check_remarks, check_saved, check_score, check_sums
from .findings import Findings
from .folding import check_folding
from .liveness import LivenessCheck
from .machine_text import Function, read_functions
from .problem import ProblemCheck
from .remarks import read_remarks
from .scores import read_scores
from .stock_compiler import StockCompiler


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is compared with what: `roots` are the corpora's folders, `score_plugin` one for this release's llc.

    What the compiler printed is left in `kept_in`, and found there by the next check of the one module.
    """

    dataset: Dataset
    roots: Mapping[str, Path]
    bin_dir: Path
    allocator: str
    score_plugin: Path | None = None
    frames: bool = True
    kept_in: Path | None = None

    def run(self, is_wanted: Callable[[str], bool] = lambda _: True, jobs: int = 1) -> Findings:
        findings = Findings()
        due = [found for found in self.dataset.by_module() if is_wanted(found[0][1])]
        with ThreadPoolExecutor(jobs) as pool:
            for one in pool.map(lambda module: self._module(*module), due):
                findings.counts.update(one.counts)
                findings.unexplained += one.unexplained
        return findings

    def _module(self, module: tuple[str, str], episodes: list[Episode]) -> Findings:
        findings = Findings()
        command, root = self.dataset.commands[module], self.roots[module[0]]
        with TemporaryDirectory(prefix="truth") as folder:
            stock = StockCompiler(self.bin_dir / "clang", self.allocator, self.kept_in or Path(folder))
            before = stock.before_allocation(command, root)
            path = stock.after_allocation(command, root)
            after = read_functions(path.read_text())
            answers = [
                self._code(episode, before[episode["function"]], after[episode["function"]], findings)
                for episode in episodes
            ]
            self._costs(answers, path, findings)
            if self.allocator == "greedy":  # basic has no remarks
                self._remarks(episodes, after, stock.remarks(command, root), findings)
            if self.frames:
                framed = stock.with_frames(command, root)
                for episode in episodes:
                    name = episode["function"]
                    check_saved(episode, after[name], framed[name], findings)
        return findings

    def _code(self, episode: Episode, before: Function, after: Function, findings: Findings) -> AnswerCheck:
        ProblemCheck(episode, before, findings).run()
        liveness = LivenessCheck(episode, before, findings)
        liveness.run()
        answer = AnswerCheck(episode, before, after, findings)
        answer.run()
        check_folding(episode, answer.places, findings)
        if answer.aligned:
            CarriedCheck(answer, before, liveness.nodes, findings).run()
        return answer

    def _costs(self, answers: list[AnswerCheck], text: Path, findings: Findings) -> None:
        scores = read_scores(self.bin_dir, self.score_plugin, text) if self.score_plugin else {}
        for answer in answers:
            check_sums(answer.episode, answer.constants, answer.accesses, findings)
            if self.score_plugin:
                check_score(answer.episode, scores[answer.episode["function"]], findings)

    def _remarks(
        self,
        episodes: list[Episode],
        after: Mapping[str, Function],
        told: tuple[str, Mapping[str, Function]],
        findings: Findings,
    ) -> None:
        remarks, remarked = read_remarks(told[0]), told[1]
        for episode in episodes:
            name = episode["function"]
            if remarked[name].code != after[name].code:
                findings.count("remarks: the compiler makes other code with locations")
            else:
                check_remarks(episode, remarks.get(name, {}), findings)
