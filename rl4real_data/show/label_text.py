"""The labels of an episode as lines for a terminal."""

from __future__ import annotations

from rl4real_data.core.shown_text import shown
from rl4real_data.labels.label import Label
from rl4real_data.show.label_figures import decision_words, figures_of, headline


def label_lines(labels: tuple[Label, ...], width: int) -> list[str]:
    """Nothing without labels."""
    lines: list[str] = []
    for label in labels:
        lines += [f"label by {headline(label)}", *_decisions(label, width)]
        if label.has_answer:
            lines.append(f"  {'':<32}{'greedy':>14}{'answer':>14}")
            lines += [
                f"  {name:<32}{_figure(greedy):>14}{_figure(found):>14}" for name, greedy, found in figures_of(label)
            ]
    return [_clip(shown(line), width) for line in lines]


def _decisions(label: Label, width: int) -> list[str]:
    """As many lines as they need."""
    lines: list[str] = []
    for words in decision_words(label):
        if lines and len(lines[-1]) + 2 + len(words) <= width:
            lines[-1] += f"; {words}"
        else:
            lines.append(f"  {words}")
    return lines


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.6g}"


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
