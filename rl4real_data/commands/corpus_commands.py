"""`rl4real-data corpus …`: parse, call the library, render."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.core.allocators import ExportFormat
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import TooManyFailures, UsageError, ValidationFailed
from rl4real_data.core.targets import TargetName

corpus_app = typer.Typer(help="See, fetch, check and make corpora.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Mirror = Annotated[
    str | None, typer.Option(metavar="URL", help="Mirror of the distribution's packages. [apt's sources]")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a corpus, or a manifest's file.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Corpora, groups, or manifests' files.", show_default=False),
]


@corpus_app.command("list")
def list_corpora(names: Names = None, as_json: Json = False) -> None:
    """List corpora: licence, split, modules, functions known, what is in the cache."""
    from rl4real_data.commands import corpus_report as report

    rows = report.inventory(names or [], load_environment())
    print(json.dumps([row.to_json() for row in rows], indent=2) if as_json else report.inventory_text(rows))


@corpus_app.command("show")
def show(name: Name, as_json: Json = False) -> None:
    """Show everything that is known about one corpus, and its files."""
    from rl4real_data.commands import corpus_report as report

    description = report.description(name, load_environment())
    print(json.dumps(description, indent=2) if as_json else report.description_text(description))


@corpus_app.command("fetch")
def fetch(
    names: Names = None,
    everything: Annotated[bool, typer.Option("--all", help="Fetch every corpus that has a manifest.")] = False,
    mirror: Mirror = None,
) -> None:
    """Download and unpack corpora, a few at once; those that cannot be had do not stop the others."""
    from rl4real_data.commands import corpus_report as report

    if bool(names) == everything:
        raise UsageError("name corpora or groups, or say --all", hint="`rl4real-data corpus list` shows them")
    result = report.fetch(names or [], load_environment(), mirror=mirror, show_bar=sys.stderr.isatty())
    print(result.text)
    result.raise_if_incomplete()


@corpus_app.command("verify")
def verify(
    names: Names = None,
    repair: Annotated[bool, typer.Option("--repair", help="Remove what is damaged and fetch it again.")] = False,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Compare the cache with its promises: archives by sha256, every unpacked file with its archive."""
    from rl4real_data.commands import corpus_report as report

    found = report.verify(names or [], load_environment(), repair=repair, mirror=mirror, show_bar=sys.stderr.isatty())
    print(json.dumps(found.to_json(), indent=2) if as_json else found.text)
    if found.damages and not repair:
        raise ValidationFailed(f"{len(found.damages)} entries of the cache are damaged", hint="mend them with --repair")


@corpus_app.command("shared")
def shared(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Corpora, groups, or manifests' files.")],
    others: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Compare with these; may repeat. [each other]")
    ] = None,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Find code that corpora have in common: vendored copies, which carry what training saw into the evaluation."""
    from rl4real_data.commands import corpus_report as report

    found = report.shared(names, others or names, load_environment(), mirror=mirror, show_bar=sys.stderr.isatty())
    print(json.dumps([pair.to_json() for pair in found], indent=2) if as_json else report.shared_text(found))


@corpus_app.command("add")
def add(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|FILE|PACKAGE",
            help="Folder, compile_commands.json, source package of the distribution, pypi:NAME or npm:NAME.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the corpus. [that of the source]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Manifest to write. [NAME.toml]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the manifest.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")] = None,
    mirror: Mirror = None,
) -> None:
    """Write a first manifest: find the sources, try each module, keep those that compile, guess the licence."""
    from rl4real_data.commands import corpus_report as report
    from rl4real_data.drafting.add import AddRequest

    environment = load_environment()
    request = AddRequest(
        word=source,
        name=name,
        output=output,
        force=force,
        jobs=jobs or environment.jobs,
    )
    added = report.add(request, environment, mirror=mirror, show_bar=sys.stderr.isatty())
    print(added.text, file=sys.stderr)
    print(added.path)


@corpus_app.command("export")
def export(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="What `flow --corpus` takes.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for the exported corpus.")],
    to: Annotated[ExportFormat, typer.Option("--to", help="Form of the corpus.")] = ExportFormat.MLGO,
    target: Annotated[TargetName, typer.Option(help="Target to compile for.")] = TargetName.X86,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")] = None,
    mirror: Mirror = None,
) -> None:
    """Write corpora as MLGO's tools read them: bitcode from before optimisation, and clang's arguments."""
    from rl4real_data.commands import corpus_export

    environment = load_environment()
    request = corpus_export.ExportRequest(
        words=tuple(names),
        folder=output,
        form=to,
        target=target,
        jobs=jobs or environment.jobs,
        mirror=mirror,
    )
    summary = corpus_export.export(request, environment, show_bar=sys.stderr.isatty())
    print(summary.text, file=sys.stderr)
    print(output)
    if summary.is_over_limit:
        raise TooManyFailures(f"{output}: less than asked", hint="the folder holds the rest")


@corpus_app.command("update")
def update(
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, write nothing.")] = False,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Pin what is served now, and show what that changes: version, checksum, files, modules."""
    from rl4real_data.commands import corpus_report as report

    result = report.update(name, load_environment(), dry_run=dry_run, mirror=mirror, show_bar=sys.stderr.isatty())
    print(json.dumps(result.to_json(), indent=2) if as_json else result.text)
