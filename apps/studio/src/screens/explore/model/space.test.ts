import { describe, expect, test } from "vitest";
import { distributions, type LatentKind } from "latent/web";
import { drawnParts, middleOf } from "./space";

const part = (kind: LatentKind, size: number, posterior: string, start = 0, name = posterior) => ({
  name,
  kind,
  start,
  size,
  family: distributions.from(posterior),
});

describe("the parts of a latent space", () => {
  test.each([
    [2, "normal", "real", "plane"],
    [3, "von-mises-fisher", "sphere", "sphere"],
    [2, "von-mises-fisher", "sphere", "circle"],
    [1, "von-mises", "angle", "circle"],
    [3, "dirichlet", "simplex", "simplex"],
    [2, "dirichlet", "simplex", "plane"],
    [4, "relaxed-bernoulli", "unit", "bits"],
    [10, "relaxed-one-hot-categorical", "one-hot", "choice"],
    [4, "vector-quantised(codes=8, width=2)", "codebook", "codebook"],
    [2, "beta", "unit", "plane"],
    [2, "gamma", "positive", "plane"],
  ] as const)("%i coordinates of %s, which are %s, are drawn on a %s", (size, posterior, kind, drawn) => {
    expect(drawnParts([part(kind, size, posterior)])).toMatchObject([{ kind: drawn, start: 0, size }]);
  });

  test("of a codebook know its width, of an interval its limits", () => {
    const [codebook] = drawnParts([part("codebook", 4, "vector-quantised(codes=8, width=2)")]);
    expect(codebook?.group).toBe(2);
    const [interval] = drawnParts([part("real", 2, "uniform(low=2, high=5)")]);
    expect(interval?.range).toEqual([2, 5]);
  });

  test("begin in the middle, where codes can be", () => {
    const middle = (...parts: Parameters<typeof drawnParts>[0]): number[] => [...middleOf(drawnParts(parts))];
    expect(middle(part("sphere", 3, "von-mises-fisher"))).toEqual([0, 0, 1]);
    expect(middle(part("simplex", 4, "dirichlet")).reduce((a, b) => a + b)).toBe(1);
    expect(middle(part("unit", 2, "beta"))).toEqual([0.5, 0.5]);
    const digit = part("one-hot", 4, "relaxed-one-hot-categorical", 0, "digit");
    expect(middle(digit, part("real", 2, "normal", 4, "style"))).toEqual([1, 0, 0, 0, 0, 0]);
  });
});
