"""What a check of episodes found: how much was compared, and what nobody can explain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Counts by kind, explained ones too, and the differences that are left."""

    counts: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def count(self, kind: str, number: int = 1) -> None:
        self.counts[kind] += number

    def differ(self, kind: str, where: object, detail: object = "") -> None:
        """Something that ought not to be."""
        self.counts[f"UNEXPLAINED: {kind}"] += 1
        self.unexplained.append(f"{kind}: {where}: {detail}")

    def compare(self, kind: str, where: object, found: object, expected: object) -> None:
        if found == expected:
            self.count(kind)
        else:
            self.differ(kind, where, f"the columns say {found}, the compiler {expected}")

    def report(self, most: int = 30) -> str:
        lines = [f"{number:9} {kind}" for kind, number in sorted(self.counts.items())]
        return "\n".join([*lines, *self.unexplained[:most]])
