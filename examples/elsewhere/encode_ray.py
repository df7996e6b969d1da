"""Ray: rows of Parquet to codes, by actors that each keep a session of ONNX Runtime.

UNTESTED HERE: written by Ray's documentation of Dataset.map_batches (2.x); Ray can't be installed where this is developed.

    python3 encode_ray.py /shared/encoder.onnx rows/ codes/
"""

import sys

import numpy as np
import onnxruntime as ort
import ray

model, source, out = sys.argv[1:4]


class Encoder:
    def __init__(self, path: str):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1  # an actor has a core
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        own = batch.pop("id")
        x = np.stack(list(batch.values()), axis=1).astype(np.float32)
        (mean,) = self.session.run(["mean"], {"x": x})
        return {"id": own, **{f"z{i + 1}": mean[:, i] for i in range(mean.shape[1])}}


ray.data.read_parquet(source).map_batches(
    Encoder,
    fn_constructor_args=[model],
    batch_format="numpy",
    batch_size=4096,
    num_cpus=1,
    concurrency=(1, 64),
).write_parquet(out)
