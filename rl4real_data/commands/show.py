"""The command `rl4real-data show`.

One episode for a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rl4real_data.commands.console import say, write_json, write_result
from rl4real_data.commands.data_dir import takes_urls
from rl4real_data.commands.options import DataDir, Json
from rl4real_data.core.environment import load_environment

if TYPE_CHECKING:
    from rl4real_data.labels.decisions import Decisions
    from rl4real_data.show.best_answer import CarryOut


@takes_urls()
def show(
    data_dir: DataDir,
    episode: Annotated[
        str,
        typer.Argument(metavar="EPISODE", help="episode_id or its beginning, function, or module:function."),
    ],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained page with everything.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the interference graph alone.")] = None,
    allocation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the picture of the allocation alone, as SVG.")
    ] = None,
    best: Annotated[
        bool, typer.Option("--best", help="Show the allocation of its best label, too; the compiler carries it out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one episode: its nodes, interference graph, live ranges, and what LLVM's allocator did."""
    from rl4real_data.show.allocation_picture import render_allocation
    from rl4real_data.show.episode_page import render_episode_page
    from rl4real_data.show.episode_text import render_episode_text
    from rl4real_data.show.graph import draw_graph
    from rl4real_data.show.load import drawn_from, load_view
    from rl4real_data.show.write import write_text

    view = load_view(data_dir, episode, carry_out=_carry_out(data_dir) if best else None)
    pages: dict[Path, str] = {}
    text = ""
    with drawn_from(data_dir):
        if html is not None:
            pages[html] = render_episode_page(view)
        if svg is not None:
            pages[svg] = draw_graph(view).svg
        if allocation is not None:
            pages[allocation] = render_allocation(view.best or view)
        if as_json:
            text = json.dumps(view.to_json_object(), indent=2, allow_nan=False, ensure_ascii=False)
        elif not pages:
            text = render_episode_text(view)
    for path, page in pages.items():
        write_text(path, page)
    if as_json:
        write_json(text)
    elif text:
        write_result(text)
    for path in pages:
        say(f"wrote {path}")


def _carry_out(data_dir: Path) -> CarryOut:
    """By the compiler of the dataset's release, which is looked for when there are decisions to carry out."""
    from rl4real_data.live.decided_answer import decided_answer
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.validation.replay_tool import find_label_tool

    def carry_out(row: Mapping[str, Any], decisions: Decisions) -> Mapping[str, Any]:
        tool = find_label_tool(data_dir, Installation.of(load_environment()), announce=say)
        return decided_answer(tool, row["mir"], row["function"], decisions)

    return carry_out
