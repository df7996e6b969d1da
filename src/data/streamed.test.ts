import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream, sizeOf, type Tensor, tensor, UserError } from "../tensor/index.js";
import {
  binarizeDataset,
  type Dataset,
  describeDataset,
  encodeIdx,
  encodeNpy,
  type FolderOptions,
  holdOut,
  loadFolder,
  pieces,
  readExamples,
  type Split,
  streamedSplit,
  Windows,
} from "./index.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-streamed-"));
});
afterAll(() => rm(dir, { recursive: true }));

function bytes(shape: readonly number[], seed: number): Tensor<"uint8"> {
  const noise = new RandomStream(seed, "bytes").uniform(new Float32Array(sizeOf(shape)), 0);
  return tensor(
    "uint8",
    shape,
    Uint8Array.from(noise, (u) => u * 256),
  );
}

function floats(shape: readonly number[], seed: number): Tensor<"float32"> {
  return tensor("float32", shape, new RandomStream(seed, "f").uniform(new Float32Array(sizeOf(shape)), 0));
}

let counter = 0;
/** A folder with these files. */
async function folder(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const made = await mkdtemp(join(dir, `set${counter++}-`));
  for (const [name, content] of Object.entries(files)) await writeFile(join(made, name), content);
  return made;
}

const labels = (n: number): Tensor<"uint8"> =>
  tensor(
    "uint8",
    [n],
    Uint8Array.from({ length: n }, (_, i) => i % 10),
  );

/** The data set read whole and streamed. */
async function both(path: string, options: FolderOptions = {}): Promise<[Dataset, Dataset]> {
  return [
    await loadFolder(path, { ...options, memory: Infinity }),
    await loadFolder(path, { ...options, memory: 0 }),
  ];
}

async function expectSame(whole: Split | undefined, streamed: Split | undefined): Promise<void> {
  if (whole === undefined || streamed === undefined) return expect(streamed).toBe(whole);
  expect(whole.source).toBeUndefined();
  expect(streamed.source).toBeDefined();
  expect(streamed.length).toBe(whole.length);
  expect(streamed.examples.shape).toEqual(whole.examples.shape);
  expect(streamed.examples.dtype).toBe(whole.examples.dtype);
  expect(streamed.labels && [...streamed.labels]).toEqual(whole.labels && [...whole.labels]);
  const read = await readExamples(streamed, 0);
  expect(Buffer.from(read.data.buffer).equals(Buffer.from(whole.examples.data.slice().buffer))).toBe(true);
  const windows = await Windows.open(streamed);
  const rows = new RandomStream(3, "rows").permutation(whole.length);
  const window = await windows.read(rows);
  const size = sizeOf(whole.examples.shape.slice(1));
  const one = whole.length - 1;
  expect([...window.data.subarray(one * size, (one + 1) * size)]).toEqual([
    ...whole.examples.data.subarray((rows[one] ?? 0) * size, ((rows[one] ?? 0) + 1) * size),
  ]);
  await windows.close();
}

async function expectSameSets([whole, streamed]: readonly [Dataset, Dataset]): Promise<void> {
  for (const name of ["train", "test", "validation"] as const) await expectSame(whole[name], streamed[name]);
  expect(streamed.shape).toEqual(whole.shape);
  expect(streamed.kind).toBe(whole.kind);
}

describe("a streamed data set holds the same examples as one in memory", () => {
  it("idx with labels and a test split", async () => {
    const path = await folder({
      "train-images-idx3-ubyte": encodeIdx(bytes([300, 5, 4], 1)),
      "train-labels-idx1-ubyte": encodeIdx(labels(300)),
      "t10k-images-idx3-ubyte": encodeIdx(bytes([40, 5, 4], 2)),
    });
    const sets = await both(path);
    await expectSameSets(sets);
    expect(describeDataset(sets[0])).toBe("300 train, 40 test, 5x4 grey");
    expect(describeDataset(sets[1])).toBe("300 train, 40 test, 5x4 grey, all streamed from disk");
    expect(sets[1].notes.join()).toMatch(
      /train-images-idx3-ubyte is streamed from disk: in memory it would take 1 MB/,
    );
    expect(() => sets[1].train.examples.data).toThrow(
      `${join(path, "train-images-idx3-ubyte")} is streamed from disk and does not lie in memory`,
    );
  });

  it("a test split, then a validation split held out of the training examples", async () => {
    const path = await folder({
      "train-images-idx3-ubyte": encodeIdx(bytes([301, 3, 3], 1)),
      "train-labels-idx1-ubyte": encodeIdx(labels(301)),
    });
    const [whole, streamed] = await both(path);
    await expectSameSets([whole, streamed]);
    await expectSameSets([holdOut(whole, 0.2, 7), holdOut(streamed, 0.2, 7)]);
  });

  it("EMNIST's turned upright", async () => {
    const path = await folder({ "emnist-letters-train-images-idx3-ubyte": encodeIdx(bytes([50, 4, 4], 1)) });
    await expectSameSets(await both(path));
  });

  it("floats: idx of float32 and float64, NumPy's of both, and its bytes", async () => {
    const single = floats([90, 6], 4);
    const double = tensor("float64", [90, 6], Float64Array.from(single.data));
    for (const files of [
      { "train-images-idx2-float": encodeIdx(single) },
      { "train-images-idx2-double": encodeIdx(double) },
      { "train-images.npy": encodeNpy(single), "test-images.npy": encodeNpy(floats([9, 6], 5)) },
      { "x_train.npy": encodeNpy(double), "y_train.npy": encodeNpy(labels(90)) },
      { "train.npy": encodeNpy(bytes([90, 3, 3], 2)) },
    ] as Record<string, Uint8Array>[]) {
      await expectSameSets(await both(await folder(files)));
    }
  });

  it.each(["static", "threshold", "dynamic"] as const)(
    "made binary: %s, of bytes and of floats",
    async (mode) => {
      for (const value of [bytes([80, 7, 3], 1), floats([80, 21], 1)]) {
        const path = await folder({ "train.npy": encodeNpy(value), "test.npy": encodeNpy(value) });
        const [whole, streamed] = await both(path);
        const held: [Dataset, Dataset] = [holdOut(whole, 11, 1), holdOut(streamed, 11, 1)];
        await expectSameSets([binarizeDataset(held[0], mode), binarizeDataset(held[1], mode)]);
      }
    },
  );
});

describe("memory", () => {
  it("the largest splits are streamed until the others fit", async () => {
    const path = await folder({
      "train-images-idx3-ubyte": encodeIdx(bytes([300, 5, 4], 1)),
      "t10k-images-idx3-ubyte": encodeIdx(bytes([40, 5, 4], 2)),
    });
    const streamed = async (memory?: number): Promise<boolean[]> => {
      const { train, test } = await loadFolder(path, memory === undefined ? {} : { memory });
      return [train.source !== undefined, test.source !== undefined];
    };
    expect(await streamed()).toEqual([false, false]);
    expect(await streamed(2 * 6800)).toEqual([false, false]);
    expect(await streamed(2 * 6800 - 1)).toEqual([true, false]);
    expect(await streamed(2 * 800 - 1)).toEqual([true, true]);
    await expect(loadFolder(path, { memory: -1 })).rejects.toThrow(
      "memory must be a number of bytes from 0, got -1",
    );
  });

  it("a gzipped file can't be streamed, and the message says what to do", async () => {
    const path = await folder({ "train-images-idx3-ubyte.gz": gzipSync(encodeIdx(bytes([300, 5, 4], 1))) });
    const file = join(path, "train-images-idx3-ubyte.gz");
    await expect(loadFolder(path, { memory: 100 })).rejects.toThrow(
      `${file} would take 1 MB of memory, of which 1 MB are allowed for examples, and can't be streamed, as it is ` +
        `gzipped; unpack it (gunzip ${file}), or allow more memory`,
    );
    expect((await loadFolder(path)).train.source).toBeUndefined();
  });

  it("nor can an array in Fortran order", async () => {
    const plain = Buffer.from(encodeNpy(floats([10, 4], 1)));
    const fortran = Buffer.from(plain.toString("latin1").replace("False", "True "), "latin1");
    const path = await folder({ "train.npy": fortran });
    await expect(loadFolder(path, { memory: 0 })).rejects.toThrow("it is in Fortran order; write it with");
  });
});

describe("what is wrong with a file is told before it is used", () => {
  it.each([0, Infinity])("memory %d: wrong headers and lengths", async (memory) => {
    const whole = encodeIdx(bytes([30, 5, 4], 1));
    const npy = encodeNpy(floats([30, 4], 1));
    for (const [name, content, message] of [
      [
        "train-images-idx3-ubyte",
        whole.subarray(0, 200),
        /is cut off: its header says shape \[30, 5, 4\], that is 600 bytes/,
      ],
      [
        "train-images-idx3-ubyte",
        Uint8Array.of(1, 2, 3, 4, 5),
        /is not an idx file: it begins with 01 02 03 04/,
      ],
      [
        "train.npy",
        npy.subarray(0, 300),
        /is not a valid npy file: .* takes 480 bytes, but 172 follow: .*cut off/,
      ],
      ["train.npy", whole, /does not begin with the magic text/],
    ] as const) {
      const path = await folder({ [name]: content });
      const error: unknown = await loadFolder(path, { memory }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(message);
      expect((error as UserError).message).toContain(join(path, name));
    }
  });

  it.each([0, Infinity])("memory %d: a number that is not finite", async (memory) => {
    const value = floats([300, 4], 1);
    value.data[4 * 250 + 1] = Number.NaN;
    const path = await folder({ "train.npy": encodeNpy(value) });
    await expect(loadFolder(path, { memory })).rejects.toThrow("example 250 holds NaN; remove or replace it");
  });
});

it("pieces go through a split in order, whatever the source", async () => {
  const size = 1 << 18;
  const source = {
    dtype: "uint8",
    shape: [9, size],
    place: "made up",
    open: async () => ({
      read: async (rows: Int32Array, out: Uint8Array | Float32Array) => {
        rows.forEach((row, i) => out.fill(row, i * size, (i + 1) * size));
      },
      close: async () => undefined,
    }),
  } as const;
  const seen: number[] = [];
  for await (const { examples, first } of pieces(streamedSplit(source))) {
    const [count = 0] = examples.shape;
    for (let i = 0; i < count; i++) seen.push(first + i, examples.data[i * size] ?? -1);
  }
  expect(seen).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
});
