import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RandomStream, sizeOf, UserError } from "../tensor/index.js";
import { widths } from "./number-types.js";
import { fileSource, type RowLayout } from "./row-file.js";
import type { ExampleData } from "./source.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-rows-"));
});
afterAll(() => rm(dir, { recursive: true }));

const examples = 3000;
const headerBytes = 13;

/** Writes one number of a type. */
const writers: Readonly<
  Record<RowLayout["stored"], (view: DataView, at: number, v: number, le: boolean) => void>
> = {
  bool: (view, at, v) => view.setUint8(at, v % 2),
  uint8: (view, at, v) => view.setUint8(at, v),
  int8: (view, at, v) => view.setInt8(at, v - 125),
  uint16: (view, at, v, le) => view.setUint16(at, v, le),
  int16: (view, at, v, le) => view.setInt16(at, v, le),
  uint32: (view, at, v, le) => view.setUint32(at, v, le),
  int32: (view, at, v, le) => view.setInt32(at, v, le),
  uint64: (view, at, v, le) => view.setBigUint64(at, BigInt(v), le),
  int64: (view, at, v, le) => view.setBigInt64(at, BigInt(v), le),
  // 64 to 127.9 in steps of 1/16 are 0x5400 and on.
  float16: (view, at, v, le) => view.setUint16(at, 0x5400 + v, le),
  float32: (view, at, v, le) => view.setFloat32(at, v, le),
  float64: (view, at, v, le) => view.setFloat64(at, v, le),
};
const becomes: Partial<Record<RowLayout["stored"], (v: number) => number>> = {
  bool: (v) => v % 2,
  int8: (v) => v - 125,
  float16: (v) => 64 + v / 16,
};

/** A file of examples: number k of example i is the same in each number type, as far as that goes. */
async function written(stored: RowLayout["stored"], bigEndian: boolean, size: number): Promise<RowLayout> {
  const path = join(dir, `${stored}-${bigEndian}-${size}`);
  const width = widths[stored];
  const bytes = Buffer.alloc(headerBytes + examples * size * width, 7);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < examples * size; i++) {
    writers[stored](view, headerBytes + i * width, valueOf(i), !bigEndian);
  }
  await writeFile(path, bytes);
  return { path, offset: headerBytes, shape: [examples, size], stored, bigEndian };
}

const valueOf = (i: number): number => (i * 2654435761) % 251;

const picks: Readonly<Record<string, Int32Array>> = {
  "in random order": new RandomStream(1, "rows").permutation(examples).slice(0, 700),
  "all, in file order": Int32Array.from({ length: examples }, (_, i) => i),
  backwards: Int32Array.from({ length: 40 }, (_, i) => examples - 1 - i),
  "again and again": Int32Array.of(5, 5, 2999, 5, 0, 2999, 6),
  "far apart": Int32Array.of(2999, 0, 1500),
  none: new Int32Array(0),
};

it.each([
  ["uint8", false, 9],
  ["uint8", false, 700],
  ["float32", false, 10],
  ["float32", true, 10],
  ["float64", false, 100],
  ["float64", true, 3],
  ["bool", false, 9],
  ["int8", false, 9],
  ["uint16", true, 9],
  ["int16", false, 200],
  ["uint32", true, 3],
  ["int32", false, 9],
  ["uint64", true, 9],
  ["int64", false, 9],
  ["float16", false, 9],
  ["float16", true, 9],
] as const)("%s, big-endian %s, %d numbers: every example comes to its place", async (stored, big, size) => {
  const layout = await written(stored, big, size);
  const source = fileSource(layout);
  const reader = await source.open();
  for (const [name, rows] of Object.entries(picks)) {
    const length = rows.length * size;
    const out: ExampleData = source.dtype === "uint8" ? new Uint8Array(length) : new Float32Array(length);
    await reader.read(rows, out);
    const expected = Array.from({ length }, (_, k) =>
      (becomes[stored] ?? Number)(valueOf((rows[Math.floor(k / size)] ?? 0) * size + (k % size))),
    );
    expect(Array.from(out), name).toEqual(expected);
  }
  await reader.close();
  expect(sizeOf(source.shape)).toBe(examples * size);
});

it("from a disk that is slow, several at a time, examples come to their places too", async () => {
  const layout = await written("uint8", false, 20_000);
  const reader = await fileSource(layout, -1).open();
  const rows = new RandomStream(2, "rows").permutation(examples).slice(0, 2000);
  const out = new Uint8Array(rows.length * 20_000);
  await reader.read(rows, out);
  await reader.close();
  const wrong = rows.findIndex((row, i) =>
    [0, 1, 19_999].some((k) => out[i * 20_000 + k] !== valueOf(row * 20_000 + k)),
  );
  expect(wrong).toBe(-1);
});

it("a file that has been cut off is named, with the bytes it had and has", async () => {
  const layout = await written("uint8", false, 20);
  const reader = await fileSource(layout).open();
  await truncate(layout.path, 30_000);
  await reader.read(Int32Array.of(3, 9), new Uint8Array(40));
  const late = reader.read(Int32Array.of(3, 2000), new Uint8Array(40));
  await expect(late).rejects.toBeInstanceOf(UserError);
  await expect(late).rejects.toThrow(
    `${layout.path} was cut off while it was in use: it had 60013 bytes, now it has 30000.`,
  );
  await reader.close();
});

it("a missing file is named when it is opened, and a number beyond the last example is refused", async () => {
  const gone = join(dir, "gone");
  const layout = await written("uint8", false, 4);
  await expect(fileSource({ ...layout, path: gone }).open()).rejects.toThrow(
    `can't read ${gone}: it does not exist`,
  );
  const reader = await fileSource(layout).open();
  await expect(reader.read(Int32Array.of(examples), new Uint8Array(4))).rejects.toThrow(RangeError);
  await reader.close();
});
