// Encodes the rows of Parquet files with a model's encoder.onnx, by DuckDB in Node:
//   node encode-duckdb.mjs runs/z8/model/encoder.onnx "rows/*.parquet" codes.parquet [columns, default all]
// Rows come in chunks, in the files' order, and go out as columns z1, z2, ... Memory stays the same however many there are.
import { DuckDBInstance } from "@duckdb/node-api";
import * as ort from "onnxruntime-node";

const [model, source, out, columns = "*"] = process.argv.slice(2);
const rowsAtATime = 16_384;
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

const session = await ort.InferenceSession.create(model);
const database = await DuckDBInstance.create(":memory:");
// a connection of its own for each: another statement would end the stream
const [reader, writer] = [await database.connect(), await database.connect()];
const result = await reader.stream(`SELECT ${columns} FROM read_parquet(${quoted(source)})`);
const names = result.columnNames();
const buffer = new Float32Array(rowsAtATime * names.length);
let filled = 0;
let appender;

/** Encodes the rows in the buffer and appends their codes to the table. */
async function encode() {
  if (filled === 0) return;
  const x = new ort.Tensor("float32", buffer.subarray(0, filled * names.length), [filled, names.length]);
  const { mean } = await session.run({ x }, ["mean"]);
  const [rows, latent] = mean.dims;
  if (appender === undefined) {
    const fields = Array.from({ length: latent }, (_, i) => `z${i + 1} FLOAT`);
    await writer.run(`CREATE TABLE codes (${fields.join(", ")})`);
    appender = await writer.createAppender("codes");
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < latent; j++) appender.appendFloat(mean.data[i * latent + j]);
    appender.endRow();
  }
  filled = 0;
}

for await (const chunk of result) {
  const values = chunk.getColumns();
  for (let row = 0; row < chunk.rowCount; row++) {
    for (let column = 0; column < names.length; column++) {
      const value = values[column][row];
      if (value === null) throw new Error(`${source}: ${names[column]} has an empty cell; fill it first`);
      buffer[filled * names.length + column] = Number(value);
    }
    if (++filled === rowsAtATime) await encode();
  }
}
await encode();
if (appender === undefined) throw new Error(`${source} has no rows`);
appender.closeSync();
await writer.run(`COPY codes TO ${quoted(out)} (FORMAT parquet)`);
console.log(out);
