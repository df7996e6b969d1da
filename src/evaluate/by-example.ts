import {
  type BatchOptions,
  type EngineSplit,
  noiseInputs,
  noiseOfExamples,
  openBatch,
  type OpenBatch,
  runOnRows,
} from "../feed/index.js";
import type { Expr } from "../graph/index.js";
import type { Vae } from "../model/index.js";
import { compile } from "../onnx/index.js";
import "../ops/index.js";
import type { Engine } from "../runtime/index.js";
import { sizeOf, type Tensor, tensor } from "../tensor/index.js";
import type { PartOfWhole } from "./part.js";
import { dividing, rowsInMemory } from "./usual-batch.js";

/** How data in an engine are read. */
export interface ReadOptions extends Pick<BatchOptions, "stored" | "schema" | "binarize"> {
  /** Seed of the noise; default 0. */
  readonly seed?: number;
  /** Of which whole the examples are a part; default: they are all. */
  readonly part?: PartOfWhole | undefined;
}

/** Examples that go through a graph at a time; a part begins at a multiple of that. */
export const rowsAtATime = 500;

/**
 * What a graph over a batch says of each of a split's first `length` examples: outputs [batch, ...] joined to [length, ...].
 * An example's noise is its own, whatever else is in its batch.
 */
export async function byExample<O extends Readonly<Record<string, Expr>>>(
  engine: Engine,
  model: Vae,
  split: EngineSplit,
  { seed = 0, part, ...reading }: ReadOptions,
  build: (opened: OpenBatch) => O,
  length = split.length,
): Promise<{ readonly [K in keyof O]: Tensor<"float32"> }> {
  const { first, total } = part ?? { first: 0, total: length };
  const most = Math.min(rowsAtATime, total);
  const built = (batch: number): { readonly opened: OpenBatch; readonly outputs: O } => {
    const opened = openBatch(model, { ...reading, batch });
    return { opened, outputs: build(opened) };
  };
  const whole = built(most);
  const fitting = rowsInMemory(Object.values(whole.outputs), most);
  const batch = fitting < most ? dividing(rowsAtATime, fitting) : most;
  const { opened, outputs } = batch === most ? whole : built(batch);
  const noise = noiseInputs(opened);
  const graph = compile(outputs, { name: "by-example" });
  const program = await engine.open(graph.bytes, graph.inputs);
  const all = Object.fromEntries(
    Object.entries<Expr>(outputs).map(([name, { shape }]) => [
      name,
      tensor("float32", [length, ...(shape.slice(1) as number[])]),
    ]),
  ) as { readonly [K in keyof O]: Tensor<"float32"> };
  try {
    for (let start = 0; start < length; start += batch) {
      const wanted = Int32Array.from({ length: batch }, (_, i) => Math.min(start + i, length - 1));
      const numbers = wanted.map((row) => row + first);
      const feeds = Object.fromEntries(
        noise.map((one) => [one.name, noiseOfExamples(one, { seed, purpose: "evaluate" }, numbers)]),
      );
      const results = (await runOnRows(engine, program, split, wanted, (indices) => ({
        feeds: { ...feeds, indices: tensor("int32", [batch], indices) },
        fetch: graph.outputs,
      }))) as Record<string, Tensor<"float32">>;
      const count = Math.min(batch, length - start);
      for (const [name, { data, shape }] of Object.entries<Tensor<"float32">>(all)) {
        const size = sizeOf(shape.slice(1));
        data.set(results[name]?.data.subarray(0, count * size) ?? [], start * size);
      }
    }
  } finally {
    await engine.release(program);
  }
  return all;
}
