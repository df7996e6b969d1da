import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { bundle, fromArrays, tensor, train, vae } from "latent";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";

const example = fileURLToPath(new URL("../examples/elsewhere/encode-duckdb.mjs", import.meta.url));
const scratch = scratchFolder();

test("DuckDB encodes rows of Parquet as the model does, in their order", async () => {
  const at = (name: string): string => path.join(scratch.folder, name);
  const rows = 40_000; // more than two calls of the example, the last of them smaller
  const numbers = Float32Array.from({ length: rows * 3 }, (_, i) => Math.fround(((i * 7919) % 1009) / 1009));
  const x = tensor("float32", [rows, 3], numbers);
  const data = fromArrays({ name: "rows", train: x, test: x });
  const model = vae({ input: [3], latent: 2, hidden: [8] });
  const run = await train(model, data, {
    epochs: 1,
    batchSize: 2000,
    seed: 1,
    threads: 1,
  });
  writeFileSync(at("encoder.onnx"), bundle(run.model)["encoder.onnx"] as Uint8Array);
  const { mean } = await run.model.encode(x);
  await run.model.close();

  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const cell = (column: number): string => `(((3 * i + ${column}) * 7919) % 1009)::FLOAT / 1009::FLOAT`;
  const query = `SELECT ${cell(0)} a, ${cell(1)} b, ${cell(2)} c FROM range(${rows}) t(i)`;
  await connection.run(`COPY (${query}) TO '${at("rows.parquet")}' (FORMAT parquet)`);
  await promisify(execFile)(process.execPath, [
    example,
    at("encoder.onnx"),
    at("rows.parquet"),
    at("codes.parquet"),
  ]);
  const found = await connection.runAndReadAll(`SELECT z1, z2 FROM '${at("codes.parquet")}'`);
  const codes = found.getColumns();
  expect(codes.map(({ length }) => length)).toEqual([rows, rows]);
  const off = codes.map((column, j) =>
    Math.max(
      ...column.slice(0, rows).map((value, i) => Math.abs(Number(value) - (mean.data[2 * i + j] ?? 0))),
    ),
  );
  // the same operators on the same numbers; divided into other pieces
  expect(Math.max(...off)).toBeLessThan(1e-5);
  connection.closeSync();
});
