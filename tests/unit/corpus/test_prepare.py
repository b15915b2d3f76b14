"""Preparation: what each step makes, and that none of them reads or writes outside the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.prepare import CopyStep, Step, SubstituteStep, WriteStep, apply_steps, prepared_identity

SHA256 = "0123456789abcdef" * 4


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    (root / "src/config.in").write_bytes(b"#define A @A@\n#define AB @AB@\n\xff\n")
    (tmp_path / "outside.c").write_text("secret")
    return root


def test_copy(tree: Path) -> None:
    apply_steps([CopyStep(copy="src/config.in", to="made/deep/config.h")], tree)
    assert (tree / "made/deep/config.h").read_bytes() == b"#define A @A@\n#define AB @AB@\n\xff\n"
    assert (tree / "src/config.in").is_file()


def test_write(tree: Path) -> None:
    apply_steps([WriteStep(write="src/config.in", text='#define NAME "ä"\n')], tree)
    assert (tree / "src/config.in").read_text(encoding="utf-8") == '#define NAME "ä"\n'


def test_substitute_goes_over_the_text_once(tree: Path) -> None:
    """A value that looks like another placeholder stays, and the longer one of two that overlap is meant."""
    step = SubstituteStep(substitute="src/config.in", to="src/config.h", values={"@A": "@AB@", "@AB@": "2"})
    apply_steps([step], tree)
    assert (tree / "src/config.h").read_bytes() == b"#define A @AB@@\n#define AB 2\n\xff\n"


def test_steps_run_in_their_order(tree: Path) -> None:
    steps: list[Step] = [
        WriteStep(write="a.in", text="@X@"),
        CopyStep(copy="a.in", to="b.in"),
        SubstituteStep(substitute="b.in", to="b.in", values={"@X@": "1"}),
    ]
    apply_steps(steps, tree)
    assert ((tree / "a.in").read_text(), (tree / "b.in").read_text()) == ("@X@", "1")


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (CopyStep(copy="nothing.h", to="a.h"), "there is no file nothing.h"),
        (CopyStep(copy="link_out.c", to="a.h"), "there is no file link_out.c"),
        (CopyStep(copy="src", to="a.h"), "there is no file src"),
        (CopyStep(copy="src/config.in", to="folder_out/a.h"), "folder_out/a.h leads out of the source"),
        (CopyStep(copy="src/config.in", to="src"), "src is a folder"),
        (WriteStep(write="src/config.in/a.h", text=""), "src/config.in/a.h lies below a file"),
        (
            SubstituteStep(substitute="src/config.in", to="a.h", values={"@A@": "1", "@C@": "2", "@B@": "3"}),
            "src/config.in does not hold @B@, @C@",
        ),
    ],
)
def test_step_that_does_not_fit(tree: Path, step: Step, problem: str) -> None:
    (tree / "link_out.c").symlink_to(tree.parent / "outside.c")
    (tree / "folder_out").symlink_to(tree.parent)
    with pytest.raises(SourceError, match=r"step 2 of \[\[prepare\]\]") as raised:
        apply_steps([WriteStep(write="first.h", text=""), step], tree)
    assert str(raised.value) == f"step 2 of [[prepare]]: {problem}"
    assert "prepare" in raised.value.hint
    assert sorted(path.name for path in tree.parent.iterdir()) == ["outside.c", "tree"]


def test_link_is_replaced_and_not_followed(tree: Path) -> None:
    (tree / "config.h").symlink_to(tree.parent / "outside.c")
    apply_steps([WriteStep(write="config.h", text="mine")], tree)
    assert (tree / "config.h").read_text() == "mine"
    assert (tree.parent / "outside.c").read_text() == "secret"


def test_identity_follows_every_step() -> None:
    write = WriteStep(write="a", text="1")
    steps: list[list[Step]] = [
        [],
        [write],
        [WriteStep(write="a", text="2")],
        [CopyStep(copy="a", to="1")],
        [write, CopyStep(copy="a", to="1")],
        [CopyStep(copy="a", to="1"), write],
        [SubstituteStep(substitute="a", to="1", values={"x": "y"})],
    ]
    identities = [prepared_identity(SHA256, each) for each in steps]
    assert identities[0] == SHA256
    assert len(set(identities)) == len(steps)
    assert {len(identity) for identity in identities} == {64}
