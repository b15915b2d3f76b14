"""Carries decisions out on one function of a MIR file and prints its code behind the rewriter, and what became of them.

decide.py LLC PLUGIN MIR FUNCTION DECISION...
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

llc, plugin, mir, function, *decisions = sys.argv[1:]

with tempfile.TemporaryDirectory() as folder:
    said, told = Path(folder) / "decisions.ndjson", Path(folder) / "report.ndjson"
    said.write_text(f'{{"function": "{function}", "decisions": [{", ".join(decisions)}]}}\n', encoding="utf-8")
    command = [llc, f"-load={plugin}", "-regalloc=mlra", "-start-before=greedy", "-stop-after=virtregrewriter"]
    command += [
        "-verify-machineinstrs",
        "-mlra-verify",
        f"-mlra-decisions={said}",
        f"-mlra-report={told}",
        mir,
        "-o",
        "-",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(done.returncode)
    (report,) = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()[:-1]]

document = next(part for part in done.stdout.split("\n---\n") if part.startswith(f"name:            {function}\n"))
body = document.partition("\nbody:")[2].splitlines()[1:]
noise = re.compile(r"renamable |killed | :: \(.*|, 1, \$noreg, 0, \$noreg")
for line in body:
    if line.strip() and not line.lstrip().startswith(("liveins:", "successors:", "...")):
        print(noise.sub("", line.strip()))
counts = {key: report[key] for key in ("kept", "moved", "lost") if report[key]}
print("made", *(f"{kind} {number}" for kind, number in report["made"].items()))
print("illegal", *(f"{number} {reason}" for reason, number in report["illegal"].items()))
print("assigned", *(f"{key} {number}" for key, number in counts.items()))
