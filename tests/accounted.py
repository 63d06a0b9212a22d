"""Run a command and print what it took, as JSON: seconds, of them on a processor, peak memory.

`python -S tests/accounted.py COMMAND…`. Small on purpose: a process counts the memory of the one
that starts it as its own peak (Linux, getrusage(2) across exec).
"""

import json
import os
import subprocess
import sys
import time

UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024  # getrusage(2): bytes or KiB, to a MiB

began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
took = time.perf_counter() - began
process.returncode = os.waitstatus_to_exitcode(status)
json.dump(
    {
        "status": process.returncode,
        "seconds": took,
        "busy": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / UNIT,
    },
    sys.stdout,
)
