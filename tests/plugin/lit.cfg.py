"""lit tests of the LLVM plugin.

lit --param llvm_bin=/usr/lib/llvm-22/bin --param plugin=build/libmlra.so --param work=build/lit tests/plugin
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import lit.formats

config.name = "mlra"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mir", ".ll", ".c", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(Path(__file__).parent)

missing = [name for name in ("llvm_bin", "plugin", "work") if not lit_config.params.get(name)]
if missing:
    lit_config.fatal(f"needs {', '.join(f'--param {name}=...' for name in missing)}")
llvm_bin = Path(lit_config.params["llvm_bin"])
plugin = Path(lit_config.params["plugin"]).resolve()
config.test_exec_root = lit_config.params["work"]

version = subprocess.run([llvm_bin / "llvm-config", "--version"], capture_output=True, text=True, check=True)
major = int(re.match(r"\d+", version.stdout)[0])
config.available_features.add(f"llvm-{major}")

inputs = Path(config.test_source_root) / "Inputs"
python = shlex.quote(sys.executable)
llc = f"{llvm_bin / 'llc'} -load={plugin}"

# A name that begins with another one comes first: lit replaces in this order.
config.substitutions += [
    ("%greedy-replay", f"{llc} -regalloc=mlra -start-before=greedy"),
    ("%basic-replay", f"{llc} -regalloc=mlbasicra -start-before=regallocbasic"),
    ("%llc-mlra", f"{llc} -regalloc=mlra"),
    ("%llc-mlbasicra", f"{llc} -regalloc=mlbasicra"),
    ("%llc-plugin", llc),
    ("%llc", str(llvm_bin / "llc")),
    ("%clang-mlra", f"{llvm_bin / 'clang'} -fplugin={plugin} -mllvm -regalloc=mlra"),
    ("%clang-plugin", f"{llvm_bin / 'clang'} -fplugin={plugin}"),
    ("%clang", str(llvm_bin / "clang")),
    ("%x86", "--target=x86_64-linux-gnu -march=core2"),
    ("%aarch64", "--target=aarch64-linux-gnu -mcpu=cortex-a72"),
    ("%python", python),
    ("%show", f"{python} {inputs / 'show.py'}"),
    ("%problem", f"{python} {inputs / 'problem.py'}"),
    ("%answer", f"{python} {inputs / 'answer.py'}"),
    ("%decide", f"{python} {inputs / 'decide.py'} {llvm_bin / 'llc'} {plugin}"),
    ("%replay", f"{python} {inputs / 'replay.py'} {llvm_bin / 'llc'} {plugin}"),
    ("%{record}", "-mllvm -mlra-dump=dump -mllvm -mlra-dump-mir -mllvm -mlra-verify"),
    ("%same", f"{python} {inputs / 'same.py'}"),
    ("%columns", f"{python} {inputs / 'columns.py'}"),
]
for tool in ("FileCheck", "count", "not"):
    config.substitutions.append((rf"\b{tool}\b", str(llvm_bin / tool)))

config.environment["LC_ALL"] = "C"
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
