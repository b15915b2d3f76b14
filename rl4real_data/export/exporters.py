"""The forms that datasets and corpora are exported in, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rl4real_data.core.errors import UsageError


class ExportFormat(StrEnum):
    """The values of `--to`."""

    RL4REAL = "rl4real"
    RLLIB = "rllib"
    MLGO = "mlgo"
    ONNX = "onnx"


class Needs(StrEnum):
    """What an export is made of, and with it the command that makes it. A checkpoint stands in a dataset's place."""

    DATASET = "export"
    CORPORA = "corpus export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """One row: what the form is made of, what is written, and which options of the command are for it alone.

    The function that writes it is `export_NAME` in the file NAME of this room; a checkpoint's is `export_agents` in
    `rl4real_data.training.onnx_agents`.
    """

    format: ExportFormat
    needs: Needs
    writes: str
    options: frozenset[str] = frozenset()


EXPORTERS: Final[Mapping[ExportFormat, Exporter]] = MappingProxyType(
    {
        row.format: row
        for row in (
            Exporter(
                format=ExportFormat.RL4REAL,
                needs=Needs.DATASET,
                writes="graphs as JSON and a CONFIG_DIR, as the RL4ReAl fork's training scripts read them",
                options=frozenset({"--sources"}),
            ),
            Exporter(
                format=ExportFormat.RLLIB,
                needs=Needs.DATASET,
                writes="the expert's decisions as transitions for RLlib, one table for each policy of RL4ReAl",
                options=frozenset({"--max-nodes", "--max-uses", "--vectors"}),
            ),
            Exporter(
                format=ExportFormat.ONNX,
                needs=Needs.DATASET,
                writes="a checkpoint of `train` as ONNX models, which `compile --policy` takes",
            ),
            Exporter(
                format=ExportFormat.MLGO,
                needs=Needs.CORPORA,
                writes="a corpus as MLGO's tools read it: bitcode from before optimisation, and clang's arguments",
            ),
        )
    }
)


def choose_exporter(form: ExportFormat, *, needs: Needs, given: Collection[str]) -> Exporter:
    """The row of `form` for the command that has `needs`; `given` are the options that the user named.

    UsageError for a form of the other command, or an option of another form.
    """
    exporter = EXPORTERS[form]
    if exporter.needs is not needs:
        raise UsageError(
            f"--to {form}: `{needs}` does not write this form", hint=f"`rl4real-data {exporter.needs}` does"
        )
    foreign = sorted(set(given) - exporter.options)
    if foreign:
        owners = sorted(row.format for row in EXPORTERS.values() if row.needs is needs and foreign[0] in row.options)
        raise UsageError(
            f"{', '.join(foreign)}: no option of --to {form}",
            hint=f"{foreign[0]} belongs to --to {', '.join(owners)}; leave it out, or choose that form",
        )
    return exporter
