import { describe, expect, it } from "vitest";
import type { Expr } from "../graph/index.js";
import { real } from "./constraint.js";
import { defineDistribution } from "./define.js";
import { parseSpec } from "./parse.js";
import {
  familyFrom,
  familyInfo,
  formatFamily,
  listFamilies,
  parseFamily,
  registerFamily,
} from "./registry.js";

describe("reading families", () => {
  it("reads names, options, lists, quotes and nested families", () => {
    expect(parseSpec(" a ( b = 1e-3, c-d=true,e=[1, [x,-2.5]], f=g(h='i j'), k=r/ing.png ) ")).toEqual({
      name: "a",
      config: {
        b: 1e-3,
        cD: true,
        e: [1, ["x", -2.5]],
        f: { name: "g", config: { h: "i j" } },
        k: "r/ing.png",
      },
    });
    expect(parseSpec("normal")).toEqual({ name: "normal", config: {} });
    expect(parseSpec("normal()")).toEqual({ name: "normal", config: {} });
  });

  it.each([
    "",
    "a(",
    "a(b",
    "a(b=",
    "a(b=1",
    "a(b=1,)",
    "a(b=[1)",
    "a) b",
    "a(b='c)",
    "a(b=1, b=2)",
    "a(=1)",
  ])("refuses %j with the text and the place", (text) => {
    expect(() => parseSpec(text)).toThrow(`"${text}"`);
  });

  it("makes the family, and writes it back", () => {
    const family = parseFamily("normal(loc=1, scale=0.5)");
    expect(family.name).toBe("normal");
    expect(family.config).toEqual({ loc: 1, scale: 0.5 });
    expect(formatFamily(family)).toBe("normal(loc=1, scale=0.5)");
    expect(familyFrom(JSON.parse(JSON.stringify(family)) as never).config).toEqual(family.config);
  });

  it("suggests what was meant", () => {
    expect(() => parseFamily("nromal")).toThrow('unknown distribution "nromal"; did you mean "normal"?');
    expect(() => parseFamily("normal(scal=2)")).toThrow('normal has no option "scal"; did you mean "scale"?');
    expect(() => parseFamily("normal(scale=x)")).toThrow('normal: scale must be a number, got "x"');
    expect(() => parseFamily("constructor")).toThrow("unknown distribution");
    expect(() => familyFrom({ name: "normal", config: { toString: 1 } })).toThrow("no option");
  });

  it("knows families of the user's own, but protects those that ship", () => {
    const logProb = ({ at }: { at: Expr }, x: Expr): Expr => x.sub(at).abs().neg();
    const spec = { params: { at: real }, logProb, mean: ({ at }: { at: Expr }) => at } as const;
    const own = defineDistribution({ name: "my-own", description: "mine", ...spec });
    registerFamily(own);
    expect(parseFamily("my-own(at=2)").config).toEqual({ at: 2 });
    expect(() => registerFamily(defineDistribution({ name: "normal", ...spec }))).toThrow("already");
    expect(() => registerFamily(defineDistribution({ name: "myOwn", ...spec }))).toThrow("kebab");
  });
});

describe("the registry", () => {
  it("says what each family is for", () => {
    const names = listFamilies().map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    for (const { name, description, roles, options } of listFamilies()) {
      expect(description, name).not.toBe("");
      expect(roles.length, name).toBeGreaterThan(0);
      for (const [key, option] of Object.entries(options))
        expect(option.about, `${name}.${key}`).not.toBe("");
    }
    expect(familyInfo("normal").roles).toEqual(["posterior", "prior", "likelihood"]);
    expect(familyInfo("normal").options.scale?.default).toBe(1);
  });
});
