"""The options and arguments of `flow`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from rl4real_data.commands.completion import complete_corpora, complete_vocabularies
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.recipe import OptLevel
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.engines.engines import EngineName

DEFAULT_CORPUS: Final = "sample"
_MODELS: Final = " or ".join(f"{row.name} ({row.llvm_name})" for row in ALLOCATORS.values())

Target = Annotated[TargetName, typer.Argument(metavar="TARGET", help=" or ".join(TargetName))]
Mode = Annotated[Split, typer.Argument(metavar="MODE", help="train (filtered) or test (everything)")]
Model = Annotated[AllocatorName, typer.Argument(metavar="MODEL", help=_MODELS)]

Corpora = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME|FOLDER|FILE",
        help=f"Corpus, group, folder or file; may repeat. [{DEFAULT_CORPUS}]",
        autocompletion=complete_corpora,
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Take only the first modules.")]
Licenses = Annotated[
    str | None, typer.Option(metavar="SPDX", help="Leave out modules that none of these covers: 'MIT OR Apache-2.0'.")
]
AllowBuild = Annotated[
    bool, typer.Option("--allow-build", help="Trust the corpora: run a folder's build, pass flags that load code.")
]

Destination = Annotated[Path | None, typer.Option(help="Where the dataset goes. [DATA_DIR, or data/TARGET-MODEL]")]
Replace = Annotated[bool, typer.Option("--replace", help="Let this run drop modules of an earlier one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be compiled, and why.")]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Compile the failed modules again.")]
Compilers = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds a module may take.")]
Memory = Annotated[int, typer.Option(min=512, help="Megabytes of address space a module may take.")]
MaxFailed = Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of failed modules that is no error.")]

Recipe = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A recipe of your own. [preprocessing/v0/recipe.toml]")
]
Mir = Annotated[bool | None, typer.Option("--mir/--no-mir", help="Keep the machine IR text. [recipe]")]
Processor = Annotated[str | None, typer.Option(metavar="NAME", help="Processor, as clang calls it. [recipe]")]
Level = Annotated[OptLevel | None, typer.Option(help="Optimisation level. [recipe]")]
Verify = Annotated[bool, typer.Option("--verify", help="Let the plugin check everything that it records.")]

BuildDir = Annotated[Path | None, typer.Option(help="LLVM installation or build. [BUILD_DIR, or PATH]")]
ConfigDir = Annotated[Path | None, typer.Option(help="The RL4ReAl fork's configuration. [CONFIG_DIR]")]

Engine = Annotated[EngineName, typer.Option(help="What runs the compilers; see docs/engines.md.")]
Address = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="The engine's scheduler. [a cluster of this machine alone]")
]
Run = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where the run's state lies, for all hosts: s3://…, or a shared folder."),
]

Vocab = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help=f"MIR2Vec vocabulary, or {', '.join(TargetName)}. [the dataset's own, or the shipped one]",
        autocompletion=complete_vocabularies,
    ),
]
Embed = Annotated[bool, typer.Option("--embed/--no-embed", help="Compute MIR2Vec vectors.")]

Policy = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY", help="Who decides, and whose answers the episodes hold: ONNX file, folder, or random."
    ),
]
Decisions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Decisions that are carried out; see docs/decisions.md.")
]
