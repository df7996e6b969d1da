import { expect, it } from "vitest";
import { constant } from "../graph/index.js";
import { decaysIn, optimizers } from "./index.js";
import { standingAt, stepped, torchSteps } from "../testing/optimisers.js";

it.each<[string, readonly number[], boolean]>([
  ["encoder.0.weight", [16, 8], true],
  ["decoder.2.weight", [8, 4, 3, 3], true],
  ["encoder.0.bias", [16], false],
  ["encoder.1.weight", [16], false],
  ["encoder.1.bias", [1, 16], false],
  ["encoder.3.weight_g", [16, 1], false],
  ["prior.loc", [10, 2], false],
])("of %s %j decays: %s", (name, shape, expected) => {
  expect(decaysIn("weights", name, shape)).toBe(expected);
  expect(decaysIn("all", name, shape)).toBe(true);
});

const decaying = optimizers.list().filter(({ options }) => "weightDecay" in options);

it("is an option of every optimiser", () => {
  expect(decaying.map(({ name }) => name)).toEqual(optimizers.names);
});

it.each(decaying.map(({ name }) => name))("%s: numbers behind a mask move as without decay", async (name) => {
  const [plain, own] = [0, 0.3].map((weightDecay) => optimizers.from({ name, config: { weightDecay } }));
  const mask = constant([1, 0, 1, 0, 1, 0], "float64");
  const run = async (decayed: boolean, decays?: typeof mask | boolean): Promise<readonly number[]> => {
    const optimizer = (decayed ? own : plain) as NonNullable<typeof own>;
    let standing = standingAt(optimizer, torchSteps.start);
    for (let k = 0; k < 3; k++) {
      const options = decays === undefined ? {} : { decays };
      standing = await stepped(optimizer, standing, torchSteps.gradients[k] ?? [], k + 1, options);
    }
    return standing.parameter;
  };
  const [without, all, none, masked] = [
    await run(false),
    await run(true),
    await run(true, false),
    await run(true, mask),
  ];
  expect(none).toEqual(without);
  expect(masked).toEqual(all.map((value, i) => (i % 2 === 0 ? value : without[i])));
  expect(all.every((value, i) => value !== without[i])).toBe(true);
});

it.each(optimizers.examples().map(({ text }) => text))("%s is made again of its config", (text) => {
  const { name, config, slots } = optimizers.from(text);
  const again = optimizers.from({ name, config });
  expect([again.config, again.slots]).toEqual([config, slots]);
});
