"""The pass that counts instructions, built on the runners alone, and how it is run."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

SOURCES = Path(__file__).parent / "hello_pass"
MOST_SECONDS = 300  # for a compiler that hangs; it takes a tenth of a second on an idle machine

SCHEMA = re.findall(r'Schema\[\] = R"\((.*?)\)"', (SOURCES / "HelloPass.cpp").read_text(encoding="utf-8"), re.DOTALL)[0]

TWO_FUNCTIONS = """\
define i32 @three(i32 %a) {
  %b = add i32 %a, 1
  %c = mul i32 %b, %a
  ret i32 %c
}
define i32 @four(i32 %a, i1 %is_one) {
  br i1 %is_one, label %one, label %other
one:
  ret i32 1
other:
  %b = sub i32 0, %a
  ret i32 %b
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The built pass, and an opt that takes it."""

    opt: Path
    plugin: Path
    code: Path

    def only_one(self) -> Hello:
        """The same on code of one function."""
        return replace(self, code=self.code.with_name("one.ll"))

    def command(self, **flags: object) -> list[str]:
        """A flag's name has its hello- left out."""
        words = [f"-hello-{name.replace('_', '-')}={value}" for name, value in flags.items()]
        return [
            *(str(self.opt), f"-load-pass-plugin={self.plugin}", "-passes=hello", "-disable-output"),
            *(*words, str(self.code)),
        ]

    def start(self, **flags: object) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command(**flags), stderr=subprocess.PIPE, text=True)

    def say(self, **flags: object) -> list[str]:
        """What the pass says, a line a function."""
        return finish(self.start(**flags))


def finish(compiler: subprocess.Popen[str]) -> list[str]:
    """The lines of a compiler that ends well."""
    try:
        _, said = compiler.communicate(timeout=MOST_SECONDS)
    finally:
        compiler.kill()
    assert compiler.returncode == 0, said
    return said.splitlines()


def write_hello_code(folder: Path) -> None:
    """What the pass is run on."""
    (folder / "two.ll").write_text(TWO_FUNCTIONS)
    (folder / "one.ll").write_text(TWO_FUNCTIONS.partition("define i32 @four")[0])


def hello_in(folder: Path, *, bin_dir: Path) -> Hello:
    return Hello(opt=bin_dir / "opt", plugin=folder / "hello_pass" / "libhello.so", code=folder / "two.ll")
