import { describe, expect, it } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { compile } from "../onnx/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { tensor } from "../tensor/index.js";
import { enterSplit, leaveSplit, openBatch, runOnRows } from "./index.js";
import { streamedSplit, type ExampleSource } from "../data/index.js";

const data = fromArrays({
  shape: [3],
  train: {
    examples: Float32Array.of(0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32),
    labels: [2, 0, 1, 2],
  },
  test: Float32Array.of(0, 0, 0),
});
const model = vae({ input: [3], hidden: [] });

/** The training examples as if they were read from elsewhere. */
const source: ExampleSource = {
  dtype: "float32",
  shape: [4, 3],
  place: "here",
  open: async () => ({
    read: async (rows, out) => {
      rows.forEach((row, i) => out.set(data.train.examples.data.subarray(3 * row, 3 * row + 3), 3 * i));
    },
    close: async () => undefined,
  }),
};

describe("openBatch", () => {
  it.each(["resident", "streamed"] as const)(
    "gathers labels as condition beside x of a %s split",
    async (how) => {
      const { batch } = openBatch(model, { stored: "float32", batch: 3, classes: 3 });
      if (batch.condition === undefined) throw new Error("no condition");
      const graph = compile({ x: batch.x, condition: batch.condition }, { name: "batch" });
      const engine = new LocalEngine(await nodeBackend("cpu", 1));
      const program = await engine.open(graph.bytes, graph.inputs);
      const train = how === "resident" ? data.train : streamedSplit(source, data.train.labels);
      const split = await enterSplit(engine, "train", train, "data:train", { withLabels: true });
      const results = await runOnRows(engine, program, split, Int32Array.of(3, 1, 2), (indices) => ({
        feeds: { indices: tensor("int32", [3], indices) },
        fetch: ["x", "condition"],
      }));
      expect([...(results.x?.data ?? [])]).toEqual([30, 31, 32, 10, 11, 12, 20, 21, 22]);
      expect([...(results.condition?.data ?? [])]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
      await leaveSplit(split);
      await engine.close();
    },
  );

  it("gathers a mask, and refuses labels that aren't there", async () => {
    const { batch } = openBatch(model, { stored: "float32", batch: 2, mask: true });
    if (batch.mask === undefined) throw new Error("no mask");
    const graph = compile({ known: batch.mask }, { name: "batch" });
    const engine = new LocalEngine(await nodeBackend("cpu", 1));
    const program = await engine.open(graph.bytes, graph.inputs);
    const { known } = await engine.run(program, {
      feeds: {
        indices: tensor("int32", [2], Int32Array.of(1, 0)),
        mask: tensor("uint8", [2, 3], Uint8Array.of(1, 1, 0, 0, 1, 1)),
      },
      fetch: ["known"],
    });
    expect([...(known?.data ?? [])]).toEqual([0, 1, 1, 1, 1, 0]);
    await expect(enterSplit(engine, "test", data.test, "t", { withLabels: true })).rejects.toThrow(
      "the test split has no labels",
    );
    await engine.close();
  });
});
