"""The command `rl4real-data show`.

One episode for a person.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.console import say
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
    as_json: Json = False,
) -> None:
    """Show one episode: its nodes, interference graph, live ranges, and what LLVM's allocator did."""
    from rl4real_data.show.episode_page import render_episode_page
    from rl4real_data.show.episode_text import render_episode_text
    from rl4real_data.show.graph import draw_graph
    from rl4real_data.show.load import load_view
    from rl4real_data.show.write import write_text

    view = load_view(data_dir, episode)
    if html is not None:
        write_text(html, render_episode_page(view))
    if svg is not None:
        write_text(svg, draw_graph(view, alone=True).svg)
    if as_json:
        print(json.dumps(view.to_json_object(), indent=2, allow_nan=False, ensure_ascii=False))
    elif html is None and svg is None:
        print(render_episode_text(view))
    for path in (html, svg):
        if path is not None:
            say(f"wrote {path}")
