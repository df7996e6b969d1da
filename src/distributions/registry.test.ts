import { describe, expect, it } from "vitest";
import type { Expr } from "../graph/index.js";
import { real } from "./constraint.js";
import { defineDistribution } from "./define.js";
import { distributions, formatFamily, registerFamily } from "./registry.js";

describe("reading families", () => {
  it("makes the family, and writes it back", () => {
    const family = distributions.from("normal(loc=1, scale=0.5)");
    expect(family.name).toBe("normal");
    expect(family.config).toEqual({ loc: 1, scale: 0.5 });
    expect(formatFamily(family)).toBe("normal(loc=1, scale=0.5)");
    expect(distributions.from(JSON.parse(JSON.stringify(family)) as never).config).toEqual(family.config);
  });

  it("suggests what was meant", () => {
    expect(() => distributions.from("nromal")).toThrow(
      'unknown distribution "nromal"; did you mean "normal"?',
    );
    expect(() => distributions.from("normal(scal=2)")).toThrow(
      'normal has no option "scal"; did you mean "scale"?',
    );
    expect(() => distributions.from("normal(scale=x)")).toThrow('normal: scale must be a number, got "x"');
    expect(() => distributions.from("constructor")).toThrow("unknown distribution");
    expect(() => distributions.from({ name: "normal", config: { toString: 1 } })).toThrow("no option");
  });

  it("knows families of the user's own, but protects those that ship", () => {
    const logProb = ({ at }: { at: Expr }, x: Expr): Expr => x.sub(at).abs().neg();
    const spec = { params: { at: real }, logProb, mean: ({ at }: { at: Expr }) => at } as const;
    const own = defineDistribution({ name: "my-own", description: "mine", ...spec });
    registerFamily(own);
    expect(distributions.from("my-own(at=2)").config).toEqual({ at: 2 });
    expect(() => registerFamily(defineDistribution({ name: "normal", ...spec }))).toThrow("already");
    expect(() => registerFamily(defineDistribution({ name: "myOwn", ...spec }))).toThrow("kebab");
  });
});

describe("the registry", () => {
  it("says what each family is for", () => {
    const names = distributions.list().map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    for (const { name, description, roles, options } of distributions.list()) {
      expect(description, name).not.toBe("");
      expect(roles.length, name).toBeGreaterThan(0);
      for (const [key, option] of Object.entries(options))
        expect(option.about, `${name}.${key}`).not.toBe("");
    }
    expect(distributions.get("normal").roles).toEqual(["posterior", "prior", "likelihood"]);
    expect(distributions.get("normal").options.scale?.default).toBe(1);
  });
});
