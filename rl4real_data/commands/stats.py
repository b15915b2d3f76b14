"""The command `rl4real-data stats`.

What a dataset holds, or how far a run is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.console import during, say, work_progress, write_json, write_result
from rl4real_data.commands.data_dir import opened
from rl4real_data.commands.options import Html, Json
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import UsageError


def stats(
    data_dir: Annotated[
        Path | None, typer.Argument(metavar="[DATA_DIR]", help="Folder or URL of a dataset.", show_default=False)
    ] = None,
    html: Html = None,
    as_json: Json = False,
    run: Annotated[
        str | None, typer.Option(metavar="URL", help="Show how far that run of flow --run is, instead of a dataset.")
    ] = None,
) -> None:
    """Show what a dataset holds, what was left out, and why; or how far a run is."""
    if (data_dir is None) == (run is None):
        raise UsageError(
            "Missing argument 'DATA_DIR'" if run is None else f"--run {run}: a DATA_DIR is named beside it",
            hint="`rl4real-data stats DATA_DIR` for a dataset, `rl4real-data stats --run URL` for a run",
        )
    if run is not None:
        _show_run(run, as_json=as_json)
        return
    assert data_dir is not None
    with opened(data_dir) as folder:
        _show_dataset(folder, html, as_json=as_json)


def _show_run(run: str, *, as_json: bool) -> None:
    from rl4real_data.cluster.run_status import status_of

    status = status_of(run)
    if as_json:
        write_json(status.to_json())
    else:
        write_result(status.text())


def _show_dataset(data_dir: Path, html: Path | None, *, as_json: bool) -> None:
    from rl4real_data.statistics.collection import collect_stats
    from rl4real_data.statistics.text import render_text
    from rl4real_data.traces.index import is_trace_dataset

    if is_trace_dataset(data_dir):
        if html is not None:
            raise UsageError("--html: there are no pages of traces", hint="leave it out, or add --json")
        return _trace_stats(data_dir, as_json=as_json)
    with during("counting"):
        found = collect_stats(data_dir)
    if html is not None:
        from rl4real_data.show.stats_folder import is_folder_name, write_stats_folder
        from rl4real_data.show.stats_page import make_stats_page
        from rl4real_data.show.write import write_text

        if is_folder_name(html):
            with work_progress("writing pages", "function") as watch:
                functions = write_stats_folder(data_dir, found, html, watch=watch)
            say(f"wrote {html / 'index.html'} and {counted(functions, 'page')} of the largest functions")
        else:
            write_text(html, make_stats_page(data_dir, found))
            say(f"wrote {html}")
    if as_json:
        write_json(found.to_json())
    elif html is None:
        write_result(render_text(found))


def _trace_stats(data_dir: Path, *, as_json: bool) -> None:
    from rl4real_data.statistics.traces import collect_trace_stats, trace_text

    found = collect_trace_stats(data_dir)
    if as_json:
        write_json(found.to_json())
    else:
        write_result(trace_text(found))
