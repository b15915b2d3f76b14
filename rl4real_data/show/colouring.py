"""The colours of nodes by register class, outcome and assigned register, which a page's switch chooses from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rl4real_data.show.palette import FAMILIES, OTHER, colour_of_outcome, colours_of_classes
from rl4real_data.show.view import EpisodeView

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Colouring:
    """`styles`: CSS classes of each node, one for each choice; `keys`: choice -> (CSS class, words) of its legend."""

    styles: Sequence[str]
    keys: Mapping[str, Sequence[tuple[str, str]]]


def colour_nodes(view: EpisodeView) -> Colouring:
    """Registers that share their first unit (EAX and RAX) have one colour, those of most nodes the first ones."""
    classes = colours_of_classes(node.class_name for node in view.nodes)
    ranked = Counter(node.register_unit for node in view.nodes if node.register_unit is not None).most_common()
    ranked.sort(key=lambda item: (-item[1], item[0]))
    units = {unit: min(rank, FAMILIES) for rank, (unit, _) in enumerate(ranked)}
    styles = [
        f"c{classes[node.class_name]} o{colour_of_outcome(node.outcome)}"
        f" r{FAMILIES if node.register_unit is None else units[node.register_unit]}"
        for node in view.nodes
    ]
    keys = {
        "class": _class_key(view, classes),
        "outcome": [(f"o{colour_of_outcome(name)}", f"{name} ({count:,})") for name, count in view.outcomes.items()],
        "register": _register_key(view, units),
    }
    return Colouring(styles, keys)


def _class_key(view: EpisodeView, colours: Mapping[str, int]) -> list[tuple[str, str]]:
    counts = Counter(node.class_name for node in view.nodes)
    key = [(f"c{colour}", f"{name} ({counts[name]:,})") for name, colour in colours.items() if colour < OTHER]
    others = [name for name, colour in colours.items() if colour == OTHER]
    if others:
        key.append((f"c{OTHER}", f"{len(others)} other classes ({sum(counts[name] for name in others):,})"))
    return key


def _register_key(view: EpisodeView, units: Mapping[int, int]) -> list[tuple[str, str]]:
    names = {unit: Counter[str]() for unit in units}
    without = 0
    for node in view.nodes:
        if node.register is None or node.register_unit is None:
            without += 1
        else:
            names[node.register_unit][node.register] += 1
    key = [
        (f"r{colour}", f"{_join(names[unit])} ({names[unit].total():,})")
        for unit, colour in units.items()
        if colour < FAMILIES
    ]
    rest = sum(names[unit].total() for unit, colour in units.items() if colour == FAMILIES)
    words = ((f"other registers ({rest:,})", rest), (f"no register ({without:,})", without))
    return key + [(f"r{FAMILIES}", text) for text, count in words if count]


def _join(names: Counter[str]) -> str:
    ranked = sorted(names, key=lambda name: (-names[name], name))
    return "/".join(ranked[:_NAMED]) + "/…" * (len(ranked) > _NAMED)
