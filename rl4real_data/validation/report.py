"""The report of a validation.

What was found, and whether episodes and labels replay.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.counted import counted
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.label_replay import LabelReplay
from rl4real_data.validation.replay import ReplayReport

REPLAY_SHARE: Final = 0.99
"""Share of episodes that must replay to the same. The rest meets differences that MIR text cannot carry: the order of
use lists (sums of float weights round otherwise) and the numbers of blocks, by which the allocator breaks ties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What was found; `replay` and `labels` only where they were asked for."""

    data_dir: Path
    findings: tuple[Finding, ...]
    replay: ReplayReport | None
    labels: LabelReplay | None = None

    @property
    def replays(self) -> bool:
        return self.replay is None or self.replay.share_equal >= REPLAY_SHARE

    @property
    def labels_replay(self) -> bool:
        return self.labels is None or self.labels.share_equal >= REPLAY_SHARE

    @property
    def ok(self) -> bool:
        return not self.findings and self.replays and self.labels_replay

    @property
    def verdict(self) -> str:
        found = [f"{counted(len(self.findings), 'finding')}"] if self.findings else []
        if self.replay is not None and not self.replays:
            found.append(f"only {self.replay.share_equal:.2%} of the episodes replay to the same")
        if self.labels is not None and not self.labels_replay:
            found.append(f"only {self.labels.share_equal:.2%} of labels and candidates have the figures of their rows")
        return " and ".join(found)

    @property
    def advice(self) -> str:
        if self.findings:
            return (
                "delete what is damaged and run the command that made it again, `flow` or `trace`; labels and their "
                "trials are found anew behind it, by `improve` and `label`"
            )
        return "see the list above; the compiler must be the one that made the dataset"

    def to_json(self) -> str:
        replayed = self.replay.as_dict() if self.replay else None
        labels = self.labels.as_dict() if self.labels else None
        findings = [asdict(finding) for finding in self.findings]
        return json.dumps({"ok": self.ok, "findings": findings, "replay": replayed, "labels": labels}, indent=2)
