"""The command `rl4real-data corpus show`.

Everything that is known about one corpus.
"""

from __future__ import annotations

import json

from rl4real_data.commands.console import write_json, write_result
from rl4real_data.commands.options import CorpusName, Json
from rl4real_data.core.environment import load_environment


def show(name: CorpusName, as_json: Json = False) -> None:
    """Show everything that is known about one corpus, and its files."""
    from rl4real_data.corpus.cache import Cache
    from rl4real_data.corpus.description import describe, describe_as_text
    from rl4real_data.corpus.named import one_manifest

    description = describe(one_manifest(name), Cache(root=load_environment().cache_dir))
    if as_json:
        write_json(json.dumps(description, indent=2))
    else:
        write_result(describe_as_text(description))
