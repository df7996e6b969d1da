"""Flink: codes of rows in SQL, by a vectorised Python function.

UNTESTED HERE: written by Flink's documentation of vectorised Python functions (1.2x); PyFlink can't be installed where this is
developed.

    flink run --python encode_flink.py --pyFiles encode_flink.py

Every task manager needs the Python packages onnxruntime, pandas and pyarrow, and the model at the path below.
"""

import numpy as np
import onnxruntime as ort
import pandas as pd
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import ScalarFunction, udf

model = "/shared/encoder.onnx"
columns = ["x1", "x2", "x3", "x4", "x5", "x6"]


class Encode(ScalarFunction):
    def open(self, function_context):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def eval(self, *series: pd.Series) -> pd.Series:
        x = np.stack([one.to_numpy(np.float32) for one in series], axis=1)
        (mean,) = self.session.run(["mean"], {"x": x})
        return pd.Series(list(mean))


table = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
encode = udf(Encode(), result_type=DataTypes.ARRAY(DataTypes.FLOAT()), func_type="pandas")
table.create_temporary_function("encode", encode)
numbers = ", ".join(f"{name} FLOAT" for name in columns)
table.execute_sql(
    f"CREATE TABLE source (id BIGINT, {numbers}) "
    "WITH ('connector' = 'filesystem', 'path' = '/shared/rows', 'format' = 'parquet')"
)
table.execute_sql(
    "CREATE TABLE codes (id BIGINT, z ARRAY<FLOAT>) "
    "WITH ('connector' = 'filesystem', 'path' = '/shared/codes', 'format' = 'parquet')"
)
table.execute_sql(f"INSERT INTO codes SELECT id, encode({', '.join(columns)}) FROM source").wait()
