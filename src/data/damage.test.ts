import { writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../tensor/index.js";
import { checkDamages } from "../testing/damage.js";
import { scratchFolder } from "../testing/run-cli.js";
import { decodeIdx, encodeIdx } from "./idx.js";
import { readIdxFile } from "./idx-file.js";
import { loadFolder } from "./folder.js";
import { decodeNpy, encodeNpy } from "./npy.js";
import { peek, readArray } from "./peek.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
const examples = tensor(
  "uint8",
  [12, 4, 5],
  Uint8Array.from({ length: 240 }, (_, i) => (i * 37) % 256),
);
const floats = tensor(
  "float32",
  [6, 10],
  Float32Array.from({ length: 60 }, (_, i) => i / 60),
);

function addsUp({ data, shape }: Tensor): void {
  expect(data.length).toBe(shape.reduce((product, dim) => product * dim, 1));
}

/** Writes a damaged file in place of the one of that name; returns its path. */
function put(name: string, bytes: Uint8Array): string {
  const file = path.join(scratch.folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe("a damaged file is refused by its name, or read as what it says", { timeout: 600_000 }, () => {
  const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ["bytes.npy", encodeNpy(examples)],
    ["floats.npy", encodeNpy(floats)],
    ["train-images-idx3-ubyte", encodeIdx(examples)],
    ["floats-idx2-float", encodeIdx(floats)],
    ["train-images-idx3-ubyte.gz", gzipSync(encodeIdx(examples))],
  ];
  test.each(files)("%s", async (name, original) => {
    const names = new RegExp(name.replaceAll(".", "\\."));
    await checkDamages({ original, names, read: (bytes) => readArray(put(name, bytes)), accept: addsUp });
    await checkDamages({ original, names, read: (bytes) => peek(put(name, bytes)) });
    if (!name.endsWith(".npy")) {
      await checkDamages({ original, names, read: (bytes) => decodeIdx(bytes, name), accept: addsUp });
      await checkDamages({ original, names, read: (bytes) => readIdxFile(put(name, bytes)), accept: addsUp });
    } else {
      await checkDamages({ original, names, read: (bytes) => decodeNpy(bytes, name), accept: addsUp });
    }
  });

  test("a folder with one damaged file, in memory and streamed", async () => {
    put("x.npy", encodeNpy(floats));
    const folder = scratchFolder();
    afterAll(folder.remove);
    writeFileSync(path.join(folder.folder, "test.npy"), encodeNpy(floats));
    for (const memory of [undefined, 1]) {
      await checkDamages({
        original: encodeNpy(floats),
        names: /train\.npy|test\.npy|train and test|splits/,
        read: async (bytes) => {
          writeFileSync(path.join(folder.folder, "train.npy"), bytes);
          await loadFolder(folder.folder, memory === undefined ? {} : { memory });
        },
      });
    }
  });
});
