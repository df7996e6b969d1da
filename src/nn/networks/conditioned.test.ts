import { describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.js";
import { constant, type Expr, input } from "../../graph/index.js";
import { concat } from "../../ops/index.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import { numbersOf } from "../../testing/evaluate.js";
import { evaluationContext } from "../context.js";
import { initialValues } from "../parameters.js";
import { conditioned } from "./conditioned.js";
import { mlp } from "./mlp.js";
import { networks } from "./registry.js";

const classes = 3;
const numbers = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i));

function constants(values: Readonly<Record<string, Tensor>>): Record<string, Expr> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
}

function filled(shape: readonly number[], seed: number): Expr {
  const size = shape.reduce((a, b) => a * b, 1);
  return constant(tensor("float64", shape, Float64Array.from(numbers(size, seed))));
}

/** Every network of the catalogue but that of tables, whose rows have as many numbers as columns and no more, on pictures of colour, and what doesn't say shapes of its own on vectors too. */
const all = networks.list().flatMap(({ name, examples = [] }) => {
  if (name === "table") return [];
  const text = examples[0] ?? name;
  const picture = ["conv", "resnet", "keras", "pythae", "vanilla"].includes(name);
  const encoders = [...(picture ? [] : [[5]]), [6, 5], [6, 5, 2]];
  return encoders.map((shape) => [text, shape] as const);
});

describe("conditioned", () => {
  it.each(all)("%s takes examples of shape %j and their classes", async (text, shape) => {
    const network = networks.from(text);
    const built = conditioned(network, classes).build(shape, [4], { part: "encoder", example: shape });
    const weights = constants({
      ...initialValues(built.parameters ?? {}, 3, "float64"),
      ...initialValues(built.state ?? {}, 3, "float64"),
    });
    const x = filled([2, ...shape], 1);
    const condition = constant(
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
      "float64",
    );
    const channels = [
      ...(shape.length === 2 ? [...shape, 1] : shape).slice(0, -1),
      (shape.length === 2 ? 1 : (shape.at(-1) as number)) + classes,
    ];
    const flat = shape.length === 1 || network.flat === true;
    const size = shape.reduce((a, b) => a * b, 1);
    const wide = flat ? [size + classes] : channels;
    const plain = network.build(wide, [4], { part: "encoder", example: shape });
    expect(built.parameters).toMatchObject(
      Object.fromEntries(
        Object.entries(plain.parameters ?? {}).map(([name, { shape: own }]) => [name, { shape: own }]),
      ),
    );
    const space = wide.slice(0, -1);
    const beside = flat
      ? concat([x.reshape([2, size]), condition])
      : concat([
          x.reshape([2, ...space, (wide.at(-1) as number) - classes]),
          condition.reshape([2, ...space.map(() => 1), classes]).expand([2, ...space, classes]),
        ]);
    const context = evaluationContext(weights, "float64", condition);
    const got = await numbersOf({ given: built.apply(x, context), wide: plain.apply(beside, context) });
    expect(got.given).toEqual(got.wide);
    expect(got.given).toHaveLength(8);
  });

  it.each([
    "mlp(hidden=[6])",
    "conv(channels=[2])",
    "resnet(channels=[2])",
    "keras",
    "vanilla(channels=[2])",
  ])("%s decodes draws with leading axes as one by one", async (text) => {
    const network = conditioned(networks.from(text), classes).decoder?.() ?? mlp([2]);
    const example = [6, 5];
    const built = network.build([2], example, { part: "decoder", example });
    const weights = constants({
      ...initialValues(built.parameters ?? {}, 3, "float64"),
      ...initialValues(built.state ?? {}, 3, "float64"),
    });
    const z = filled([3, 2, 2], 4);
    const condition = constant(
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
      "float64",
    );
    const context = evaluationContext(weights, "float64", condition);
    const together = built.apply(z, context);
    expect(together.shape).toEqual([3, 2, ...example]);
    const apart = [0, 1, 2].map((k) => built.apply(z.slice(0, k, k + 1).reshape([2, 2]), context));
    const got = await numbersOf({ together, apart: concat(apart, 0) });
    got.apart.forEach((value, i) => expect(got.together[i]).toBeCloseTo(value, 12));
  });

  it("passes gradients on to the examples, and is the network by name and options", async () => {
    const network = conditioned(mlp([4], { activation: "tanh" }), classes);
    expect([network.name, network.config]).toEqual(["mlp", { hidden: [4], activation: "tanh" }]);
    const built = network.build([2], [1]);
    const weights = constants(initialValues(built.parameters ?? {}, 1, "float64"));
    const x = input("x", "float64", [1, 2]);
    const y = built.apply(x, evaluationContext(weights, "float64", constant([[0, 0, 1]], "float64"))).sum();
    const [slope] = grad(y, [x]) as [Expr];
    const at = async (a: number): Promise<number> =>
      (await numbersOf({ y }, { x: tensor("float64", [1, 2], Float64Array.of(a, -0.3)) })).y[0] as number;
    const got = await numbersOf({ slope }, { x: tensor("float64", [1, 2], Float64Array.of(0.2, -0.3)) });
    expect(got.slope[0]).toBeCloseTo(((await at(0.2 + 1e-5)) - (await at(0.2 - 1e-5))) / 2e-5, 8);
  });

  it("refuses what is no network or size, and models without a condition", () => {
    expect(() => conditioned({} as never, 2)).toThrow("conditioned");
    expect(() => conditioned(mlp([2]), 0)).toThrow("conditioned");
    const built = conditioned(mlp([2]), 2).build([3], [1]);
    const x = constant([[1, 2, 3]]);
    expect(() => built.apply(x, evaluationContext({}, "float32"))).toThrow("the model has none");
  });
});
