import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { tensor, UserError } from "../tensor/index.js";
import { fromArrays } from "./arrays.js";
import { describeDataset, type Dataset, type ExampleTensor, rows, toFloats } from "./dataset.js";
import { holdOut } from "./hold-out.js";
import { readExamples } from "./streamed.js";

/** n examples of shape [2, 2]; example i holds 4 times i, its label is i + 100. */
function numbered(n: number): { examples: Uint8Array; labels: number[] } {
  return {
    examples: Uint8Array.from({ length: n * 4 }, (_, i) => i >> 2),
    labels: Array.from({ length: n }, (_, i) => i + 100),
  };
}

const dataset = (n: number): Dataset =>
  fromArrays({ name: "numbered", shape: [2, 2], train: numbered(n), test: numbered(3) });

/** The examples' numbers; fails unless all four pixels and the label of each agree. */
function indices(split: Dataset["train"]): number[] {
  expect(split.examples.shape).toEqual([split.length, 2, 2]);
  expect(split.labels?.length).toBe(split.length);
  return Array.from(split.labels ?? [], (label, i) => {
    const index = label - 100;
    expect(Array.from(split.examples.data.subarray(4 * i, 4 * i + 4))).toEqual([index, index, index, index]);
    return index;
  });
}

describe("fromArrays", () => {
  it("takes bytes with a shape", () => {
    const data = dataset(5);
    expect(data).toMatchObject({ name: "numbered", kind: "image", shape: [2, 2], notes: [] });
    expect(indices(data.train)).toEqual([0, 1, 2, 3, 4]);
    expect(indices(data.test)).toEqual([0, 1, 2]);
    expect(data.validation).toBeUndefined();
    expect(describeDataset(data)).toBe("5 train, 3 test, 2x2 grey");
  });

  it("takes tensors, nested arrays, floats and clamped bytes", () => {
    const nested = fromArrays({
      train: [
        [0.5, 2],
        [3, 4],
      ],
      test: [[5, 6]],
    });
    expect(nested).toMatchObject({ kind: "vector", shape: [2] });
    expect(nested.train.examples).toEqual(tensor("float32", [2, 2], Float32Array.of(0.5, 2, 3, 4)));
    const double = { dtype: "float64", shape: [1, 3], data: Float64Array.of(0.1, 0.2, 0.3) } as const;
    const doubles = fromArrays({ train: double, test: double });
    expect(Array.from(doubles.train.examples.data)).toEqual(Array.from(Float32Array.of(0.1, 0.2, 0.3)));
    const clamped = fromArrays({
      shape: [1, 1, 3],
      train: Uint8ClampedArray.of(1, 2, 3),
      test: Uint8Array.of(4, 5, 6),
    });
    expect(clamped.train.examples.dtype).toBe("uint8");
    expect(describeDataset(clamped)).toBe("1 train, 1 test, 1x1 colour");
  });

  it("copies one's arrays, so that changing them later changes nothing", () => {
    const own = numbered(4);
    const data = fromArrays({ shape: [2, 2], train: own, test: own });
    own.examples.fill(77);
    expect(indices(data.train)).toEqual([0, 1, 2, 3]);
  });

  it("holds out a tenth for testing if no test split is given, and says so", () => {
    const data = fromArrays({ shape: [2, 2], train: numbered(48) });
    const train = indices(data.train);
    const test = indices(data.test);
    expect(test.length).toBe(5);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, i) => i));
    expect(data.notes).toEqual([expect.stringContaining("5 of the 48 training examples")]);
    expect(fromArrays({ shape: [2, 2], train: numbered(48) })).toEqual(data);
  });

  it("refuses what doesn't fit, naming it", () => {
    const bad = (input: Parameters<typeof fromArrays>[0], message: RegExp): void => {
      expect(() => fromArrays(input)).toThrow(UserError);
      expect(() => fromArrays(input)).toThrow(message);
    };
    bad({ train: new Uint8Array(8) }, /train: a flat array needs `shape`/);
    bad(
      { shape: [3], train: new Uint8Array(8) },
      /8 numbers are not a whole number of examples of shape \[3\]/,
    );
    bad({ shape: [2], train: new Uint8Array(0) }, /train: there are no examples/);
    bad({ shape: [0], train: new Uint8Array(0) }, /whole number of examples of shape \[0\]/);
    bad({ shape: [2], train: { examples: new Uint8Array(8), labels: [1, 2] } }, /4 examples but 2 labels/);
    bad({ shape: [4], train: { examples: new Uint8Array(8), labels: [1, 2.5] } }, /label 1 is 2.5/);
    bad({ shape: [2], train: Float32Array.of(1, 2, 3, NaN) }, /example 1 holds NaN/);
    bad({ train: [[1, 2], [3]] }, /equally long/);
    bad({ shape: [5], train: tensor("uint8", [2, 4]) }, /\[2, 4\] where \[examples, 5\]/);
    bad({ train: [[1, 2]], test: [[1, 2, 3]] }, /test: the shape is \[1, 3\] where \[examples, 2\]/);
    bad({ train: tensor("uint8", [2, 1, 1, 1, 1]) }, /\[1, 1, 1, 1\] can't be used/);
    bad({ train: [[1, 2]] }, /one example is too few/);
    bad({ train: new DataView(new ArrayBuffer(4)) as never }, /give a Uint8Array/);
  });
});

describe("holdOut", () => {
  it("divides the training examples, in order, and leaves the data set as it is", () => {
    const data = dataset(50);
    const held = holdOut(data, 0.2, 3);
    const train = indices(held.train);
    const validation = held.validation === undefined ? [] : indices(held.validation);
    expect(validation.length).toBe(10);
    expect(train).toEqual([...train].sort((a, b) => a - b));
    expect(validation).toEqual([...validation].sort((a, b) => a - b));
    expect(new Set([...train, ...validation]).size).toBe(50);
    expect(indices(data.train)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(held.test).toBe(data.test);
  });

  it("depends on the seed alone", () => {
    const chosen = (seed: number): number[] => {
      const { validation } = holdOut(dataset(50), 10, seed);
      return validation === undefined ? [] : indices(validation);
    };
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
  });

  it("works without labels and with floats", () => {
    const train = Float32Array.from({ length: 20 }, (_, i) => i / 2);
    const held = holdOut(fromArrays({ shape: [1], train, test: [[1]] }), 7);
    expect(held.train.labels).toBeUndefined();
    const all = [...held.train.examples.data, ...(held.validation?.examples.data ?? [])];
    expect(all.sort((a, b) => a - b)).toEqual(Array.from(train));
  });

  it.each([0, -1, 2.5, 50, 51, NaN])("refuses to hold out %d of 50", (amount) => {
    expect(() => holdOut(dataset(50), amount)).toThrow(/can't hold out .* of the 50 training examples/);
  });

  it("refuses a data set that has a validation split", () => {
    expect(() => holdOut(holdOut(dataset(50), 5), 5)).toThrow(/has a validation split of its own/);
  });
});

describe("splits", () => {
  it("gives rows without copying", async () => {
    const { examples } = dataset(9).train;
    const view: ExampleTensor = rows(examples, 2, 4);
    expect(view.shape).toEqual([2, 2, 2]);
    expect(view.data.buffer).toBe(examples.data.buffer);
    expect(Array.from(view.data)).toEqual([2, 2, 2, 2, 3, 3, 3, 3]);
    expect(rows(examples, 7, 100).shape[0]).toBe(2);
    expect(rows(examples, 9).shape[0]).toBe(0);
    expect(() => rows(examples, -1)).toThrow(UserError);
    expect(() => rows(examples, 10)).toThrow(UserError);
    expect(await readExamples(dataset(9).train, 1, 2)).toEqual(rows(examples, 1, 2));
  });

  it("reads bytes as x/255 and floats as they are", () => {
    const bytes = tensor("uint8", [3], Uint8Array.of(0, 51, 255));
    expect(toFloats(bytes).data).toEqual(Float32Array.of(0, 0.2, 1));
    const floats = tensor("float32", [1], Float32Array.of(7));
    expect(toFloats(floats)).toBe(floats);
  });

  it("shares its memory with a worker thread it is posted to", async () => {
    const data = holdOut(dataset(6), 2);
    const code = `const { parentPort } = require("node:worker_threads");
      parentPort.once("message", ({ train }) => {
        train.examples.data.fill(42); train.labels.fill(43); parentPort.postMessage(train.length);
      });`;
    const worker = new Worker(code, { eval: true });
    const answer = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    worker.postMessage(data);
    expect(await answer).toBe(4);
    await worker.terminate();
    expect(new Set(data.train.examples.data)).toEqual(new Set([42]));
    expect(new Set(data.train.labels)).toEqual(new Set([43]));
    expect(data.validation?.examples.data.includes(42)).toBe(false);
  });
});
