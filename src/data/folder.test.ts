import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { encodeIdx } from "./idx.js";
import { loadFolder } from "./folder.js";
import { writeIdxFile } from "./idx-file.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "latent-folder-"));
});
afterEach(() => rm(dir, { recursive: true }));

/** n images of 2 x 2, with numbers from `first` on. */
const pictures = (n: number, first = 0): Tensor<"uint8"> =>
  tensor(
    "uint8",
    [n, 2, 2],
    Uint8Array.from({ length: 4 * n }, (_, i) => first + i),
  );
const classes = (n: number, first = 0): Tensor<"uint8"> =>
  tensor(
    "uint8",
    [n],
    Uint8Array.from({ length: n }, (_, i) => first + i),
  );

async function put(files: Record<string, Tensor>): Promise<void> {
  for (const [name, value] of Object.entries(files)) await writeIdxFile(join(dir, name), value);
}

async function refused(message: RegExp, path = dir): Promise<void> {
  const error: unknown = await loadFolder(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
}

describe("loadFolder", () => {
  it.each([
    [
      "MNIST's names",
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ],
    [
      "with dots",
      "train-images.idx3-ubyte",
      "train-labels.idx1-ubyte",
      "t10k-images.idx3-ubyte",
      "t10k-labels.idx1-ubyte",
    ],
    [
      "gzipped",
      "train-images-idx3-ubyte.gz",
      "train-labels-idx1-ubyte.gz",
      "t10k-images-idx3-ubyte.gz",
      "t10k-labels-idx1-ubyte.gz",
    ],
    ["test- and short", "train-images.idx", "train-labels.idx.gz", "test-images", "test_labels"],
    [
      "behind a prefix",
      "k49-train-images-idx3-ubyte",
      "k49-train-labels-idx1-ubyte",
      "k49-test-images-idx3-ubyte",
      "k49-test-labels-idx1-ubyte",
    ],
  ])("finds %s", async (_, trainImages, trainLabels, testImages, testLabels) => {
    await put({
      [trainImages]: pictures(5),
      [trainLabels]: classes(5, 10),
      [testImages]: pictures(3, 100),
      [testLabels]: classes(3, 20),
    });
    await writeFile(join(dir, "readme.md"), "hello");
    const data = await loadFolder(dir);
    expect(data).toMatchObject({ kind: "image", shape: [2, 2], notes: [] });
    expect(data.name).toBe(trainImages.startsWith("k49") ? "k49" : basename(dir));
    expect(Array.from(data.train.examples.data)).toEqual(Array.from(pictures(5).data));
    expect(data.train.examples.shape).toEqual([5, 2, 2]);
    expect(data.train.labels).toEqual(Int32Array.of(10, 11, 12, 13, 14));
    expect(Array.from(data.test.examples.data)).toEqual(Array.from(pictures(3, 100).data));
    expect(data.test.labels).toEqual(Int32Array.of(20, 21, 22));
    expect(data.train.examples.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(data.train.labels?.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("tells gzip by the content, whatever the name", async () => {
    await writeFile(join(dir, "train-images-idx3-ubyte"), gzipSync(encodeIdx(pictures(4))));
    await writeFile(join(dir, "t10k-images-idx3-ubyte.gz"), encodeIdx(pictures(2)));
    const data = await loadFolder(dir);
    expect([data.train.length, data.test.length]).toEqual([4, 2]);
    expect(data.train.labels).toBeUndefined();
  });

  it("reads floats, colours, vectors and a validation split", async () => {
    const floats = tensor(
      "float64",
      [4, 3],
      Float64Array.from({ length: 12 }, (_, i) => i / 8),
    );
    await put({ "train-images-idx2-double": floats, "test-images": floats, "validation-images": floats });
    const data = await loadFolder(dir, { name: "mine", classes: ["a"] });
    expect(data).toMatchObject({ name: "mine", kind: "vector", shape: [3], classes: ["a"] });
    expect(data.validation?.examples).toMatchObject({ dtype: "float32", shape: [4, 3] });
    expect(Array.from(data.train.examples.data)).toEqual(Array.from(floats.data));
  });

  it("holds out a tenth for testing where there is no test split, and says so", async () => {
    await put({ "train-images-idx3-ubyte": pictures(20), "train-labels-idx1-ubyte": classes(20) });
    const data = await loadFolder(dir);
    expect([data.train.length, data.test.length]).toEqual([18, 2]);
    expect([...(data.train.labels ?? []), ...(data.test.labels ?? [])].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    data.test.labels?.forEach((label, i) => expect(data.test.examples.data[4 * i]).toBe(4 * label));
    expect(data.notes).toEqual([expect.stringMatching(/no test split: 2 of the 20 training examples/)]);
    expect((await loadFolder(dir)).test).toEqual(data.test);
  });

  it("turns EMNIST's images upright", async () => {
    const images = tensor(
      "uint8",
      [2, 3, 3],
      Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19),
    );
    const upright = [1, 4, 7, 2, 5, 8, 3, 6, 9, 11, 14, 17, 12, 15, 18, 13, 16, 19];
    await put({
      "emnist-digits-train-images-idx3-ubyte.gz": images,
      "emnist-digits-test-images-idx3-ubyte.gz": images,
    });
    const data = await loadFolder(dir);
    expect(data.name).toBe("emnist-digits");
    expect(Array.from(data.train.examples.data)).toEqual(upright);
    expect(Array.from(data.test.examples.data)).toEqual(upright);
    expect(data.notes).toEqual([expect.stringMatching(/transposed/)]);
    const kept = await loadFolder(dir, { transposed: false });
    expect(Array.from(kept.train.examples.data)).toEqual(Array.from(images.data));
  });

  it("lets one choose among several data sets by the path", async () => {
    await put({
      "emnist-letters-train-images-idx3-ubyte": pictures(3),
      "emnist-letters-test-images-idx3-ubyte": pictures(3),
      "emnist-digits-train-images-idx3-ubyte": pictures(4),
      "emnist-digits-test-images-idx3-ubyte": pictures(4),
    });
    await refused(/several data sets \(emnist-digits, emnist-letters\).*for example .*emnist-digits/);
    expect((await loadFolder(join(dir, "emnist-letters"))).train.length).toBe(3);
    expect((await loadFolder(join(dir, "emnist-digits"))).train.length).toBe(4);
    await refused(/emnist-mnist: it does not exist/, join(dir, "emnist-mnist"));
    // Beside those, a data set without a prefix is the folder's own.
    await put({ "train-images-idx3-ubyte": pictures(7), "t10k-images-idx3-ubyte": pictures(7) });
    expect(await loadFolder(dir)).toMatchObject({ name: basename(dir), train: { length: 7 } });
  });

  it("refuses paths without data, saying what was looked for and found", async () => {
    await refused(/can't read the folder .*nowhere: it does not exist/, join(dir, "nowhere"));
    await refused(/holds no training images.*train-images-idx3-ubyte.*found: nothing$/);
    for (let i = 0; i < 10; i++) await writeFile(join(dir, `photo${i}.raw`), "x");
    await refused(/found: photo0.raw, .*photo7.raw and 2 more$/);
    await refused(
      /photo1.raw is no data that can be read.*Readable are idx .*NumPy/,
      join(dir, "photo1.raw"),
    );
    await mkdir(join(dir, "MNIST", "raw"), { recursive: true });
    await put({ "MNIST/raw/train-images-idx3-ubyte": pictures(2) });
    await refused(/There are some in .*MNIST\/raw: give that folder/);
  });

  it("refuses a test split alone", async () => {
    await put({ "t10k-images-idx3-ubyte": pictures(2), "t10k-labels-idx1-ubyte": classes(2) });
    await refused(/no training images.*found: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte/);
  });

  it("refuses exchanged files, and counts and shapes that don't fit", async () => {
    const train = "train-images-idx3-ubyte";
    const labels = "train-labels-idx1-ubyte";
    await put({ [train]: classes(5), [labels]: pictures(5) });
    await refused(/train-images-idx3-ubyte holds labels, not images: its shape is \[5\].*exchanged/);
    await put({ [train]: pictures(5), [labels]: pictures(5) });
    await refused(/train-labels-idx1-ubyte holds images, not labels: its shape is \[5, 2, 2\].*exchanged/);
    await put({ [labels]: classes(4) });
    await refused(/train-labels-idx1-ubyte holds 4 labels for 5 images\. /);
    await put({ "t10k-images-idx3-ubyte": pictures(4), [labels]: classes(4) });
    await refused(
      /train-labels-idx1-ubyte holds 4 labels for 5 images; they look like those of the test images/,
    );
    await put({ [labels]: tensor("float32", [5], Float32Array.of(0, 1, 2, 1.5, 3)) });
    await refused(/train-labels-idx1-ubyte: label 3 is 1.5; labels must be whole numbers/);
    await put({ [labels]: classes(5), "t10k-images-idx3-ubyte": tensor("uint8", [2, 3, 2]) });
    await refused(/t10k-images-idx3-ubyte holds examples of shape \[3, 2\].*of shape \[2, 2\]/);
    await put({ "t10k-images-idx3-ubyte": tensor("float32", [2, 2, 2]) });
    await refused(/t10k-images-idx3-ubyte holds float32 numbers and .*uint8.*the same type/);
  });

  it("refuses damaged files, naming them", async () => {
    await put({ "train-images-idx3-ubyte": pictures(5), "t10k-images-idx3-ubyte": pictures(5) });
    await writeFile(join(dir, "t10k-images-idx3-ubyte"), encodeIdx(pictures(5)).subarray(0, 30));
    await refused(/t10k-images-idx3-ubyte is cut off/);
    await writeFile(join(dir, "t10k-images-idx3-ubyte"), "");
    await refused(/t10k-images-idx3-ubyte is empty/);
    await rm(join(dir, "t10k-images-idx3-ubyte"));
    await put({
      "train-images-idx3-ubyte": tensor("float32", [5, 2, 2], new Float32Array(20).fill(Infinity)),
    });
    await refused(/train-images-idx3-ubyte: example 0 holds Infinity/);
    await put({ "train-images-idx3-ubyte": pictures(1) });
    await refused(/train-images-idx3-ubyte: one example is too few/);
  });
});
