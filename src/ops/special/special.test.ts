import { describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.js";
import { constant, type Expr, topological } from "../../graph/index.js";
import { golden, numbersOf, worstError } from "../../testing/evaluate.js";
import {
  besselRatio,
  besselRatioComplement,
  digamma,
  digammaDifference,
  erfinv,
  gammaLogSlope,
  incompleteGamma,
  lbeta,
  lgamma,
  logBesselI,
  logBesselIOverPower,
  logBesselIScaled,
  logMinusDigamma,
  ndtri,
  polygamma,
  stirlingError,
  trigamma,
  vonMisesSlope,
} from "./index.js";

type Numbers = Record<string, number[]>;
const mp = golden("special-mpmath.json") as {
  gamma: Numbers;
  lbeta: Numbers;
  bessel: ({ order: number } & Record<string, number[] | number>)[];
  incompleteGamma: Numbers;
  gammaPathwise: Numbers;
  vonMises: Numbers;
  quantile: Numbers;
};
const shared = golden("special.json") as Record<"lgamma" | "digamma" | "trigamma" | "erfinv", Numbers> & {
  logBesselI: { order: number; x: number[]; y: number[] }[];
  gammaPathwise: { concentration: number[]; sample: number[]; grad: number[] };
};
const dtypes = ["float64", "float32"] as const;
type Float = (typeof dtypes)[number];

/** Values and, by name with a d, derivatives of functions of one node. */
async function curves<K extends string>(
  functions: Record<K, (x: Expr) => Expr>,
  x: readonly number[],
  dtype: Float,
): Promise<Record<K | `d${K}`, number[]>> {
  const node = constant([...x], dtype);
  const entries = Object.entries<(x: Expr) => Expr>(functions).flatMap(([name, f]) => {
    const y = f(node);
    return [
      [name, y],
      [`d${name}`, grad(y.sum(), [node])[0] as Expr],
    ];
  });
  return numbersOf(Object.fromEntries(entries) as Record<K | `d${K}`, Expr>);
}

function expectClose(got: number[], expected: number[], tolerance: number, what = "", floor = 1): void {
  const { error, at } = worstError(got, expected, floor);
  expect(error, `${what} at ${at}: ${got[at]}, expected ${expected[at]}`).toBeLessThan(tolerance);
}

/** float32 rounds the argument too, which moves steep functions by several units in the last place. */
const tolerance = { float64: 1e-9, float32: 1e-4 };

describe.each(dtypes)("special functions in %s", (dtype) => {
  const limit = tolerance[dtype];

  it("match the shared reference values", async () => {
    const { x } = shared.lgamma;
    const got = await curves({ lgamma, digamma, trigamma }, x as number[], dtype);
    expectClose(got.lgamma, shared.lgamma.y as number[], limit, "lgamma");
    expectClose(got.digamma, shared.digamma.y as number[], limit, "digamma");
    expectClose(got.trigamma, shared.trigamma.y as number[], limit, "trigamma");
    const inverse = await curves({ erfinv }, shared.erfinv.x as number[], dtype);
    expectClose(inverse.erfinv, shared.erfinv.y as number[], limit, "erfinv");
    for (const { order, x: at, y } of shared.logBesselI) {
      const log = await curves({ log: (node: Expr) => logBesselI(order, node) }, at, dtype);
      expectClose(log.log, y, limit, `logBesselI(${order})`);
    }
  });

  it("the pathwise derivative of a gamma draw matches mpmath's, of which PyTorch's own is 7e-5 off", async () => {
    const { concentration, sample, grad: slopes } = mp.gammaPathwise as Record<string, number[]>;
    const z = constant(sample as number[], dtype);
    const a = constant(concentration as number[], dtype);
    const { slope } = await numbersOf({ slope: gammaLogSlope(a, z.log()).mul(z) });
    expectClose(slope, slopes as number[], limit, "gammaPathwise", 0);
    const known = shared.gammaPathwise.grad;
    expectClose(known, (slopes as number[]).slice(0, known.length), 1e-4, "PyTorch's");
  });

  it("digammaDifference keeps relative accuracy for small steps", async () => {
    const [x, step] = [
      [1, 0.5, Math.fround(1e-3), 33, 700],
      [1 / 64, 2 ** -12, 0.25, 2 ** -12, 300],
    ];
    const { difference } = await numbersOf({
      difference: digammaDifference(constant(x, dtype), constant(step, dtype)),
    });
    // psi(x + step) - psi(x) with 40 digits (mpmath)
    const wanted = [
      0.02541269173367619, 0.0012042843924033586, 996.3652038224457, 7.511398554368311e-6, 0.3568893163876856,
    ];
    expectClose(difference, wanted, limit, "difference", 0);
  });

  it("lgamma, digamma and their derivatives hold from 1e-20 to 1e8", async () => {
    const x = mp.gamma.x as number[];
    const got = await curves({ lgamma, digamma, trigamma }, x, dtype);
    const exact = dtype === "float64" ? 1e-13 : 1e-5;
    const rows = mp.gamma as Record<"lgamma" | "digamma" | "trigamma" | "tetragamma", number[]>;
    expectClose(got.lgamma, rows.lgamma, exact, "lgamma");
    expectClose(got.dlgamma, rows.digamma, exact, "dlgamma");
    expectClose(got.ddigamma, rows.trigamma.map(inRange(dtype)), exact, "ddigamma");
    expectClose(got.dtrigamma, rows.tetragamma.map(inRange(dtype)), exact, "dtrigamma");
  });

  it("Stirling's remainders keep relative accuracy where they are small", async () => {
    const rows = mp.gamma as Record<"x" | "stirlingError" | "logMinusDigamma", number[]>;
    const got = await curves({ stirlingError, logMinusDigamma }, rows.x, dtype);
    // Below 8 they are differences: absolute there, and relative from 8 on.
    const pick = (list: number[], keep: (x: number) => boolean): number[] =>
      list.filter((_, i) => keep(rows.x[i] as number));
    const [low, high] = [(x: number): boolean => x < 8, (x: number): boolean => x >= 8];
    const exact = dtype === "float64" ? 1e-13 : 1e-5;
    for (const name of ["stirlingError", "logMinusDigamma"] as const) {
      expectClose(pick(got[name], high), pick(rows[name], high), exact, name, 0);
      expectClose(pick(got[name], low), pick(rows[name], low), exact, name);
    }
    const slopes = rows.x.map((x, i) => 0.5 / x - (rows.logMinusDigamma[i] as number));
    expectClose(got.dstirlingError, slopes, exact, "gradient");
  });

  it("higher polygammas keep relative accuracy", async () => {
    const x = (mp.gamma.x as number[]).slice(0, 25);
    const got = await curves({ poly: (node: Expr) => polygamma(2, node) }, x, dtype);
    expectClose(got.poly, (mp.gamma.tetragamma as number[]).slice(0, 25), limit, "tetragamma", 0);
  });

  it("lbeta does not cancel", async () => {
    const { a, b, y, dA, dB } = mp.lbeta as Record<"a" | "b" | "y" | "dA" | "dB", number[]>;
    const [left, right] = [constant(a, dtype), constant(b, dtype)];
    const value = lbeta(left, right);
    const [slopeA, slopeB] = grad(value.sum(), [left, right]) as [Expr, Expr];
    const got = await numbersOf({ value, slopeA, slopeB });
    expectClose(got.value, y, dtype === "float64" ? 1e-13 : 2e-5, "lbeta");
    expectClose(got.slopeA, dA, limit, "dA");
    expectClose(got.slopeB, dB, limit, "dB");
  });

  it.each(mp.bessel.map((row) => row.order))("logBesselI of order %d and its ratio", async (order) => {
    const row = mp.bessel.find((candidate) => candidate.order === order) as unknown as Numbers;
    const got = await curves(
      {
        log: (x: Expr) => logBesselI(order, x),
        smooth: (x: Expr) => logBesselIOverPower(order, x),
        ratio: (x: Expr) => besselRatio(order, x),
        rest: (x: Expr) => besselRatioComplement(order, x),
        scaled: (x: Expr) => logBesselIScaled(order, x),
      },
      row.x as number[],
      dtype,
    );
    const relative = dtype === "float64" ? 1e-9 : 2e-5;
    expectClose(got.log, row.log as number[], relative, "log");
    expectClose(got.smooth, row.logOverPower as number[], relative, "logOverPower");
    expectClose(got.dsmooth, row.ratio as number[], relative, "gradient of logOverPower", 0);
    const scaled = (row.logOverPower as number[]).map((y, i) => y - ((row.x as number[])[i] as number));
    expectClose(got.scaled, scaled, relative, "scaled");
    expectClose(
      got.dscaled,
      (row.complement as number[]).map((c) => -c),
      relative,
      "its gradient",
      0,
    );
    expectClose(got.ratio, row.ratio as number[], relative, "ratio", 0);
    expectClose(got.rest, row.complement as number[], relative, "complement", 0);
    expectClose(got.dratio, row.ratioSlope as number[], limit, "ratioSlope", 0);
    const slopes = (row.ratio as number[]).map((r, i) => r + order / ((row.x as number[])[i] as number));
    expectClose(got.dlog, slopes, relative, "gradient of log", 0);
  });

  it("the incomplete gamma functions and the implicit derivative of a gamma draw", async () => {
    const { a, logZ, dLogZ, z, p, q } = mp.incompleteGamma as Record<string, number[]>;
    const concentration = constant(a as number[], dtype);
    const slope = gammaLogSlope(concentration, constant(logZ as number[], dtype));
    // Below 1e-30 the draw itself leaves float32.
    const kept = (z as number[]).flatMap((value, i) => (value > 1e-30 ? [i] : []));
    const pick = (list: number[] | undefined): number[] => kept.map((i) => (list as number[])[i] as number);
    const both = incompleteGamma(constant(pick(a), dtype), constant(pick(z), dtype));
    const got = await numbersOf({ slope, ...both });
    expectClose(got.slope, dLogZ as number[], limit, "slope", 0);
    expectClose(got.p, pick(p), dtype === "float64" ? 1e-11 : 1e-5, "p");
    expectClose(got.q, pick(q), dtype === "float64" ? 1e-11 : 1e-5, "q");
  });

  it("the implicit derivative of a von Mises draw", async () => {
    const { concentration, angle, slope } = mp.vonMises as Record<string, number[]>;
    const got = await numbersOf({
      slope: vonMisesSlope(constant(concentration as number[], dtype), constant(angle as number[], dtype)),
    });
    if (dtype === "float64") expectClose(got.slope, slope as number[], 1e-9, "slope", 0);
    else expectClose(got.slope, slope as number[], 1e-4, "slope", 1e-3);
  });

  it("erfinv and ndtri reach far into the tails", async () => {
    const { y, erfinv: inverse, p, ndtri: deviates } = mp.quantile as Record<string, number[]>;
    // In float32 the nearest numbers to 1 are 1 itself, and 1e-300 is 0.
    const fits = (list: number[] | undefined, i: number): boolean => {
      const value = (list as number[])[i] as number;
      return dtype === "float64" || (Math.abs(value) < 0.9999 && Math.abs(value) > 1e-30);
    };
    const some = (list: number[] | undefined, by: number[] | undefined): number[] =>
      (list as number[]).filter((_, i) => fits(by, i));
    const a = await curves({ erfinv }, some(y, y), dtype);
    expectClose(a.erfinv, some(inverse, y), dtype === "float64" ? 1e-13 : 1e-5, "erfinv", 0);
    const b = await curves({ ndtri }, some(p, p), dtype);
    expectClose(b.ndtri, some(deviates, p), dtype === "float64" ? 1e-13 : 1e-5, "ndtri");
  });
});

/** What does not fit float32 becomes infinite there. */
function inRange(dtype: Float): (value: number) => number {
  return (value) => (dtype === "float64" ? value : Math.fround(value));
}

describe("their derivatives", () => {
  const step = 1e-6;

  it("agree with finite differences", async () => {
    const x = [0.02, 0.3, 1.7, 6, 9.5, 40];
    const functions = {
      lgamma,
      digamma,
      trigamma,
      ratio: (node: Expr) => besselRatio(1.5, node),
      log: (node: Expr) => logBesselI(3, node),
      p: (node: Expr) =>
        incompleteGamma(
          constant(
            x.map(() => 5),
            "float64",
          ),
          node,
        ).p,
      q: (node: Expr) =>
        incompleteGamma(
          node,
          constant(
            x.map(() => 7),
            "float64",
          ),
        ).q,
    };
    const shifted = (by: number): Promise<Record<string, number[]>> =>
      curves(
        functions,
        x.map((value) => value * (1 + by)),
        "float64",
      );
    const [at, above, below] = await Promise.all([shifted(0), shifted(step), shifted(-step)]);
    for (const name of Object.keys(functions)) {
      const slopes = x.map(
        (value, i) => ((above?.[name]?.[i] as number) - (below?.[name]?.[i] as number)) / (2 * step * value),
      );
      // Central differences with this step are good to about 1e-8 of the function's size over the step's.
      expectClose(at?.[`d${name}`] as number[], slopes, 1e-6, name);
    }
  });
});

describe("graph sizes", () => {
  it("stay small", () => {
    const x = constant([1, 2], "float64");
    const size = (y: Expr): number => topological([y]).filter((node) => node.inputs.length > 0).length;
    expect(size(lgamma(x))).toBeLessThanOrEqual(42);
    expect(size(digamma(x))).toBeLessThanOrEqual(42);
    expect(size(logBesselI(0, x))).toBeLessThanOrEqual(200);
    expect(size(besselRatio(0, x))).toBeLessThanOrEqual(200);
    expect(size(gammaLogSlope(x, x))).toBeLessThanOrEqual(110);
  });
});
