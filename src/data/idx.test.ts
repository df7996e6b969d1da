import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DType,
  fromNumbers,
  sizeOf,
  type Tensor,
  tensor,
  toNumbers,
  UserError,
} from "../tensor/index.js";
import { decodeIdx, encodeIdx } from "./idx.js";
import { readIdxFile, writeIdxFile } from "./idx-file.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-idx-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** 2 x 3 bytes, written out by hand from the format's definition. */
const bytes2x3 = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);

/** Every way to the decoder: bytes and files, plain and gzipped. */
async function everyWay(bytes: Uint8Array, name: string): Promise<Promise<Tensor>[]> {
  const plain = join(dir, `${name}.plain`);
  const zipped = join(dir, `${name}.zipped`);
  await writeFile(plain, bytes);
  await writeFile(zipped, gzipSync(bytes));
  return [
    decodeIdx(bytes, plain),
    decodeIdx(gzipSync(bytes), zipped),
    readIdxFile(plain),
    readIdxFile(zipped),
  ];
}

async function refused(bytes: Uint8Array, name: string, message: RegExp): Promise<void> {
  for (const attempt of await everyWay(bytes, name)) {
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(message);
    expect((error as UserError).message).toContain(join(dir, name));
  }
}

describe("idx", () => {
  it.each([
    ["uint8", bytes2x3, [2, 3], [1, 2, 3, 4, 5, 255]],
    ["int32", Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 3, 0, 127, 128), [3], [0, 127, -128]],
    ["int32", Uint8Array.of(0, 0, 0xb, 1, 0, 0, 0, 2, 1, 2, 0xff, 0xfe), [2], [258, -2]],
    ["int32", Uint8Array.of(0, 0, 0xc, 1, 0, 0, 0, 1, 0xff, 0, 0, 1), [1], [-16777215]],
    ["float32", Uint8Array.of(0, 0, 0xd, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0), [2], [1, -2.5]],
    ["float64", Uint8Array.of(0, 0, 0xe, 1, 0, 0, 0, 1, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0), [1], [-1.5]],
  ] as const)("reads %s of each width", async (dtype, bytes, shape, values) => {
    for (const way of await everyWay(bytes, "types")) {
      const value = await way;
      expect(value.dtype).toBe(dtype);
      expect(value.shape).toEqual(shape);
      expect(toNumbers(value)).toEqual(values);
      expect(value.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it("writes what the definition says", () => {
    expect(encodeIdx(tensor("uint8", [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 255)))).toEqual(bytes2x3);
    const whole = Float32Array.of(9, 1, -2.5, 9);
    const view = tensor("float32", [2], whole.subarray(1, 3));
    expect(encodeIdx(view).subarray(8)).toEqual(Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0));
    expect(Array.from(whole)).toEqual([9, 1, -2.5, 9]);
    expect(() => encodeIdx(tensor("int64", [1]))).toThrow(/int64.*can't be written as idx/);
  });

  it("gives back what was written, for any dtype, rank and size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<DType>("uint8", "int32", "float32", "float64"),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        fc.boolean(),
        async (dtype, shape, numbers, zipped) => {
          const values = Array.from({ length: sizeOf(shape) }, () => numbers.next().value as number);
          const value = tensor(dtype, shape, fromNumbers(dtype, values));
          const bytes = encodeIdx(value);
          const back = await decodeIdx(zipped ? gzipSync(bytes) : bytes);
          expect(back.dtype).toBe(dtype);
          expect(back.shape).toEqual(shape);
          expect(toNumbers(back)).toEqual(values);
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  it("reads a file whose gzipped pieces end anywhere", async () => {
    // Random bytes don't shrink: the decompressor hands them over in several pieces.
    let state = 1;
    const data = Uint8Array.from({ length: 700_000 }, () => (state = (state * 48271) % 2147483647) & 255);
    const file = join(dir, "large.gz");
    await writeIdxFile(file, tensor("uint8", [700, 1000], data));
    expect(gunzipSync(await readFile(file)).length).toBe(700_012);
    expect(Buffer.compare((await readIdxFile(file)).data as Uint8Array, data)).toBe(0);
    expect(Buffer.compare((await decodeIdx(await readFile(file))).data as Uint8Array, data)).toBe(0);
  });

  it("refuses what is no idx file", async () => {
    await refused(
      Uint8Array.of(0, 1, 8, 1, 0, 0, 0, 1, 5),
      "magic",
      /not an idx file.*begins with 00 01 08 01/,
    );
    await refused(Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 1, 5), "type", /element type is 0x07/);
    await refused(Buffer.from("<!DOCTYPE html><p>404</p>"), "page", /not an idx file.*web page/);
    await refused(Buffer.from("PK\x03\x04abcdefgh"), "archive", /not an idx file.*zip archive/);
  });

  it("refuses empty files, and files whose header says there is nothing", async () => {
    await refused(new Uint8Array(0), "empty", /is empty \(0 bytes\)/);
    await refused(encodeIdx(tensor("uint8", [0, 28, 28])), "none", /holds no data.*\[0, 28, 28\]/);
    await refused(encodeIdx(tensor("uint8", [3, 0])), "zero", /holds no data.*\[3, 0\]/);
    await refused(Uint8Array.of(0, 0, 8, 0, 1), "scalar", /holds no data.*\[\]/);
  });

  it("refuses files cut off at any byte, and files that are too long", async () => {
    for (let length = 1; length < bytes2x3.length; length++) {
      await refused(bytes2x3.subarray(0, length), "cut", /is cut off/);
    }
    await refused(Uint8Array.of(...bytes2x3, 0), "long", /is too long.*\[2, 3\].*6 bytes/);
  });

  it("refuses a damaged or cut off gzip file", async () => {
    const whole = gzipSync(Uint8Array.of(...bytes2x3));
    const file = join(dir, "cut.gz");
    for (const length of [2, 10, 15, whole.length - 1]) {
      const cut = whole.subarray(0, length);
      await writeFile(file, cut);
      await expect(readIdxFile(file)).rejects.toThrow(/cut\.gz is .*cut off/);
      await expect(decodeIdx(cut, "cut.gz")).rejects.toThrow(/cut\.gz is .*cut off/);
    }
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1; // in the checksum
    await writeFile(file, damaged);
    await expect(readIdxFile(file)).rejects.toThrow(/cut\.gz is a damaged or cut off gzip file/);
    await expect(decodeIdx(damaged, "cut.gz")).rejects.toThrow(/cut\.gz is a damaged or cut off gzip file/);
  });

  it("reserves no memory for a header that promises more than the file can hold", async () => {
    const header = Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 28, 1, 2, 3);
    await refused(header, "promise", /is cut off: its header says shape \[4294967295, 4294967295, 28\]/);
  });

  it("says what a file system's refusal means", async () => {
    await expect(readIdxFile(join(dir, "missing"))).rejects.toThrow(/missing: it does not exist/);
    await expect(readIdxFile(dir)).rejects.toThrow(/it is a folder, not a file/);
    await expect(writeIdxFile(join(dir, "no", "x"), tensor("uint8", [1]))).rejects.toThrow(UserError);
    const before = await readdir(dir);
    await expect(writeIdxFile(dir, tensor("uint8", [1]))).rejects.toThrow(/can't write/);
    expect(await readdir(dir)).toEqual(before);
    await writeFile(join(dir, "shrunk"), bytes2x3);
    await truncate(join(dir, "shrunk"), 5);
    await expect(readIdxFile(join(dir, "shrunk"))).rejects.toThrow(/shrunk is cut off.*within its header/);
  });
});
