import { describe, expect, test } from "vitest";
import { ranges } from "./range.js";
import { countOf, pointBy, spaceOf, valueText } from "./space.js";

describe("ranges", () => {
  for (const { text } of ranges.examples()) {
    test(`${text}: a value's place gives the value back, and places give values in order`, () => {
      const range = ranges.from(text);
      const values = Array.from({ length: 400 }, (_, i) => range.at((i + 0.5) / 400));
      for (const [i, value] of values.entries()) {
        const again = range.at(range.placeOf(value));
        expect(Math.abs(again - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value));
        if (i > 0) expect(value).toBeGreaterThanOrEqual(values[i - 1] ?? NaN);
      }
      if (range.count < 400) expect(new Set(values).size).toBe(range.count);
      expect(range.at(1)).toBe(range.at(1 - 2 ** -53));
    });
  }

  test("draws as its name says", () => {
    const lr = ranges.from("log-uniform(from=1e-4, to=1e-2)");
    expect(lr.at(0.5)).toBeCloseTo(1e-3, 12);
    expect(ranges.from("uniform(from=0, to=0.5, step=0.1)").grid(3)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(
      ranges
        .from("log-uniform(from=1, to=100)")
        .grid(3)
        .map((x) => Math.round(x * 1e9) / 1e9),
    ).toEqual([1, 10, 100]);
    // 1 has the share of [0.5, 1.5] of [0.5, 8.5] on a scale of logarithms.
    const share = Math.log(3) / Math.log(17);
    const integers = ranges.from("log-integer(from=1, to=8)");
    expect(integers.at(share - 1e-9)).toBe(1);
    expect(integers.at(share + 1e-9)).toBe(2);
  });

  test("says what is wrong with one", () => {
    expect(() => ranges.from("uniform(from=2, to=1)")).toThrow(
      "uniform: from must be less than to, got 2 and 1",
    );
    expect(() => ranges.from("log-uniform(from=0, to=1)")).toThrow(
      "log-uniform: from must be above 0, got 0",
    );
    expect(() => ranges.from("integer(from=1)")).toThrow("integer needs both ends");
    expect(() => spaceOf({ lr: "log-uniform(from=0, to=1)" })).toThrow(
      "lr: log-uniform: from must be above 0",
    );
  });
});

describe("a space", () => {
  const space = spaceOf({
    data: "mnist",
    prior: "uniform(low=0, high=1)", // a distribution, no range
    lr: "log-uniform(from=1e-4, to=1e-2)",
    hidden: ["integer(from=8, to=16)", 32],
    objective: {
      name: "choice",
      config: {
        of: [
          "elbo",
          "beta-vae(beta=uniform(from=1, to=8))",
          { name: "beta-vae", config: { beta: "integer(from=2, to=3)" } },
        ],
      },
    },
  });

  test("finds ranges anywhere, and knows which are of use", () => {
    expect(space.dimensions.map(({ path, when }) => [path, when?.option])).toEqual([
      ["lr", undefined],
      ["hidden.0", undefined],
      ["objective", undefined],
      ["objective.beta-vae.beta", 1],
      ["objective.beta-vae.beta#2", 2],
    ]);
    expect(countOf(space)).toBe(Infinity);
  });

  test("is filled by a point", () => {
    expect(space.fill({ lr: 0.01, "hidden.0": 9, objective: 0 })).toEqual({
      data: "mnist",
      prior: "uniform(low=0, high=1)",
      lr: 0.01,
      hidden: [9, 32],
      objective: "elbo",
    });
    const point = pointBy(space, ({ range }) => range.at(0.6));
    expect(space.fill(point).objective).toEqual({
      name: "beta-vae",
      config: { beta: expect.closeTo(5.2, 9) as number },
    });
    expect(Object.keys(point)).not.toContain("objective.beta-vae.beta#2");
  });

  test("counts its points through choices", () => {
    const counted = spaceOf({
      latent: "integer(from=2, to=5)",
      objective: "choice(of=[elbo, beta-vae(beta=choice(of=[1, 2, 3]))])",
    });
    expect(countOf(counted)).toBe(4 * (1 + 3));
    expect(countOf(spaceOf({ latent: 3 }))).toBe(1);
  });

  test("values as people read them", () => {
    const [lr, , objective] = space.dimensions;
    if (lr === undefined || objective === undefined) throw new Error("no dimensions");
    expect(valueText(lr, 0.00123456)).toBe("0.001235");
    expect(valueText(objective, 1)).toBe("beta-vae");
    expect(valueText(objective, 0)).toBe("elbo");
  });
});
