"""The names of a dataset's files.

An index may list these and no others: what comes from elsewhere names no file outside its folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

CARD_NAME: Final = "README.md"
CROISSANT_NAME: Final = "croissant.json"
MODULES_NAME: Final = "modules.parquet"
INSTRUCTIONS_NAME: Final = "instructions.parquet"
REGISTERS_NAME: Final = "registers.parquet"
REGISTER_CLASSES_NAME: Final = "register_classes.parquet"
REGISTER_MASKS_NAME: Final = "register_masks.parquet"
LABELS_NAME: Final = "labels.parquet"
TRIALS_NAME: Final = "trials.parquet"
VOCABULARY_NAME: Final = "vocab/vocabulary.parquet"
INDEX_NAME: Final = "dataset.json"

SHARDS: Final = "data"
"""The folder of the shards; those of a dataset in a store lie below it, in one named by its fingerprint."""
SPLITS: Final = ("train", "test")
SHARD_FOLDER: Final = re.compile(r"data/[0-9a-f]{64}")
SHARD_NAME: Final = re.compile(r"data/(?:[0-9a-f]{64}/)?(?P<split>train|test)-[0-9]{1,9}-of-[0-9]{1,9}\.parquet")
_VOCABULARY: Final = re.compile(r"vocab/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.parquet")
_TABLES: Final = frozenset(
    {
        *(CARD_NAME, CROISSANT_NAME, MODULES_NAME, INSTRUCTIONS_NAME),
        *(REGISTERS_NAME, REGISTER_CLASSES_NAME, REGISTER_MASKS_NAME),
        *(LABELS_NAME, TRIALS_NAME),
    }
)


def shards_glob(names: Iterable[str], split: str) -> str:
    """What all shards of the split are called among the names of a dataset's files, and none of another dataset."""
    folders = {name.rpartition("/")[0] for name in names if (m := SHARD_NAME.fullmatch(name)) and m["split"] == split}
    return f"{min(folders, default=SHARDS)}/{split}-*.parquet"


def is_listed_name(name: str) -> bool:
    """Whether an index may list a file of that name."""
    return name in _TABLES or bool(SHARD_NAME.fullmatch(name) or _VOCABULARY.fullmatch(name))
