import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Tensor, tensor, UserError } from "../../tensor/index.js";
import type { Dataset } from "../dataset.js";
import { type FolderOptions, loadFolder } from "../folder.js";
import { encodeIdx } from "../idx.js";
import { encodeNpy } from "../npy.js";
import { readExamples } from "../streamed.js";
import { formats } from "./registry.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-formats-"));
});
afterAll(() => rm(dir, { recursive: true }));

let counter = 0;
async function folder(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const made = await mkdtemp(join(dir, `set${counter++}-`));
  for (const [name, content] of Object.entries(files)) await writeFile(join(made, name), content);
  return made;
}

/** A NumPy file of a type that `encodeNpy` doesn't write. */
function npy(descr: string, shape: readonly number[], data: ArrayBufferView, fortran = false): Uint8Array {
  const order = fortran ? "True" : "False";
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${dims}), }\n`;
  const out = Buffer.alloc(10 + dict.length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  out.writeUInt16LE(dict.length, 8);
  out.write(dict, 10, "latin1");
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + dict.length);
  return out;
}

const bytes = (shape: readonly number[], first = 0): Tensor<"uint8"> =>
  tensor(
    "uint8",
    shape,
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i),
  );
const small = encodeNpy(bytes([4, 2, 5]));

async function examplesOf(path: string, options: FolderOptions = {}): Promise<[Dataset, number[]]> {
  const data = await loadFolder(path, options);
  return [data, [...(await readExamples(data.train, 0)).data]];
}

/** What a path means, in memory and streamed. */
async function both(path: string, options: FolderOptions = {}): Promise<[Dataset, number[]]> {
  const [whole, numbers] = await examplesOf(path, { ...options, memory: Infinity });
  const [streamed, read] = await examplesOf(path, { ...options, memory: 0 });
  expect(streamed.train.source).toBeDefined();
  expect(read).toEqual(numbers);
  expect(streamed.shape).toEqual(whole.shape);
  expect(streamed.kind).toBe(whole.kind);
  return [whole, numbers];
}

async function refused(path: string, message: RegExp, options: FolderOptions = {}): Promise<void> {
  const error: unknown = await loadFolder(path, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
}

describe("number types", () => {
  const values = [0, 1, 2, 100];
  it.each([
    ["|i1", Int8Array.from(values)],
    ["<u2", Uint16Array.from(values)],
    ["<i2", Int16Array.from(values)],
    ["<u4", Uint32Array.from(values)],
    ["<i4", Int32Array.from(values)],
    ["<u8", BigUint64Array.from(values, BigInt)],
    ["<i8", BigInt64Array.from(values, BigInt)],
    ["<f2", Uint16Array.of(0, 0x3c00, 0x4000, 0x5640)],
    ["<f4", Float32Array.from(values)],
    ["<f8", Float64Array.from(values)],
  ])("%s, either byte order, in memory and streamed", async (descr, data) => {
    const width = data.BYTES_PER_ELEMENT;
    const raw = new Uint8Array(data.buffer);
    const swapped = Uint8Array.from(raw, (_, i) => raw[i - (i % width) + width - 1 - (i % width)] ?? 0);
    for (const [order, content] of [
      [descr, raw],
      [descr.replace("<", ">"), swapped],
    ] as const) {
      const file = npy(order, [4, 1], content);
      const [set, numbers] = await both(await folder({ "train.npy": file, "test.npy": file }));
      expect(set.train.examples.dtype).toBe("float32");
      expect(numbers).toEqual(values);
      const whole = /[iu]/.test(descr);
      expect(set.notes).toEqual(
        whole ? [expect.stringMatching(/holds u?int\d+ numbers, which are used as they/)] : [],
      );
    }
  });

  it("bools stay bytes 0 and 1", async () => {
    const file = npy("|b1", [4, 2], Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0));
    const [set, numbers] = await both(await folder({ "train.npy": file, "test.npy": file }));
    expect(set.train.examples.dtype).toBe("uint8");
    expect(numbers).toEqual([1, 0, 0, 1, 1, 1, 0, 0]);
    const bad = npy("|b1", [4, 2], Uint8Array.of(1, 0, 0, 1, 1, 7, 0, 0));
    const path = await folder({ "train.npy": bad });
    for (const memory of [0, Infinity])
      await refused(path, /example 2 holds 7 where a bool is 0 or 1/, { memory });
  });

  it("whole numbers that float32 can't hold, and floats beyond it, are refused, and the advice helps", async () => {
    const large = BigInt64Array.of(0n, 16_777_216n, 16_777_217n, 1n);
    const path = await folder({ "train.npy": npy("<i8", [4, 1], large) });
    for (const memory of [0, Infinity]) {
      await refused(path, /example 2 holds 16777217, which float32 can't hold exactly.*convert to float32/, {
        memory,
      });
    }
    await writeFile(join(path, "train.npy"), npy("<f4", [4, 1], Float32Array.from(large, Number)));
    await loadFolder(path);
    await writeFile(join(path, "train.npy"), npy("<f8", [4, 1], Float64Array.of(0, 1, 2, 1e300)));
    await refused(path, /example 3 holds 1e\+300, which is too large for float32.*divide/);
  });

  it("Fortran order is read whole", async () => {
    const file = npy("<i2", [2, 3], Int16Array.of(1, 4, 2, 5, 3, 6), true);
    const path = await folder({ "train.npy": file, "test.npy": file });
    expect((await examplesOf(path))[1]).toEqual([1, 2, 3, 4, 5, 6]);
    await refused(path, /in Fortran order; write it with numpy\.ascontiguousarray/, { memory: 0 });
  });

  it("idx of signed bytes and shorts too", async () => {
    const content = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 255, 254, 0, 3, 0, 4);
    const [, numbers] = await both(await folder({ "train-images": content, "test-images": content }));
    expect(numbers).toEqual([1, -2, 3, 4]);
  });
});

describe("labels", () => {
  const withLabels = (labels: Uint8Array): Promise<string> =>
    folder({ "x_train.npy": small, "y_train.npy": labels, "x_test.npy": small });

  it.each([
    ["[n, 1]", npy("<i8", [4, 1], BigInt64Array.of(3n, 1n, 2n, 0n))],
    ["uint64", npy("<u8", [4], BigUint64Array.of(3n, 1n, 2n, 0n))],
    ["whole floats", npy("<f8", [4], Float64Array.of(3, 1, 2, 0))],
    ["big-endian", npy(">i2", [4], Uint8Array.of(0, 3, 0, 1, 0, 2, 0, 0))],
  ])("%s", async (_, labels) => {
    expect([...((await loadFolder(await withLabels(labels))).train.labels ?? [])]).toEqual([3, 1, 2, 0]);
  });

  it("bools", async () => {
    const labels = npy("|b1", [4], Uint8Array.of(1, 0, 1, 0));
    expect([...((await loadFolder(await withLabels(labels))).train.labels ?? [])]).toEqual([1, 0, 1, 0]);
  });

  it.each([
    [
      npy("<f4", [4, 3], new Float32Array(12)),
      /y_train\.npy has 3 numbers an example.*numpy\.argmax\(labels, axis=1\)/,
    ],
    [
      npy("<f4", [4], Float32Array.of(0, 1, 0.5, 2)),
      /label 2 is 0\.5; labels must be whole numbers of 32 bits/,
    ],
    [npy("<i8", [4], BigInt64Array.of(0n, 2n ** 40n, 0n, 0n)), /label 1 is 1099511627776/],
    [npy("<U1", [4], new Uint32Array(4)), /y_train\.npy holds text.*numpy\.unique/],
    [small, /y_train\.npy holds images, not labels/],
  ])("refused, saying what to do: %#", async (labels, message) => {
    await refused(await withLabels(labels), message);
  });
});

describe("archives", () => {
  const labels = npy("<i4", [4], Int32Array.of(5, 6, 7, 8));
  const zip = (files: Record<string, Uint8Array>, level: 0 | 6) => zipSync(files, { level });
  const digits = {
    "x_train.npy": small,
    "y_train.npy": labels,
    "x_test.npy": encodeNpy(bytes([2, 2, 5], 50)),
  };

  it.each([0, 6] as const)("npz at level %d: by its own path and in a folder", async (level) => {
    const path = await folder({ "digits.npz": zip(digits, level) });
    for (const place of [path, join(path, "digits.npz")]) {
      const [data, numbers] = await examplesOf(place);
      expect(data).toMatchObject({ name: "digits", shape: [2, 5], notes: [], test: { length: 2 } });
      expect(numbers).toEqual([...bytes([4, 2, 5]).data]);
      expect([...(data.train.labels ?? [])]).toEqual([5, 6, 7, 8]);
    }
  });

  it("what isn't compressed is streamed; what is, is refused, and the advice helps", async () => {
    const path = await folder({ "a.npz": zip(digits, 6), "b.npz": zip(digits, 0) });
    await refused(
      join(path, "a.npz"),
      /a\.npz: x_test.*compressed in its archive; write it with numpy\.savez/,
      {
        memory: 0,
      },
    );
    await both(join(path, "b.npz"));
  });

  it("members saved without names, or but one, or named as their whole file", async () => {
    const path = await folder({
      "two.npz": zip({ "arr_0.npy": small, "arr_1.npy": labels }, 6),
      "one.npz": zip({ "whatever.npy": small }, 6),
      "xy.npz": zip({ "X.npy": small, "y.npy": labels, "meta.npy": labels }, 6),
      "med.npz": zip({ "train_images.npy": small, "train_labels.npy": labels, "val_images.npy": small }, 6),
      "no.npz": zip({ "a.npy": small, "b.npy": labels }, 6),
    });
    for (const name of ["two", "one", "xy"]) {
      const data = await loadFolder(join(path, `${name}.npz`));
      expect(data.train.length + data.test.length).toBe(4);
      expect(data.train.labels === undefined).toBe(name === "one");
    }
    expect((await loadFolder(join(path, "med.npz"))).validation?.length).toBe(4);
    await refused(join(path, "no.npz"), /it has a, b\. Name them x_train.*numpy\.savez/);
  });

  it("parts in archives of their own", async () => {
    const part = zip({ "x.npy": small, "y.npy": labels }, 6);
    const path = await folder({ "train.npz": part, "test.npz": part });
    expect(await loadFolder(path)).toMatchObject({ train: { length: 4 }, test: { length: 4 }, notes: [] });
  });

  it("damaged ones are named, whatever the damage", async () => {
    const whole = zip(digits, 6);
    const stored = zip(digits, 0);
    const path = await folder({});
    for (let i = 0; i < 300; i++) {
      const source = i % 2 === 0 ? whole : stored;
      const at = (i * 7919) % source.length;
      const changed = i % 3 === 0 ? source.slice(0, at) : source.slice();
      if (i % 3 !== 0) changed[at] = (changed[at] ?? 0) ^ (1 + (i % 255));
      await writeFile(join(path, "x.npz"), changed);
      const error: unknown = await loadFolder(path).catch((reason: unknown) => reason);
      if (!(error instanceof Error)) continue;
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toContain(path);
    }
    const data = stored.slice();
    // The last bytes of the first member: its numbers.
    data[40 + small.length] = 255;
    await writeFile(join(path, "x.npz"), data);
    await refused(path, /x\.npz: x_train is damaged: its checksum/);
  });

  it("npy.gz", async () => {
    const path = await folder({ "train.npy.gz": gzipSync(small), "test.npy": small });
    expect((await examplesOf(path))[1]).toEqual([...bytes([4, 2, 5]).data]);
    await refused(path, /train\.npy\.gz would take .*is gzipped; unpack it \(gunzip /, { memory: 0 });
    const lying = npy("|u1", [4_000_000_000, 1000], new Uint8Array(5));
    await writeFile(join(path, "train.npy.gz"), gzipSync(lying));
    await refused(path, /train\.npy\.gz is cut off/);
  });
});

describe("pictures in colour", () => {
  const counted = (shape: readonly number[]) => encodeNpy(bytes(shape));

  it.each([
    [
      [4, 1, 2, 5],
      [2, 5, 1],
    ],
    [
      [2, 3, 2, 5],
      [2, 5, 3],
    ],
    [
      [2, 4, 5, 2],
      [5, 2, 4],
    ],
  ])("%j has its channels first", async (given, shape) => {
    const file = counted(given);
    const [data, numbers] = await both(await folder({ "train.npy": file, "test.npy": file }));
    expect(data).toMatchObject({ kind: "image", shape });
    expect(data.notes).toEqual([expect.stringMatching(/channels first; they were turned/)]);
    const [, c = 0, h = 0, w = 0] = given;
    const expected: number[] = [];
    for (let n = 0; n < (given[0] ?? 0); n++)
      for (let p = 0; p < h * w; p++) for (let k = 0; k < c; k++) expected.push((n * c + k) * h * w + p);
    expect(numbers).toEqual(expected);
  });

  it("what can't be told is refused, and the option decides", async () => {
    const path = await folder({ "train.npy": counted([3, 3, 5, 4]) });
    await refused(path, /train\.npy: examples of shape \[3, 5, 4\].*layout/);
    expect((await loadFolder(path, { layout: "channels-first" })).shape).toEqual([5, 4, 3]);
    expect((await loadFolder(path, { layout: "channels-last" })).shape).toEqual([3, 5, 4]);
  });

  it("other channels and ranks are spoken of before training", async () => {
    const path = await folder({ "train.npy": counted([3, 5, 6, 2]) });
    const data = await loadFolder(path);
    expect(data.kind).toBe("vector");
    expect(data.notes[0]).toMatch(/have 2 channels.*drawn as heat maps/);
    await writeFile(join(path, "train.npy"), counted([3, 2, 2, 2, 2]));
    await refused(path, /\[2, 2, 2, 2\] can't be used.*reshape the data.*\[examples, numbers\]/);
    await writeFile(join(path, "train.npy"), counted([3, 16]));
    expect((await loadFolder(path)).shape).toEqual([16]);
  });
});

describe("which file is meant", () => {
  it.each([
    ["train.npy", "train-images.npy", "training examples"],
    ["train.npy", "x_train.npy", ""],
    ["train-images-idx3-ubyte", "x_train.npy", ""],
    ["t10k-images.npy", "test-images.npy", ""],
    ["y_train.npy", "train-labels.npy", ""],
  ])("%s beside %s is refused, and moving one away helps", async (a, b) => {
    const label = encodeNpy(tensor("uint8", [4]));
    const content = (name: string) =>
      name.includes("idx") ? encodeIdx(bytes([4, 2, 5])) : /y_|labels/.test(name) ? label : small;
    const path = await folder({ "images_train.npy": small, [a]: content(a), [b]: content(b) });
    if (/t(rain|10k)/.test(a) && !/y_/.test(a) && !a.startsWith("t10k"))
      await rm(join(path, "images_train.npy"));
    await refused(path, new RegExp(`(${a}|${b}) and .*(${a}|${b}) both say .*rename one of them, or move`));
    await rm(join(path, b));
    await loadFolder(path);
  });

  it("a file and the same gzipped: the unpacked one, and it is said", async () => {
    const path = await folder({ "train.npy": small, "train.npy.gz": gzipSync(small), "test.npy": small });
    expect((await loadFolder(path)).notes).toEqual(["train.npy.gz lies beside train.npy, which is used."]);
  });

  it("a data set without a prefix beside others: it is said how to choose", async () => {
    const path = await folder({ "train.npy": small, "test.npy": small, "b-train.npy": small });
    const { notes } = await loadFolder(path);
    expect(notes).toEqual([expect.stringMatching(/holds the data set b too, which is not used/)]);
    expect((await loadFolder(join(path, "b"))).name).toBe("b");
  });

  it("a file by itself: a tenth is held out, and what lies beside it is told", async () => {
    const path = await folder({
      "digits.npy": small,
      "train-images": encodeIdx(bytes([4, 2, 5])),
      "test-images": small,
    });
    expect(await loadFolder(join(path, "digits.npy"))).toMatchObject({
      name: "digits",
      train: { length: 3 },
      test: { length: 1 },
      notes: [expect.stringMatching(/no test split: 1 of the 4/)],
    });
    const { notes } = await loadFolder(join(path, "train-images"));
    expect(notes[0]).toMatch(/Only train-images is used; test-images beside it/);
    await rm(join(path, "train-images"));
    await refused(path, /If digits\.npy holds the examples, give its own path: .*digits\.npy/);
    await writeFile(join(path, "table.csv"), "1,2\n3,4\n");
    await refused(join(path, "table.csv"), /is no data that can be read; it seems to be a text with numbers/);
  });

  it("labels without examples are told of", async () => {
    const labels = encodeNpy(tensor("uint8", [4]));
    const path = await folder({ "train.npy": small, "test.npy": small, "y_val.npy": labels });
    expect((await loadFolder(path)).notes).toEqual([expect.stringMatching(/y_val\.npy is not used/)]);
  });
});

it("the catalogue names what it reads", () => {
  expect(formats.names).toEqual(["idx", "npy", "npz"]);
  for (const { entry, text } of formats.examples()) {
    expect(formats.from(text).files.length).toBeGreaterThan(10);
    expect(entry.description).not.toBe("");
  }
  expect(() => formats.get("nyp")).toThrow(/unknown data format "nyp"; did you mean "npy"/);
});
