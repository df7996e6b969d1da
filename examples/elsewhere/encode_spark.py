"""Spark: rows of Parquet to codes, a session of ONNX Runtime for each task.

UNTESTED HERE: written by Spark's documentation of DataFrame.mapInPandas (3.5); Spark can't be installed where this is developed.

    spark-submit --files runs/z8/model/encoder.onnx encode_spark.py rows/ codes/ 8

Every executor needs the Python packages onnxruntime, pandas and pyarrow.
"""

import sys

from pyspark import SparkFiles
from pyspark.sql import SparkSession

source, out, latent = sys.argv[1], sys.argv[2], int(sys.argv[3])


def encode(batches):
    import onnxruntime as ort
    import pandas as pd

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # Spark runs a task on each core
    session = ort.InferenceSession(SparkFiles.get("encoder.onnx"), options, providers=["CPUExecutionProvider"])
    for batch in batches:
        x = batch.drop(columns=["id"]).to_numpy("float32")  # in the order of the columns that the model was trained on
        (mean,) = session.run(["mean"], {"x": x})
        codes = pd.DataFrame(mean, columns=[f"z{i + 1}" for i in range(mean.shape[1])])
        codes.insert(0, "id", batch["id"].to_numpy())
        yield codes


spark = SparkSession.builder.getOrCreate()
schema = "id bigint, " + ", ".join(f"z{i + 1} float" for i in range(latent))
spark.read.parquet(source).mapInPandas(encode, schema).write.parquet(out)
