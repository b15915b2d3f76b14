"""The description of a DATA_DIR for programs.

`croissant.json`: files and columns in MLCommons Croissant 1.1, JSON-LD.

The specification: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rl4real_data.episodes.file_names import (
    CARD_NAME,
    CROISSANT_NAME,
    INSTRUCTIONS_NAME,
    LABELS_NAME,
    MODULES_NAME,
    REGISTER_CLASSES_NAME,
    REGISTER_MASKS_NAME,
    REGISTERS_NAME,
    TRIALS_NAME,
    shards_glob,
)
from rl4real_data.episodes.index import DatasetIndex, file_entry
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.schema import (
    EPISODES,
    LABELS,
    MODULES,
    REGISTER_CLASSES,
    REGISTER_MASKS,
    REGISTERS,
    TRIALS,
    instructions_schema,
)

Json = dict[str, Any]

_CONTEXT: Final[Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_CREATOR: Final[Json] = {"@type": "sc:Organization", "name": "rl4real-data developers"}
_CITE_AS: Final = """\
@inproceedings{{rl4real,
  title = {{RL4ReAl: Reinforcement Learning for Register Allocation}},
  author = {{VenkataKeerthy, S. and Jain, Siddharth and Kundu, Anilava and Aggarwal, Rohit and Cohen, Albert and \
Upadrasta, Ramakrishna}},
  booktitle = {{Proceedings of the 32nd ACM SIGPLAN International Conference on Compiler Construction}},
  year = {{2023}},
  pages = {{133--144}},
  doi = {{10.1145/3578360.3580273}}
}}

@misc{{rl4real-data,
  title = {{{title}}},
  author = {{{{{creator}}}}},
  note = {{{generator}}}
}}
"""
"""The paper whose problem the episodes record, and the program that made the dataset: no date, as nowhere in it."""
_TYPES: Final = (
    (pa.types.is_string, "sc:Text"),
    (pa.types.is_boolean, "sc:Boolean"),
    (pa.types.is_integer, "sc:Integer"),
    (pa.types.is_floating, "sc:Float"),
)


def with_croissant(index: DatasetIndex, folder: Path) -> DatasetIndex:
    """Writes the description into `folder`; the index, with the description among its files.

    Called after all other files but `dataset.json` are there, since it holds their checksums.
    """
    path = folder / CROISSANT_NAME
    path.write_text(croissant_text(index), encoding="utf-8")
    return replace(index, files={**index.files, CROISSANT_NAME: file_entry(path, rows=0)})


def croissant_text(index: DatasetIndex) -> str:
    """The JSON-LD of the dataset that `index` describes; equal indices give equal bytes."""
    return json.dumps(croissant(index), indent=2, ensure_ascii=False) + "\n"


def croissant(index: DatasetIndex) -> Json:
    """Every file with its checksum, and every column with its type and meaning. Paths are relative to the DATA_DIR."""
    licenses = sorted({corpus.license for books in index.splits.values() for corpus in books.corpora})
    title = f"Register allocation episodes for {index.target} ({index.model})"
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": f"rl4real-data-{index.target}-{index.model}",
        "description": f"{title}: one row is one function at "
        f"the moment its registers are allocated, and what {index.answered_by} did.",
        "version": f"{index.schema_version}.0.0",
        "url": CARD_NAME,  # beside this file, wherever somebody publishes the folder
        "creator": _CREATOR,
        "citeAs": _CITE_AS.format(title=title, creator=_CREATOR["name"], generator=index.generator),
        "license": licenses,
        "keywords": ["compilers", "register allocation", "reinforcement learning", "LLVM"],
        "distribution": [*_file_objects(index), *(_shards(index, split) for split in sorted(index.splits))],
        "recordSet": [*_record_sets(index)],
    }


def _file_objects(index: DatasetIndex) -> Iterator[Json]:
    for name, entry in sorted(index.files.items()):
        if name == CROISSANT_NAME:
            continue
        yield {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "contentSize": f"{entry.size} B",
            "encodingFormat": "text/markdown" if name == CARD_NAME else _format(name),
            "sha256": entry.sha256,
        }


def _format(name: str) -> str:
    return "application/x-parquet" if name.endswith(".parquet") else "application/octet-stream"


def _shards(index: DatasetIndex, split: str) -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": f"{split}-shards",
        "name": f"{split}-shards",
        "description": f"The shards of the split {split}.",
        "encodingFormat": "application/x-parquet",
        "includes": shards_glob(index.files, split),
    }


def _record_sets(index: DatasetIndex) -> Iterator[Json]:
    for split in sorted(index.splits):
        what = f"The episodes of the split {split}: one row is one function."
        columns = in_version(EPISODES, index.schema_version)
        yield _record_set(split, columns, {"fileSet": {"@id": f"{split}-shards"}}, what)
    without = "without their classes and sub-registers (lists of structs)"
    if index.schema_version == 0:
        without = "without their classes (a list of structs)"
    structs = "without their costs and code (structs)"
    tables = {
        INSTRUCTIONS_NAME: (instructions_schema(int(index.recipe.get("dimension", 1))), "Distinct instruction shapes."),
        REGISTERS_NAME: (in_version(REGISTERS, index.schema_version), f"The registers of the target, {without}."),
        REGISTER_CLASSES_NAME: (REGISTER_CLASSES, "The allocatable register classes of the target."),
        REGISTER_MASKS_NAME: (REGISTER_MASKS, "The registers that survive a call, by the target's masks."),
        MODULES_NAME: (MODULES, "What became of every module."),
        LABELS_NAME: (LABELS, f"Answers beside the expert's, {structs}."),
        TRIALS_NAME: (TRIALS, f"Candidates that a search for labels tried, {structs}."),
    }
    for name, (schema, what) in tables.items():
        if name in index.files:
            yield _record_set(name.removesuffix(".parquet"), schema, {"fileObject": {"@id": name}}, what)


def _record_set(name: str, schema: pa.Schema, source: Mapping[str, Any], what: str) -> Json:
    fields = [_field(name, field, source) for field in schema]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": what,
        "field": [field for field in fields if field is not None],
    }


def _field(record_set: str, field: pa.Field, source: Mapping[str, Any]) -> Json | None:
    """None for a column of structs, which Croissant has no flat form for."""
    kind, depth = field.type, 0
    while pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        kind, depth = kind.value_type, depth + 1
    data_type = next((name for is_of_type, name in _TYPES if is_of_type(kind)), None)
    if data_type is None:
        return None
    shape = {"isArray": True, "arrayShape": ",".join(["-1"] * depth)} if depth else {}
    return {
        "@type": "cr:Field",
        "@id": f"{record_set}/{field.name}",
        "name": field.name,
        "description": field.metadata[b"description"].decode(),
        "dataType": data_type,
        **shape,
        "source": {**source, "extract": {"column": field.name}},
    }
