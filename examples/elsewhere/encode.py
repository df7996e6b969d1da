"""Encodes rows with a model's encoder.onnx in plain Python: python3 encode.py model/encoder.onnx x.npy codes.npy"""

import sys

import numpy as np
import onnxruntime as ort

rows_at_a_time = 4096


def encode(model: str, source: str, out: str) -> None:
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    x = np.load(source, mmap_mode="r")
    pieces = [
        session.run(["mean"], {"x": np.asarray(x[at : at + rows_at_a_time], np.float32)})[0]
        for at in range(0, len(x), rows_at_a_time)
    ]
    np.save(out, np.concatenate(pieces))


if __name__ == "__main__":
    encode(*sys.argv[1:4])
