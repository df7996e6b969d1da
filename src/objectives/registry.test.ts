import { expect, test } from "vitest";
import { listObjectives, objectiveFrom, parseObjective, registerObjective } from "./index.js";

test("every objective listed can be made by its name", () => {
  const names = listObjectives().map(({ name }) => name);
  expect(names).toContain("elbo");
  expect(names).toContain("simple");
  expect(parseObjective("elbo").name).toBe("elbo");
  expect(objectiveFrom({ name: "simple", config: {} }).name).toBe("simple");
});

test("a mistyped objective is refused with a suggestion", () => {
  expect(() => parseObjective("elbow")).toThrow(/unknown objective "elbow"; did you mean "elbo"\?/);
  expect(() => parseObjective("elbo(beta=2)")).toThrow(/elbo has no option "beta"/);
  expect(() => parseObjective("elbo(")).toThrow(/can't read "elbo\("/);
});

test("options of a registered objective are read and checked", () => {
  const name = "registry-test";
  registerObjective({
    name,
    description: "for this test",
    options: { beta: { type: "number", about: "weight", min: 0 } },
    make: ({ beta = 1 }) => ({ ...parseObjective("elbo"), name, config: { beta: beta as number } }),
  });
  expect(parseObjective("registry-test(beta=4)").config).toEqual({ beta: 4 });
  expect(() => parseObjective("registry-test(beta=-1)")).toThrow(
    /registry-test: beta must be a number from 0/,
  );
  expect(() =>
    registerObjective({ name, description: "", options: {}, make: () => parseObjective("elbo") }),
  ).toThrow(/already/);
});
