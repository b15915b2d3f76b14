"""The command `rl4real-data stats`.

What a dataset holds.
"""

from __future__ import annotations

from pathlib import Path

from rl4real_data.commands.console import during, say, work_progress, write_json, write_result
from rl4real_data.commands.options import DataDir, Html, Json
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import UsageError


def stats(data_dir: DataDir, html: Html = None, as_json: Json = False) -> None:
    """Show what a dataset holds, what was left out, and why."""
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
