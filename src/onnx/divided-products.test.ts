import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { bernoulli } from "../distributions/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { div, lift } from "../ops/index.js";
import { toTensor } from "../tensor/index.js";
import { numbersOf } from "../testing/evaluate.js";
import { compile } from "./index.js";
import { ModelProtoSchema } from "./onnx_pb.js";

const [a, b, c] = ["a", "b", "c"].map((name) => input(name, "float32", [3])) as [Expr, Expr, Expr];
const feeds = { a: [2, 4, -3], b: [5, 0.5, 7], c: [1, 2, 3] };
const over = (x: Expr): Expr => lift(1, x.dtype).div(x);

const operators = (outputs: Record<string, Expr>): string[] =>
  (fromBinary(ModelProtoSchema, compile(outputs).bytes).graph?.node ?? []).map(({ opType }) => opType);

test("(1 / a) b is one division", async () => {
  const y = over(a).mul(b);
  expect(operators({ y })).toEqual(["Div"]);
  expect(operators({ y: b.mul(over(a)) })).toEqual(["Div"]);
  expect((await numbersOf({ y }, feeds)).y).toEqual([2.5, 0.125, Math.fround(7 / -3)]);
});

test("a quotient that is needed elsewhere stays", async () => {
  const r = over(a);
  expect(operators({ y: r.mul(b), r })).toEqual(["Div", "Mul"]);
  expect(operators({ y: r.mul(b), z: r.mul(c) })).toEqual(["Div", "Mul", "Mul"]);
  expect(operators({ y: r.mul(r) })).toEqual(["Div", "Mul"]);
});

test.each(["first", "second"])(
  "of quotients that multiply each other, the %s used twice: all are there",
  async (twice) => {
    const [r, s] = [over(a), over(b)];
    const [shared, of] = twice === "first" ? [r, feeds.a] : [s, feeds.b];
    const got = await numbersOf({ y: r.mul(s), z: shared.mul(c) }, feeds);
    got.y.forEach((value, i) =>
      expect(value).toBeCloseTo(1 / (feeds.a[i] as number) / (feeds.b[i] as number)),
    );
    got.z.forEach((value, i) => expect(value).toBeCloseTo((feeds.c[i] as number) / (of[i] as number)));
  },
);

test("of whole numbers, 1 / a is cut short first", async () => {
  const m = input("m", "int32", [3]);
  const n = input("n", "int32", [3]);
  const y = div(constant(toTensor(1, "int32")), m).mul(n);
  expect((await numbersOf({ y }, { m: [2, 3, 1], n: [6, 6, 6] })).y).toEqual([0, 0, 6]);
});

test("a Bernoulli's entropy and variance together", async () => {
  const x = input("x", "float32", [3]);
  const known = bernoulli.of({ logits: x });
  const got = await numbersOf(
    { e: (known.entropy as () => Expr)(), v: (known.variance as () => Expr)() },
    { x: [0, 1, 2] },
  );
  const p = [0, 1, 2].map((logit) => 1 / (1 + Math.exp(-logit)));
  p.forEach((p, i) => {
    expect(got.v[i]).toBeCloseTo(p * (1 - p), 6);
    expect(got.e[i]).toBeCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), 5);
  });
});
