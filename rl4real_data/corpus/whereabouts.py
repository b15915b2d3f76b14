"""The whereabouts of a module, told without a path of any machine.

A dataset tells nothing of the machine that made it. What it says of a module is said in the folder that holds what was
named after `--corpus` (in that folder itself, if it was a folder), and the rest is asked of `rl4real-data path corpus`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What `rl4real-data path corpus` is asked, and where.

    `word` stands for the corpus. `is_shipped`: it does so in every folder; else in the one of which the user must know.
    `is_here`: the modules lie in just that folder. `within`: the module, where it lies apart from its corpus, as those
    inside of files do. `is_built`: the corpus is there once it was built.
    """

    word: str
    is_shipped: bool = False
    is_here: bool = False
    is_built: bool = False
    within: str = ""
