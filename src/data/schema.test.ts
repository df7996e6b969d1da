import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { RandomStream, tensor } from "../tensor/index.js";
import {
  binarizeDataset,
  type Dataset,
  encodeNpy,
  type ExampleSchema,
  fromArrays,
  isUnit,
  learnSchema,
  loadFolder,
  modelNumbers,
  perNumber,
  pictureRange,
  requireSchema,
  schemaOf,
  toFloats,
  wholeSchema,
  writeWhole,
} from "./index.js";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function folderOf(data: Uint8Array | Float32Array, shape: number[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "latent-schema-"));
  folders.push(folder);
  const value = data instanceof Uint8Array ? tensor("uint8", shape, data) : tensor("float32", shape, data);
  await writeWhole(path.join(folder, "train.npy"), encodeNpy(value));
  return folder;
}

const bits = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0));

describe("bytes", () => {
  const images = (data: Uint8Array, more: object = {}): Dataset =>
    fromArrays({ shape: [2, 2], train: data, test: data.slice(0, 4), ...more });

  it("are x/255, unless none is above 1: then they are 0 and 1, and the notes say so", () => {
    const grey = images(Uint8Array.of(0, 1, 2, 3, 255, 0, 0, 1));
    expect(schemaOf(grey)).toEqual({
      kind: "image",
      height: 2,
      width: 2,
      channels: 1,
      codec: { type: "unit" },
    });
    expect(toFloats(grey.train.examples, schemaOf(grey)).data[4]).toBe(1);
    const binary = images(bits(8));
    expect(schemaOf(binary)).toMatchObject({ codec: { type: "plain" }, range: [0, 1] });
    expect([...toFloats(binary.train.examples, schemaOf(binary)).data]).toEqual([...bits(8)]);
    expect(binary.notes.join()).toMatch(/all 0 or 1 .* not as x\/255/);
    expect(grey.notes).toEqual([]);
  });

  it("are grey where only a test byte is above 1, and what the user says", () => {
    const mixed = fromArrays({ shape: [2, 2], train: bits(8), test: Uint8Array.of(0, 1, 9, 0) });
    expect(schemaOf(mixed)).toMatchObject({ codec: { type: "unit" } });
    expect(schemaOf(images(bits(8), { bytes: "unit" }))).toMatchObject({ codec: { type: "unit" } });
    expect(schemaOf(images(Uint8Array.of(3, 4, 5, 200), { bytes: "plain" }))).toMatchObject({
      codec: { type: "plain" },
    });
    expect(() => images(bits(8), { bytes: "grey" })).toThrow(/bytes must be one of auto, unit, plain/);
  });

  it("of a folder are looked at when they are streamed too", async () => {
    const folder = await folderOf(bits(80), [20, 2, 2]);
    for (const memory of [0, Infinity]) {
      const data = await loadFolder(folder, { memory });
      expect(schemaOf(data), String(memory)).toMatchObject({ codec: { type: "plain" }, range: [0, 1] });
    }
    const counts = await loadFolder(folder, { bytes: "unit" });
    expect(schemaOf(counts)).toMatchObject({ codec: { type: "unit" } });
  });

  it("0 and 1 made binary are the same 0 and 1", () => {
    const data = binarizeDataset(images(bits(8)), "threshold");
    expect([...toFloats(data.train.examples, schemaOf(data)).data]).toEqual([...bits(8)]);
    expect(() => binarizeDataset(images(Uint8Array.of(3, 4, 5, 6), { bytes: "plain" }), "static")).toThrow(
      /number 0 is 3, not a grey level/,
    );
  });
});

describe("what is learned of the training examples", () => {
  const n = 500;
  const raw = new Float32Array(3 * n);
  new RandomStream(1, "rows").normal(raw, 0);
  raw.forEach((value, i) => {
    raw[i] = i % 3 === 0 ? 1e4 + 50 * value : i % 3 === 1 ? 7 : 0.01 * value;
  });
  const dataset = (train: Float32Array): Dataset =>
    fromArrays({ shape: [3], train, test: Float32Array.of(9e9, 9e9, 9e9) });

  it("standardises each number by itself, and leaves the test split out", async () => {
    const data = dataset(raw);
    const schema = await learnSchema(schemaOf(data), data.train, "each");
    const values = Array.from(modelNumbers(data.train.examples, schema));
    for (const column of [0, 2]) {
      const own = values.filter((_, i) => i % 3 === column);
      const mean = own.reduce((a, b) => a + b) / n;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(1e-4);
      expect(variance).toBeCloseTo(1, 4);
    }
    expect(values.filter((_, i) => i % 3 === 1)).toEqual(new Array(n).fill(0));
    expect(pictureRange(schema)?.[1]).toBeLessThan(2e4);
  });

  it("is the same of a streamed split", async () => {
    const folder = await folderOf(raw.slice(0, 3 * 400), [400, 3, 1]);
    const learned: ExampleSchema[] = [];
    for (const memory of [0, Infinity]) {
      const data = await loadFolder(folder, { memory });
      learned.push(await learnSchema(schemaOf(data), data.train, "all"));
    }
    expect(learned[0]).toEqual(learned[1]);
    expect(learned[0]).toMatchObject({
      codec: { type: "standard", of: "plain", mean: [expect.any(Number)] },
    });
  });

  it("is a range, and that floats go from 0 to 1 if they do", async () => {
    const wide = dataset(Float32Array.of(-1, 0, 2, 3, 4, 5));
    const schema = await learnSchema(schemaOf(wide), wide.train);
    expect(schema).toMatchObject({ codec: { type: "plain" }, range: [-1, 5] });
    expect(isUnit(schema)).toBe(false);
    const unit = dataset(Float32Array.of(0, 0.5, 1));
    expect(await learnSchema(schemaOf(unit), unit.train)).toEqual({
      kind: "vector",
      size: 3,
      codec: { type: "unit" },
    });
  });
});

describe("a schema", () => {
  const columns: ExampleSchema = {
    kind: "columns",
    columns: [
      {
        name: "age",
        kind: "number",
        codec: { type: "standard", of: "plain", mean: [40], scale: [10] },
        start: 0,
        size: 1,
      },
      { name: "sex", kind: "category", codec: { type: "plain" }, start: 1, size: 2 },
    ],
  };

  it("of columns codes each for itself", () => {
    const data = fromArrays({
      schema: columns,
      train: [
        [50, 0, 1],
        [20, 1, 0],
      ],
      test: [[40, 1, 0]],
    });
    expect([...Array.from(modelNumbers(data.train.examples, schemaOf(data)))]).toEqual([1, 0, 1, -2, 1, 0]);
  });

  it("that doesn't fit is refused", () => {
    expect(() => requireSchema(columns, [4], "people")).toThrow(
      /people: the schema is of examples of 3 numbers/,
    );
    const [age, sex] = columns.columns;
    if (age === undefined || sex === undefined) throw new Error("two columns");
    const made = (...of: (typeof age)[]): ExampleSchema => ({ kind: "columns", columns: of });
    expect(() => requireSchema(made(age, { ...sex, start: 2, size: 1 }), [3], "x")).toThrow(
      /no part for number 1/,
    );
    const flat = { type: "standard", of: "plain", mean: [0], scale: [0] } as const;
    expect(() => requireSchema(made({ ...age, codec: flat }, sex), [3], "x")).toThrow(
      /needs 1 or 1 finite numbers as scale of the column "age", all above 0/,
    );
  });
});

test("a mean over the numbers of an example is told by what they are", () => {
  expect(perNumber(wholeSchema([28, 28]))).toBe("per pixel");
  expect(perNumber(wholeSchema([8, 8, 3]))).toBe("per pixel and channel");
  expect(perNumber(wholeSchema([4]))).toBe("per number");
});
