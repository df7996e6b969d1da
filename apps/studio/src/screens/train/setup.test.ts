import { expect, test } from "vitest";
import { problemsOf, queryOf, setupOf, specOf, usual } from "./setup";

test("a setup goes into the address and comes back", () => {
  const setup = { ...usual, z: 20, prior: "gamma(concentration=2)", place: "server", lr: 0.002 } as const;
  expect(setupOf(queryOf(setup))).toEqual(setup);
  expect(queryOf(usual)).toBe("");
});

test("what an address can't tell is left as usual", () => {
  expect(setupOf("z=many&data=disk&place=moon&device=abacus&seed=5")).toEqual({ ...usual, seed: 5 });
});

test("the spec tells what was chosen, and leaves the defaults to the library", () => {
  const spec = specOf({ ...usual, likelihood: "normal", clip: 1 });
  expect(spec).toMatchObject({
    latent: 2,
    likelihood: "normal",
    clipNorm: 1,
    epochs: 5,
    batchSize: 128,
    seed: 0,
  });
  expect(spec).not.toHaveProperty("prior");
  expect(spec).not.toHaveProperty("network");
});

test("each impossible number has its own message", () => {
  const wrong = { ...usual, z: 0, epochs: 1.5, batch: NaN, seed: -1, lr: 0, clip: -1 };
  expect(Object.keys(problemsOf(wrong)).sort()).toEqual(["batch", "clip", "epochs", "lr", "seed", "z"]);
  expect(problemsOf(usual)).toEqual({});
});
