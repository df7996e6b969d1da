import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TrainedVae, vae } from "../model/index.js";
import { type Family, normal, uniform } from "../distributions/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { activity, applyDirection, attributeDirection, traverse } from "./index.js";

const W = [
  [1, 0],
  [0, 2],
  [1, 1],
];

/** A linear decoder: x = W z. */
function linear(prior: Family = normal()): TrainedVae {
  const definition = vae({ input: [3], latent: 2, hidden: [], likelihood: normal({ scale: 1 }), prior });
  const weights: Record<string, Tensor> = {
    "encoder.0.weight": tensor("float32", [4, 3]),
    "encoder.0.bias": tensor("float32", [4]),
    "decoder.0.weight": tensor("float32", [3, 2], Float32Array.from(W.flat())),
    "decoder.0.bias": tensor("float32", [3]),
  };
  return new TrainedVae(definition, weights, () => nodeBackend("cpu", 1));
}

let model: TrainedVae;
beforeAll(() => {
  model = linear();
});
afterAll(() => model.close());

const code = tensor("float32", [1, 2], Float32Array.of(0.5, -1));
const decoded = ([a, b]: readonly [number, number]): number[] => W.map(([u = 0, v = 0]) => u * a + v * b);

describe("traverse", () => {
  test("sets each coordinate to the values of the range", async () => {
    const { dims, values, examples } = await traverse(model, code, { steps: 3, range: [-2, 2] });
    expect(dims).toEqual([0, 1]);
    expect(values).toEqual([-2, 0, 2]);
    const expected = [
      ...values.map((value) => decoded([value, -1])),
      ...values.map((value) => decoded([0.5, value])),
    ];
    expect([...examples.data]).toEqual(expected.flat());
  });

  test("moves along a direction", async () => {
    const { examples, dims } = await traverse(model, code, { direction: [1, -0.5], steps: 2, range: [0, 2] });
    expect(dims).toEqual([-1]);
    expect([...examples.data]).toEqual([...decoded([0.5, -1]), ...decoded([2.5, -2])]);
  });

  test("refuses what the latent space doesn't have", async () => {
    await expect(traverse(model, code, { dims: [2] })).rejects.toThrow(
      "no coordinate 2; the latent space has 2, 0 to 1",
    );
    await expect(traverse(model, code, { direction: [1] })).rejects.toThrow(
      "direction must be 2 finite numbers",
    );
    await expect(traverse(model, tensor("float32", [1, 3]))).rejects.toThrow(
      "the code must be 2 finite numbers",
    );
    await expect(traverse(model, code, { dims: [0], direction: [1, 1] })).rejects.toThrow(
      "either dims or a direction",
    );
    await expect(traverse(model, code, { range: [1, 1] })).rejects.toThrow("two different numbers");
  });
});

test("activity sorts coordinates by their part of the KL divergence", () => {
  const means = tensor("float32", [2, 3], Float32Array.of(0, 1, -2, 0, -1, 2));
  const deviations = tensor("float32", [2, 3], Float32Array.of(1, 0.5, 0.1, 1, 0.5, 0.1));
  const found = activity(means, deviations);
  expect(found.map(({ dim }) => dim)).toEqual([2, 1, 0]);
  expect(found[1]?.variance).toBe(1);
  expect(found[1]?.kl).toBeCloseTo((1 + 0.25 - 1 - 2 * Math.log(0.5)) / 2, 6);
  expect(found[2]?.kl).toBe(0);
  expect(activity(means).map(({ dim }) => dim)).toEqual([2, 1, 0]);
});

describe("attributeDirection", () => {
  /** Codes about a centre, spread more along (1, 1) than across. */
  const group = (n: number, x: number, y: number, name: string) => {
    const noise = new RandomStream(5, name).normal(new Float32Array(2 * n), 0);
    return tensor(
      "float32",
      [n, 2],
      noise.map((_, i) => {
        const [along, across] = [3 * (noise[i - (i % 2)] ?? 0), 0.3 * (noise[i - (i % 2) + 1] ?? 0)];
        return i % 2 === 0 ? x + along + across : y + along - across;
      }),
    );
  };
  const [up, down] = [group(4000, 2, 0, "up"), group(3000, 0, 0, "down")];

  test("leads from one mean to the other", () => {
    const { direction, positive, negative } = attributeDirection(up, down);
    expect([positive, negative]).toEqual([4000, 3000]);
    // means of 3,000 codes of deviation 3: about 0.07
    expect(direction[0]).toBeCloseTo(2, 0);
    expect(Math.abs(direction[1] ?? 1)).toBeLessThan(0.4);
  });

  test("Fisher's discriminant separates what the means' difference doesn't", () => {
    const [means, lda] = [attributeDirection(up, down), attributeDirection(up, down, { method: "lda" })];
    expect(means.separation).toBeLessThan(0.75);
    // the best there is: Phi(sqrt(2) / 2 / 0.42) = 0.952, with a standard deviation of 0.003
    expect(lda.separation).toBeGreaterThan(0.943);
    // across (1, 1), and as long as the means are apart there
    expect((lda.direction[0] ?? 0) / (lda.direction[1] ?? 1)).toBeCloseTo(-1, 0);
    expect(Math.hypot(...lda.direction)).toBeCloseTo(Math.SQRT2, 0);
  });

  test("refuses groups that have no direction between them", () => {
    const none = tensor("float32", [0, 2]);
    expect(() => attributeDirection(up, none)).toThrow("the negative group is empty");
    expect(() => attributeDirection(up, up)).toThrow("the same mean code");
    expect(() => attributeDirection(up, tensor("float32", [1, 3]))).toThrow("have 2 and 3 numbers");
  });

  test("is applied with strengths", async () => {
    const codes = tensor("float32", [2, 2], Float32Array.of(0, 0, 1, 1));
    const made = await applyDirection(model, codes, [1, 2], [0, 0.5]);
    expect([...made.data]).toEqual(
      [
        [0, 0],
        [0.5, 1],
        [1, 1],
        [1.5, 2],
      ].flatMap(([a = 0, b = 0]) => decoded([a, b])),
    );
    await expect(applyDirection(model, codes, [1], [1])).rejects.toThrow(
      "the direction must be 2 finite numbers",
    );
  });
});

describe("temperature", () => {
  test("scales the prior's draws about its location", async () => {
    const [plain, cool, one] = await Promise.all(
      [{}, { temperature: 0.5 }, { temperature: 1 }].map((options) =>
        model.samplePrior(50, { seed: 3, ...options }),
      ),
    );
    expect(one).toEqual(plain);
    cool?.data.forEach((value, i) => expect(value).toBeCloseTo(0.5 * (plain?.data[i] ?? Number.NaN), 6));
    const still = await model.generate(2, { temperature: 0 });
    expect([...still.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("is refused where the prior has no spread to scale, and below 0", async () => {
    const flat = linear(uniform({ low: -1, high: 1 }));
    await expect(flat.generate(1, { temperature: 0.5 })).rejects.toThrow("the prior uniform has no spread");
    await expect(flat.generate(1, { temperature: 1 })).resolves.toMatchObject({ shape: [1, 3] });
    await expect(model.generate(1, { temperature: -1 })).rejects.toThrow(
      "temperature must be a number from 0",
    );
    await flat.close();
  });
});
