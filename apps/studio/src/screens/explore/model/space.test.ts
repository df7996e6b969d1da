import { describe, expect, test } from "vitest";
import { vae } from "latent/web";
import { middleOf, partsOfModel } from "./space";

const parts = (latent: number, posterior: string, prior: string) =>
  partsOfModel({ definition: vae({ input: [4, 4], latent, posterior, prior, hidden: [4] }) });

describe("the parts of a latent space", () => {
  test.each([
    [2, "normal", "normal", "plane"],
    [3, "von-mises-fisher", "hyperspherical-uniform", "sphere"],
    [3, "power-spherical", "hyperspherical-uniform", "sphere"],
    [2, "von-mises-fisher", "hyperspherical-uniform", "circle"],
    [1, "von-mises", "von-mises", "circle"],
    [3, "dirichlet", "dirichlet", "simplex"],
    [4, "relaxed-bernoulli", "bernoulli", "bits"],
    [10, "relaxed-one-hot-categorical", "one-hot-categorical", "choice"],
    [4, "vector-quantised(codes=8, width=2)", "uniform-codes", "codebook"],
    [2, "beta", "beta", "plane"],
  ] as const)("%i coordinates of %s", (latent, posterior, prior, kind) => {
    const found = parts(latent, posterior, prior);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind, start: 0, size: latent });
  });

  test("of a product are its parts, in their places", () => {
    const found = parts(
      6,
      "product(digit=[4, relaxed-one-hot-categorical], style=normal)",
      "product(digit=[4, one-hot-categorical], style=normal)",
    );
    expect(found.map(({ name, kind, start, size }) => [name, kind, start, size])).toEqual([
      ["digit", "choice", 0, 4],
      ["style", "plane", 4, 2],
    ]);
    expect([...middleOf(found)]).toEqual([1, 0, 0, 0, 0, 0]);
  });

  test("begin in the middle, where codes can be", () => {
    expect([...middleOf(parts(3, "von-mises-fisher", "hyperspherical-uniform"))]).toEqual([0, 0, 1]);
    expect(middleOf(parts(4, "dirichlet", "dirichlet")).reduce((a, b) => a + b)).toBe(1);
    expect([...middleOf(parts(2, "beta", "beta"))]).toEqual([0.5, 0.5]);
  });
});
