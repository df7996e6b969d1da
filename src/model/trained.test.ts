import { expect, test } from "vitest";
import { uniformCodes, vectorQuantised } from "../distributions/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { adam } from "../optim/index.js";
import { initialState } from "../train/state.js";
import { TrainedVae } from "./trained.js";
import { vae, type VaeOptions } from "./vae.js";

function trained(options: Partial<VaeOptions> = {}): TrainedVae {
  const model = vae({ input: [28, 28], latent: 2, hidden: [16], ...options });
  return new TrainedVae(model, initialState(model, { optimizer: adam() }, 3).tensors, () =>
    nodeBackend("cpu", 1),
  );
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

/** More than two blocks, of lengths that differ. */
const n = 1101;

test("what is decoded in blocks is what is decoded one by one, up to rounding", async () => {
  const model = trained();
  const z = tensor("float32", [n, 2]);
  new RandomStream(1, "z").normal(z.data, 0);
  const all = await model.decode(z);
  expect(all.shape).toEqual([n, 28, 28]);
  for (const i of [0, 366, 367, 734, n - 1]) {
    const one = await model.decode(tensor("float32", [1, 2], z.data.slice(2 * i, 2 * i + 2)));
    // A product's order of summing depends on how many rows it has; values are within 0..1.
    expect(largestDifference(one.data, all.data.subarray(784 * i, 784 * (i + 1)))).toBeLessThan(3e-7);
  }
  await model.close();
});

test("images are written into memory that is given", async () => {
  const model = trained();
  for (const count of [3, n]) {
    const into = new Float32Array(784 * count).fill(7);
    const images = await model.generate(count, { seed: 4, into });
    expect(images.data).toBe(into);
    expect(images.shape).toEqual([count, 28, 28]);
    const others = await model.generate(count, { seed: 4 });
    expect(largestDifference(images.data, others.data)).toBe(0);
  }
  const shared = new Float32Array(new SharedArrayBuffer(3 * 784 * 4));
  const expected = await model.generate(3, { seed: 4 });
  const images = await model.generate(3, { seed: 4, into: shared });
  expect(largestDifference(images.data, expected.data)).toBe(0);
  await expect(model.generate(3, { into: new Float32Array(784) })).rejects.toThrow(
    "into must hold [3, 28, 28], 2352 numbers; it holds 784",
  );
  await model.close();
});

test("bytes are encoded as the floats that they stand for, in blocks too", async () => {
  const model = trained();
  const bytes = tensor("uint8", [n, 28, 28]);
  for (let i = 0; i < bytes.data.length; i++) bytes.data[i] = (i * 7919) % 256;
  const floats = tensor(
    "float32",
    bytes.shape,
    Float32Array.from(bytes.data, (value) => value / 255),
  );
  const [a, b] = [await model.encode(bytes), await model.encode(floats)];
  expect(Object.keys(a)).toEqual(["mean", "logVar"]);
  // x * (1/255) and x / 255 differ in the last bit; the sums are over 784 such products.
  for (const name of ["mean", "logVar"]) {
    expect(a[name]?.shape).toEqual([n, 2]);
    expect(largestDifference(a[name]?.data ?? [], b[name]?.data ?? [])).toBeLessThan(2e-6);
  }
  await model.close();
});

test("what is the same for all examples stays as it is, whatever its length", async () => {
  const codes = 367; // as many as a block has examples
  const model = trained({ posterior: vectorQuantised({ codes }), prior: uniformCodes() });
  const { codebook, encoded } = await model.encode(tensor("uint8", [n, 28, 28]));
  expect(codebook?.shape).toEqual([codes, 2]);
  expect(encoded?.shape).toEqual([n, 2]);
  await model.close();
});
