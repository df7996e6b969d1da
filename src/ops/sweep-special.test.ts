import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { vectorJacobianProduct } from "../autodiff/index.js";
import { constant, Expr, input } from "../graph/index.js";
import { type FloatType, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { golden } from "../testing/evaluate.js";
import { Program } from "../testing/program.js";
import { lanes } from "../testing/references/lanes.js";
import { linear } from "../testing/references/linear.js";
import { pointwise } from "../testing/references/pointwise.js";
import * as ops from "./index.js";

const unit = (x: Expr): Expr => x.sigmoid();

/** Special functions and others that work element by element, of two positive numbers. Their values are tested in files of their own. */
const special: Readonly<Record<string, (x: Expr, y: Expr) => Expr>> = {
  lgamma: (x) => x.lgamma(),
  digamma: (x) => x.digamma(),
  trigamma: (x) => x.trigamma(),
  polygamma: (x) => ops.polygamma(2, x),
  stirlingError: ops.stirlingError,
  stirlingRemainder: (x) => ops.stirlingRemainder(x.add(8)),
  logMinusDigamma: ops.logMinusDigamma,
  digammaDifference: ops.digammaDifference,
  lbeta: ops.lbeta,
  erf: (x) => x.erf(),
  erfinv: (x) => ops.erfinv(unit(x)),
  ndtri: (x) => ops.ndtri(unit(x)),
  besselRatio: (x) => ops.besselRatio(1, x),
  besselRatioComplement: (x) => ops.besselRatioComplement(1, x),
  logBesselI: (x) => ops.logBesselI(0.5, x),
  logBesselIScaled: (x) => ops.logBesselIScaled(0, x),
  logBesselIOverPower: (x) => ops.logBesselIOverPower(1, x),
  gammaLogSlope: (x, y) => ops.gammaLogSlope(x, y.log()),
  gammaImplicit: (x, y) => ops.gammaImplicit(x, y.log()),
  gammaLogMass: (x, y) => ops.gammaLogMass(x, y),
  incompleteGamma: (x, y) => ops.incompleteGamma(x, y).p.sub(ops.incompleteGamma(x, y).q),
  vonMisesSlope: ops.vonMisesSlope,
  vonMisesImplicit: ops.vonMisesImplicit,
  mulAdd: (x, y) => x.mulAdd(y, 0.5),
  prod: (x, y) => ops.stack([x, y]).prod(0),
};

const shapes = [[4], [], [1], [0], [4, 1], [2, 0], [1, 0, 2]];
const values = [
  [0.3, 2.5, 11, 0.8],
  [0.7, 1.5, 9, 0.05],
] as const;

describe.each(["float64", "float32"] as const)("the same in every shape, in %s:", (dtype: FloatType) => {
  it.each(Object.entries(special))("%s", async (_name, build) => {
    const graph: Record<string, Expr> = {};
    const feeds: Record<string, Tensor> = {};
    // Lengths by name in float32 alone, beside the vector that all are compared with: these graphs are large.
    for (const byName of dtype === "float32" ? [false, true] : [false]) {
      shapes.forEach((shape, n) => {
        const [first, ...rest] = shape;
        if (dtype === "float32" && (byName ? n % 2 === 0 : n > 0)) return;
        const named = byName && first !== undefined ? [`n${n}`, ...rest] : shape;
        const nodes = ["x", "y"].map((name, k) => {
          const own = `input ${name}${n}${byName}`;
          feeds[own] = tensor(
            "float64",
            shape,
            Float64Array.from((values[k] as readonly number[]).slice(0, sizeOf(shape))),
          );
          return input(own, dtype, named);
        }) as [Expr, Expr];
        const y = build(...nodes);
        graph[`y${n}${byName}`] = y;
        const ones = constant(1, dtype).expand(y.shape, y);
        vectorJacobianProduct([y], [ones], nodes).forEach(
          (slope, k) => (graph[`d${k}${n}${byName}`] = slope),
        );
      });
    }
    const program = await Program.of(graph);
    const got = await program.run(feeds);
    await program.close();
    const wrong: string[] = [];
    for (const key of Object.keys(graph)) {
      const [, what = "", place = "", byName = ""] = /^(y|d0|d1)(\d+)(true|false)$/.exec(key) ?? [];
      const shape = shapes[Number(place)] as number[];
      const whole = toNumbers(got[`${what}0false`] as Tensor);
      const found = got[key] as Tensor;
      const goal = whole.slice(0, sizeOf(shape));
      const near = toNumbers(found).every(
        (x, i) => Number.isFinite(x) && Math.abs(x - (goal[i] as number)) <= 1e-5 * Math.abs(x),
      );
      if (found.shape.join() === shape.join() && near) continue;
      wrong.push(
        `${what} [${shape.join()}], by name ${byName}: [${found.shape.join()}] ${toNumbers(found).join()}, not ${goal.join()}`,
      );
    }
    expect(wrong).toEqual([]);
  });
});

it("counts, tells places and scales bytes of lengths 0 and 1", async () => {
  for (const shape of [[0], [1], [3], [0, 2], [2, 0], [1, 1]]) {
    const size = sizeOf(shape);
    const named = ["n", ...shape.slice(1)];
    const places = input("places", "int64", named);
    const bytes = input("bytes", "uint8", named);
    const x = input("x", "float64", named);
    const program = await Program.of({
      hot: places.oneHot(3, "float64"),
      scaled: bytes.dequantize(0.5, "float32"),
      wide: bytes.dequantize(0.5, "float64"),
      count: x.count(),
    });
    const list = Array.from({ length: size }, (_, i) => i % 3);
    const got = await program.run({
      places: tensor("int64", shape, BigInt64Array.from(list, BigInt)),
      bytes: tensor("uint8", shape, Uint8Array.from(list)),
      x: tensor("float64", shape, Float64Array.from(list)),
    });
    await program.close();
    const numbers = (name: string): number[] => toNumbers(got[name] as Tensor);
    expect((got["hot"] as Tensor).shape).toEqual([...shape, 3]);
    expect(numbers("hot")).toEqual(list.flatMap((place) => [0, 1, 2].map((i) => Number(i === place))));
    expect([numbers("scaled"), numbers("wide")]).toEqual([list.map((x) => x / 2), list.map((x) => x / 2)]);
    expect(numbers("count")).toEqual([size]);
  }
});

/** What is an op in `ops/`, but tested at its edges in another file, or within what that file makes of it. */
const elsewhere: Readonly<Record<string, string>> = {
  matmul: "empty.test.ts",
  count: "sweep-special.test.ts",
  oneHot: "sweep-special.test.ts",
  dequantize: "sweep-special.test.ts",
  iota: "gather.test.ts",
  eye: "triangle.test.ts",
  customGradient: "gradient-control.test.ts",
  anyMax: "log-sum-exp.ts",
  averagePool: "pooling.test.ts",
  maxPool: "pooling.test.ts",
  upsample: "resampling.test.ts",
  pixelShuffle: "resampling.test.ts",
  reflect: "resampling.test.ts",
};

/** Parts of lowerings and of ops, which are no ops. */
const helpers = new Set([
  "lift",
  "joinedPaddings",
  "lowerLog1p",
  "lowerProduct",
  "reducedShape",
  "sumOfSums",
  "windowsAlong",
]);

it("no op and no method is left out", () => {
  const methods = Object.getOwnPropertyNames(Expr.prototype).filter(
    (name) => !["constructor", "rank"].includes(name),
  );
  const functions = Object.entries(ops).flatMap(([name, value]) =>
    typeof value === "function" ? [name] : [],
  );
  const listed = golden("edges.json") as Record<string, { op: string }[]>;
  const covered = new Set([
    ...[pointwise, linear, lanes, special].flatMap(Object.keys),
    ...Object.values(listed).flatMap((cases) => cases.map(({ op }) => op)),
    ...Object.keys(elsewhere),
    ...helpers,
  ]);
  const every = [...new Set([...methods, ...functions])];
  expect(every.filter((name) => !covered.has(name))).toEqual([]);
  for (const [name, file] of Object.entries(elsewhere)) {
    expect(readFileSync(new URL(file, import.meta.url), "utf8"), `${file} on ${name}`).toContain(name);
  }
  expect(every.length).toBeGreaterThan(90);
});
