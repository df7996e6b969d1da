import { describe, expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { activations, activationOf } from "../activations.js";
import { activation } from "./activation.js";

/** Abramowitz and Stegun 7.1.5: the error function's series, to rounding for small arguments. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const softplus = (x: number): number => Math.log1p(Math.exp(x));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const formulas: Readonly<Record<string, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid,
  softplus,
  silu: (x) => x * sigmoid(x),
  swish: (x) => x * sigmoid(x),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  mish: (x) => x * Math.tanh(softplus(x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  "leaky-relu": (x) => (x > 0 ? x : 0.01 * x),
  "leaky-relu(slope=0.3)": (x) => (x > 0 ? x : 0.3 * x),
  identity: (x) => x,
};

describe("every activation", () => {
  it.each(activations.examples().map(({ text }) => text))("%s is its formula", (text) => {
    const formula = formulas[text];
    if (formula === undefined) throw new Error(`there is no formula for ${text}: add one`);
    return agrees(activation(text), (x) => x.map(formula), { shapes: [[7], [2, 3]] });
  });
});

describe("the name of an activation", () => {
  it("may be what earlier versions saved", () => {
    expect(activationOf("leakyRelu").name).toBe("leaky-relu");
    expect(activationOf({ name: "leakyRelu", config: { slope: 0.2 } }).config).toEqual({ slope: 0.2 });
  });

  it("is told if it is none, with a suggestion", () => {
    expect(() => activationOf("rellu")).toThrow('unknown activation "rellu"; did you mean "relu"?');
    expect(() => activationOf("leaky-relu(slop=1)")).toThrow('did you mean "slope"?');
    expect(() => activationOf(3 as never)).toThrow('activation must be the name of one, such as "relu"');
    expect(() => activationOf(null as never)).toThrow("activation must be the name of one");
  });
});
