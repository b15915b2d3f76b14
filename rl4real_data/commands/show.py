"""The command `rl4real-data show`.

One episode for a person.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.console import say, write_json, write_result
from rl4real_data.commands.options import DataDir, Json


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
    as_json: Json = False,
) -> None:
    """Show one episode: its nodes, interference graph, live ranges, and what LLVM's allocator did."""
    from rl4real_data.show.allocation_picture import render_allocation
    from rl4real_data.show.episode_page import render_episode_page
    from rl4real_data.show.episode_text import render_episode_text
    from rl4real_data.show.graph import draw_graph
    from rl4real_data.show.load import drawn_from, load_view
    from rl4real_data.show.write import write_text

    view = load_view(data_dir, episode)
    pages: dict[Path, str] = {}
    text = ""
    with drawn_from(data_dir):
        if html is not None:
            pages[html] = render_episode_page(view)
        if svg is not None:
            pages[svg] = draw_graph(view).svg
        if allocation is not None:
            pages[allocation] = render_allocation(view)
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
