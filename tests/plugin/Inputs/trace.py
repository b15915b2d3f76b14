"""Prints a trace as text: a line a function with steps, in the form that -mlra-trace-replay reads.

trace.py TASK FILE
"""

import json
import sys
from pathlib import Path

from rl4real_data.traces.features import Task
from rl4real_data.traces.trace_file import read_trace_file

task, path = sys.argv[1:]
for function in read_trace_file(Path(path).read_bytes(), Task(task)):
    if function.steps:
        decisions = function.columns["decision"].tolist()
        print(json.dumps({"function": function.context, "decisions": decisions}, separators=(",", ":")))
