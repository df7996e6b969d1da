import { describe, expect, it } from "vitest";
import { Catalogue, type Entry, formatSpec, parseSpec, suggestion } from "./index.js";

describe("reading specs", () => {
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

  it("writes what it reads", () => {
    const text = 'a(b=0.001, c-d=true, e=[1, [x, -2.5]], f=g(h=\'i "j"\'), k="2")';
    expect(formatSpec(parseSpec(text))).toBe(text);
    expect(parseSpec(formatSpec(parseSpec(text)))).toEqual(parseSpec(text));
  });
});

describe("suggestions", () => {
  const many = Array.from({ length: 38 }, (_, i) => `name-${String.fromCharCode(97 + (i % 26))}${i}`);

  it("name the closest, those that begin so, all of a few, or the nearest of many", () => {
    expect(suggestion("nromal", ["normal", "gamma"])).toBe('did you mean "normal"?');
    expect(suggestion("log-n", ["log-normal", "logistic"])).toBe('did you mean "log-normal"?');
    expect(suggestion("xyzzy", ["normal", "gamma"])).toBe("choose from normal, gamma");
    expect(suggestion("xyzzy", [])).toBe("there is none to choose from");
    expect(suggestion("zzzzzzzzzz", many)).toMatch(/^the nearest of 38 are (name-\w+, ){4}name-\w+$/);
  });
});

describe("a catalogue", () => {
  const round: Entry<string> = {
    name: "round",
    description: "a round thing",
    options: {
      size: { type: "integer", about: "how large", min: 1, max: 9 },
      colour: { type: "text", about: "its colour", choices: ["red", "blue"] },
    },
    examples: ["round", "round(size=3)"],
    savedBefore: { colour: "red" },
    make: (options) => JSON.stringify(options),
  };
  const things = (): Catalogue<string> => new Catalogue({ kind: "thing" }, [round]);

  it("makes entries of text and plain data, and checks names, options and values", () => {
    expect(things().from("round(size=2)")).toBe('{"size":2}');
    expect(things().from({ name: "round", config: { colour: "blue" } })).toBe('{"colour":"blue"}');
    expect(() => things().from("rund")).toThrow('unknown thing "rund"; did you mean "round"?');
    expect(() => things().from("constructor")).toThrow("unknown thing");
    expect(() => things().from("round(siz=2)")).toThrow('round has no option "siz"; did you mean "size"?');
    expect(() => things().from("round(size=0)")).toThrow("round: size must be a whole number from 1 to 9");
    expect(() => things().from("round(colour=rde)")).toThrow('can\'t be "rde"; did you mean "red"?');
    expect(() => things().from({ name: "round", config: { toString: 1 } })).toThrow("no option");
  });

  it("takes entries of one's own, and protects those that ship, also in copies", () => {
    const copy = things().copy();
    copy.add({ ...round, name: "square" }).add({ ...round, name: "square", description: "again" });
    expect(copy.names).toEqual(["round", "square"]);
    expect(copy.get("square").description).toBe("again");
    expect(things().find("square")).toBeUndefined();
    expect(() => copy.add(round)).toThrow("already");
    expect(() => copy.add({ ...round, name: "myOwn" })).toThrow("kebab case");
  });

  it("lists every entry's examples", () => {
    const texts = things()
      .add({ name: "flat", description: "", options: {}, make: () => "" })
      .examples();
    expect(texts.map(({ text }) => text)).toEqual(["flat", "round", "round(size=3)"]);
  });

  it("tells earlier saved specs what they were made with, nested ones too", () => {
    const nested = { name: "box", config: { of: { name: "round", config: { size: 1 } } } };
    expect(things().current(nested)).toEqual({
      name: "box",
      config: { of: { name: "round", config: { colour: "red", size: 1 } } },
    });
  });
});
