"""`rl4real-data show`: parse, call the library, render."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rl4real_data.statistics.collection import Stats


def show(
    data_dir: Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset.")],
    episode: Annotated[
        str,
        typer.Argument(metavar="EPISODE", help="episode_id or its beginning, function, or module:function."),
    ],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one self-contained page with everything.")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the interference graph alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
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
            print(f"rl4real-data: wrote {path}", file=sys.stderr)


def write_stats_page(data_dir: Path, file: Path, stats: Stats | None = None) -> None:
    """`stats --html FILE`; `stats`, if already collected, saves a pass over the dataset."""
    from rl4real_data.show.stats_page import make_stats_page
    from rl4real_data.show.write import write_text

    write_text(file, make_stats_page(data_dir, stats))
    print(f"rl4real-data: wrote {file}", file=sys.stderr)
