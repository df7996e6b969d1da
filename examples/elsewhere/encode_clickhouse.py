#!/usr/bin/env python3
"""ClickHouse: codes of rows in SQL, by an executable function that ClickHouse keeps running.

UNTESTED in ClickHouse here: written by its documentation of executable functions; the newest one in Debian, 18.16, has none. The
script itself is tested as a program: blocks of lines in, a line of codes for each out.

In user_scripts/ lie this file, executable, and encoder.onnx; beside the server's config encode_function.xml:

    <functions>
      <function>
        <type>executable_pool</type>
        <name>encode</name>
        <argument><type>Array(Float32)</type><name>x</name></argument>
        <return_type>Array(Float32)</return_type>
        <format>TabSeparated</format>
        <command>encode_clickhouse.py</command>
        <send_chunk_header>1</send_chunk_header>
        <pool_size>4</pool_size>
      </function>
    </functions>

    SELECT id, encode([x1, x2, x3, x4, x5, x6]) AS z FROM rows
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

options = ort.SessionOptions()
options.intra_op_num_threads = 1
model = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).with_name("encoder.onnx"))
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

for header in sys.stdin:  # how many rows the next block has
    rows = [json.loads(sys.stdin.readline()) for _ in range(int(header))]
    (mean,) = session.run(["mean"], {"x": np.array(rows, np.float32)})
    for code in mean:
        sys.stdout.write("[" + ",".join(str(number) for number in code.tolist()) + "]\n")
    sys.stdout.flush()
