import { expect, test } from "vitest";
import { Expr, input, simplify, topological } from "../graph/index.js";
import { evaluateOn } from "../runtime/index.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { expectClose, testBackend } from "../testing/check-op.js";
import { concat } from "./index.js";

/** As layers compute: [height, width, channels, batch]. */
const blocks = (): Expr => input("x", "float64", [2, 3, 4, 5]);
const batchLast = (a: Expr): Expr => a.transpose([1, 2, 3, 0]);
const batchFirst = (a: Expr): Expr => a.transpose([3, 0, 1, 2]);
const channelsFirst = (a: Expr): Expr => a.transpose([0, 3, 1, 2]);
const channelsLast = (a: Expr): Expr => a.transpose([0, 2, 3, 1]);

function transposes(y: Expr): number {
  return topological(simplify([y])).filter(({ op }) => op.name === "transpose").length;
}

/** What `simplify` leaves has the value that the ops give one by one. */
async function stays(y: Expr): Promise<void> {
  const value = tensor("float64", [2, 3, 4, 5]);
  new RandomStream(4, "x").normal(value.data, 0);
  const whole = await evaluateOn(await testBackend(), y, { x: value });
  const values = new Map<Expr, Tensor>();
  for (const node of topological([y])) {
    const inputs = node.inputs.map((one, i) => input(`x${i}`, one.dtype, one.shape));
    const feeds = Object.fromEntries(node.inputs.map((one, i) => [`x${i}`, values.get(one) as Tensor]));
    const alone = inputs.length === 0 ? node : new Expr(node.op, inputs, node.attrs, node.dtype, node.shape);
    const isInput = node.op.name === "input";
    values.set(node, isInput ? value : await evaluateOn(await testBackend(), alone, feeds));
  }
  expectClose("value", whole, values.get(y) as Tensor, 1e-13);
}

test.each<[string, (a: Expr) => Expr, number]>([
  ["ops of one operand", (a) => batchLast(batchFirst(a).relu().exp()), 0],
  [
    "a bias for each channel",
    (a) =>
      batchLast(
        batchFirst(a)
          .add(a.sum([0, 1, 3]))
          .relu(),
      ),
    0,
  ],
  ["a number for each example", (a) => batchLast(batchFirst(a).mul(batchFirst(a).sum([1, 2, 3], true))), 0],
  ["a number for each pixel", (a) => batchLast(batchFirst(a).mul(a.sum([2, 3], true).reshape([2, 3, 1]))), 0],
  ["two images alike", (a) => batchLast(batchFirst(a.exp()).mul(batchFirst(a.tanh()))), 0],
  [
    "channels first",
    (a) =>
      channelsFirst(
        channelsLast(a)
          .exp()
          .mul(channelsLast(a).sum([0, 1, 2]))
          .relu(),
      ),
    0,
  ],
  ["a choice", (a) => batchLast(batchFirst(a).greater(1).where(batchFirst(a.tanh()), 0)), 0],
  ["flattening", (a) => batchFirst(a).exp().reshape([5, 24]).transpose(), 0],
  ["unflattening", (a) => batchLast(a.reshape([24, 5]).transpose().reshape([5, 2, 3, 4]).exp()), 0],
  ["a slice", (a) => batchLast(batchFirst(a).slice(2, 1, 3)), 0],
  ["zeros around", (a) => batchLast(batchFirst(a).pad(1, 2, 1)), 0],
  ["images side by side", (a) => batchLast(concat([batchFirst(a.exp()), batchFirst(a.tanh())], 3)), 0],
  ["sums of channels", (a) => batchFirst(a).sum([0, 1, 2]), 0],
  ["sums of pixels", (a) => batchLast(batchFirst(a).sum([1, 2], true)), 0],
  ["the largest of some axes, which then lie in another order", (a) => batchFirst(a).max([1, 3]), 1],
])("transposes are carried through %s", async (_, build, count) => {
  const y = build(blocks().sin());
  expect(transposes(y)).toBe(count);
  await stays(y);
});

test("images that lie differently keep their transposes", async () => {
  const a = blocks();
  const y = batchFirst(a).add(channelsLast(a.reshape([5, 4, 2, 3])));
  expect(transposes(y)).toBe(2);
  await stays(y);
});

test("a sum over pixels and examples is the same in one pass and in two", async () => {
  for (const axes of [
    [0, 3],
    [0, 1, 3],
    [0, 1],
    [1, 3],
    [0, 1, 2, 3],
  ])
    await stays(blocks().sum(axes));
  await stays(blocks().sum([0, 1, 3], true));
});
