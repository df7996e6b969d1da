import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { initialValues } from "../parameters.js";
import { flatten } from "./flatten.js";
import { linear } from "./linear.js";
import { sequential } from "./sequential.js";
import { weightNorm } from "./weight-norm.js";

it("weight-norm's weight has rows of length weight_g in the direction of weight_v", () =>
  agrees(
    weightNorm(linear(2)),
    (x, { weight_g = [], weight_v = [], bias = [] }) =>
      bias.map((start, row) => {
        const v = weight_v.slice(row * x.length, (row + 1) * x.length);
        const scale = (weight_g[row] as number) / Math.hypot(...v);
        return x.reduce((sum, value, i) => sum + value * scale * (v[i] as number), start);
      }),
    { shapes: [[5]] },
  ));

it("weight-norm starts as its layer would without, by PyTorch's names", () => {
  const parameters = sequential([flatten(), weightNorm(linear(3))]).build([4]).parameters ?? {};
  const values = initialValues(parameters, 7, "float64");
  expect(Object.keys(values)).toEqual(["1.weight_g", "1.weight_v", "1.bias"]);
  const alone = initialValues(sequential([flatten(), linear(3)]).build([4]).parameters ?? {}, 7, "float64");
  expect(values["1.weight_v"]).toEqual(alone["1.weight"]);
  expect(values["1.weight_g"]?.shape).toEqual([3, 1]);
  const rows = Array.from(alone["1.weight"]?.data as Float64Array);
  for (const [i, g] of (values["1.weight_g"]?.data as Float64Array).entries())
    expect(g).toBeCloseTo(Math.hypot(...rows.slice(4 * i, 4 * i + 4)), 14);
});

it("weight-norm refuses layers without such a weight", () => {
  expect(() => weightNorm(flatten()).build([4])).toThrow(
    'weight-norm takes a layer with a parameter "weight" of rows',
  );
  expect(() => weightNorm(3 as never)).toThrow("weight-norm: layers must be a list of layers");
});
