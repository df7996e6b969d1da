import { expect, test } from "vitest";
import { objectives, registerObjective } from "./index.js";

test("every objective listed can be made by its name", () => {
  const names = objectives.list().map(({ name }) => name);
  expect(names).toContain("elbo");
  expect(names).toContain("simple");
  expect(objectives.from("elbo").name).toBe("elbo");
  expect(objectives.from({ name: "simple", config: {} }).name).toBe("simple");
});

test("a mistyped objective is refused with a suggestion", () => {
  expect(() => objectives.from("elbow")).toThrow(/unknown objective "elbow"; did you mean "elbo"\?/);
  expect(() => objectives.from("elbo(beta=2)")).toThrow(/elbo has no option "beta"/);
  expect(() => objectives.from("elbo(")).toThrow(/can't read "elbo\("/);
});

test("options of a registered objective are read and checked", () => {
  const name = "registry-test";
  registerObjective({
    name,
    description: "for this test",
    options: { beta: { type: "number", about: "weight", min: 0 } },
    make: ({ beta = 1 }) => ({ ...objectives.from("elbo"), name, config: { beta: beta } }),
  });
  expect(objectives.from("registry-test(beta=4)").config).toEqual({ beta: 4 });
  expect(() => objectives.from("registry-test(beta=-1)")).toThrow(
    /registry-test: beta must be a number from 0/,
  );
  const again = { name: "elbo", description: "", options: {}, make: () => objectives.from("simple") };
  expect(() => registerObjective(again)).toThrow(/already/);
});
