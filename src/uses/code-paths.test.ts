import { describe, expect, test } from "vitest";
import { distributions } from "../distributions/index.js";
import { TrainedVae, vae } from "../model/index.js";
import { initialValues } from "../nn/index.js";
import { tensor, UserError } from "../tensor/index.js";
import { blendCodes, interpolateCodes } from "./code-paths.js";
import { type LatentKind, latentSpace } from "./latent-space.js";

const rows = ({ shape, data }: { shape: readonly number[]; data: Float32Array }): number[][] =>
  Array.from({ length: shape[0] ?? 0 }, (_, i) => [
    ...data.slice(i * (shape[1] ?? 0), (i + 1) * (shape[1] ?? 0)),
  ]);
const all = (kind: LatentKind, size: number) => [{ name: "z", kind, start: 0, size }];
const length = (row: readonly number[]): number => Math.hypot(...row);

describe("the way from a code to another", () => {
  test("is straight unless told otherwise, ends included", () => {
    expect(rows(interpolateCodes([0, 4], tensor("float32", [1, 2], Float32Array.of(2, 0)), 3))).toEqual([
      [0, 4],
      [1, 2],
      [2, 0],
    ]);
  });

  test("along the arc keeps lengths; of opposite codes it goes round somewhere", () => {
    const path = rows(interpolateCodes([3, 0], [0, 1], 3, { way: "spherical" }));
    expect(path.map(length)).toEqual([3, 2, 1].map((value) => expect.closeTo(value, 6) as number));
    expect(path[1]?.[0]).toBeCloseTo(Math.SQRT2, 6);
    const round = rows(interpolateCodes([1, 0, 0], [-1, 0, 0], 5, { way: "spherical" }));
    round.forEach((row) => expect(length(row)).toBeCloseTo(1, 6));
    expect(Math.abs(round[2]?.[0] ?? 1)).toBeLessThan(1e-6);
  });

  test("stays in the latent space", () => {
    const sphere = rows(interpolateCodes([1, 0, 0], [0, 0, 1], 5, { within: all("sphere", 3) }));
    sphere.forEach((row) => expect(length(row)).toBeCloseTo(1, 6));
    const shares = rows(interpolateCodes([1, 0], [0, 1], 5, { way: "spherical", within: all("simplex", 2) }));
    shares.forEach(([a = 0, b = 0]) => expect(a + b).toBeCloseTo(1, 6));
    const angles = rows(interpolateCodes([3], [-3], 3, { within: all("angle", 1) })).flat();
    expect(Math.abs(angles[1] ?? 0)).toBeCloseTo(Math.PI, 6);
    const chosen = rows(interpolateCodes([1, 0], [0, 1], 4, { within: all("one-hot", 2) }));
    expect(chosen).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
  });

  test("what fits nothing is refused", () => {
    expect(() => interpolateCodes([1, 2], [1], 3)).toThrow(/the last code must be 2 finite numbers/);
    expect(() => interpolateCodes([1], [2], 1)).toThrow(UserError);
    expect(() => interpolateCodes([1], [2], 3, { within: all("real", 2) })).toThrow(
      /1 coordinates, the latent space 2/,
    );
  });
});

describe("arithmetic of codes", () => {
  test("adds what is weighted", () => {
    const found = blendCodes([
      { code: [1, 2] },
      { code: [3, 0], weight: -1 },
      { code: [10, 10], weight: 0.5 },
    ]);
    expect([found.shape, [...found.data]]).toEqual([
      [1, 2],
      [3, 7],
    ]);
  });

  test("comes back into the latent space", () => {
    const half = (a: readonly number[], b: readonly number[]) => [
      { code: a, weight: 0.5 },
      { code: b, weight: 0.5 },
    ];
    expect(length([...blendCodes(half([1, 0], [0, 1]), { within: all("sphere", 2) }).data])).toBeCloseTo(
      1,
      6,
    );
    expect(Math.abs(blendCodes(half([3], [-3]), { within: all("angle", 1) }).data[0] ?? 0)).toBeCloseTo(
      Math.PI,
      6,
    );
    const shares = [{ code: [0.5, 0.5] }, { code: [1, 0], weight: -1 }, { code: [0.2, 0.8] }];
    expect([...blendCodes(shares, { within: all("simplex", 2) }).data]).toEqual([0, 1]);
    expect([...blendCodes([{ code: [2, 3], weight: -1 }], { within: all("unit", 2) }).data]).toEqual([0, 0]);
  });

  test("what fits nothing is refused", () => {
    expect(() => blendCodes([])).toThrow(/the terms must be a list/);
    expect(() => blendCodes([{ code: [1] }, { code: [1, 2] }])).toThrow(
      /the code of term 1 must be 1 finite/,
    );
  });
});

test.each([
  ["normal", "normal", [["normal", "real", 0, 3]]],
  ["von-mises-fisher", "hyperspherical-uniform", [["von-mises-fisher", "sphere", 0, 3]]],
  ["dirichlet", "dirichlet", [["dirichlet", "simplex", 0, 3]]],
  ["von-mises", "von-mises", [["von-mises", "angle", 0, 3]]],
  ["relaxed-one-hot-categorical", "one-hot-categorical", [["relaxed-one-hot-categorical", "one-hot", 0, 3]]],
  [
    "product(digit=[2, dirichlet], style=normal)",
    "product(digit=[2, dirichlet], style=normal)",
    [
      ["digit", "simplex", 0, 2],
      ["style", "real", 2, 1],
    ],
  ],
] as const)("the latent space of %s", (posterior, prior, expected) => {
  const families = { posterior: distributions.from(posterior), prior: distributions.from(prior) };
  const definition = vae({ input: [4], latent: 3, hidden: [4], ...families });
  const model = new TrainedVae(definition, initialValues(definition.parameters, 0), () =>
    Promise.reject(new Error()),
  );
  const found = latentSpace(model).map(({ name, kind, start, size }) => [name, kind, start, size]);
  expect(found).toEqual(expected);
});
