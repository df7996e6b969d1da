import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { classesOf } from "./classes.js";
import { pickEvenly } from "./dots.js";
import { latentScatter } from "./scatter.js";

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? "");
}

/** Pixel positions of the dots of a colour. */
function dots(svg: string, colour: string): number[][] {
  const paths = [...svg.matchAll(new RegExp(`<path stroke="${colour}" d="([^"]*)"/>`, "g"))];
  return paths.flatMap((path) =>
    [...(path[1] ?? "").matchAll(/M([\d.-]+),([\d.-]+)h0/g)].map((m) => [Number(m[1]), Number(m[2])]),
  );
}

/** `n` points on a circle of radius 2. */
function circle(n: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / n;
    return 2 * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

const points = tensor("float32", [260, 2], circle(260));
const letters = Array.from({ length: 260 }, (_, i) => String.fromCharCode(97 + Math.floor(i / 10)));

describe("latentScatter", () => {
  it("draws every point once, with equal units on both axes and y upwards", async () => {
    const cross = tensor("float64", [4, 2], Float64Array.of(-2, 0, 2, 0, 0, -1, 0, 1));
    const svg = await latentScatter({ points: cross, labels: [0, 0, 1, 2] });
    const [left, right] = dots(svg, "#4c78d8").sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
    const [low] = dots(svg, "#f28e2b");
    const [high] = dots(svg, "#2ca25f");
    const wide = (right?.[0] ?? 0) - (left?.[0] ?? 0);
    // Positions are written with one decimal.
    expect((low?.[1] ?? 0) - (high?.[1] ?? 0)).toBeCloseTo(wide / 2, 0);
    expect(low?.[0]).toBe(high?.[0]);
  });

  it("gives 26 classes colours of their own and names them in order in the legend", async () => {
    const svg = await latentScatter({ points, labels: letters, title: "Letters" });
    const colours = new Set([...svg.matchAll(/<circle[^>]*fill="(#\w+)"/g)].map((match) => match[1]));
    expect(colours.size).toBe(26);
    const alphabet = "abcdefghijklmnopqrstuvwxyz";
    expect(texts(svg).join("")).toContain(`Letters${alphabet}`);
    for (const colour of colours) expect(dots(svg, colour ?? "").length).toBe(10);
  });

  it("takes labels as tensors with names, and escapes the names", async () => {
    const labels = tensor(
      "int64",
      [260],
      BigInt64Array.from(letters, (_, i) => BigInt(i % 3)),
    );
    const svg = await latentScatter({ points, labels, classNames: ["<b>", "Trouser"] });
    expect(texts(svg).slice(0, 3)).toEqual(["&lt;b&gt;", "Trouser", "2"]);
  });

  it("draws at most maxPoints, always the same, and says so; the file stays small", async () => {
    const many = tensor("float32", [30_000, 2], circle(30_000));
    const svg = await latentScatter({ points: many });
    expect(dots(svg, "#3b76e0").length).toBe(10_000);
    expect(texts(svg)).toContain("10,000 of 30,000 points, picked at random.");
    expect(svg.length).toBeLessThan(200_000);
    expect(await latentScatter({ points: many })).toBe(svg);
    expect(dots(await latentScatter({ points: many, maxPoints: 50 }), "#3b76e0").length).toBe(50);
  });

  it("states the variance along principal axes", async () => {
    const svg = await latentScatter({ points, explained: [0.31234, 1e-9] });
    expect(texts(svg).join(" ")).toContain("hold 31.2% and under 0.1% of the codes&#39; variance.");
    expect(texts(svg)).toContain("first principal axis");
  });

  it("shows collapsed codes as one spot in -1..1", async () => {
    const svg = await latentScatter({
      points: tensor(
        "float32",
        [260, 2],
        circle(260).map((x) => x * 1e-6),
      ),
    });
    expect(texts(svg)).toEqual(expect.arrayContaining(["−1.0", "1.0"]));
    const spots = new Set(dots(svg, "#3b76e0").map(String));
    expect(spots.size).toBe(1);
  });

  it("spreads one dimension over a row for each class", async () => {
    const line = tensor(
      "float32",
      [100, 1],
      Float32Array.from({ length: 100 }, (_, i) => i / 10),
    );
    const svg = await latentScatter({ points: line, labels: Array.from({ length: 100 }, (_, i) => i % 2) });
    const rows = ["#4c78d8", "#f28e2b"].map((colour) => dots(svg, colour).map((dot) => dot[1] ?? 0));
    expect(Math.max(...(rows[0] ?? []))).toBeLessThan(Math.min(...(rows[1] ?? [])));
  });

  it("leaves out codes that are not finite and counts them", async () => {
    const some = tensor("float32", [3, 2], Float32Array.of(0, 0, NaN, 1, 1, 1));
    const svg = await latentScatter({ points: some, labels: [0, 0, 1] });
    expect(svg).not.toMatch(/NaN/);
    expect(texts(svg)).toContain("Not drawn: 1 codes that are not finite.");
  });

  it("refuses other shapes, unequal labels, and nothing to draw", async () => {
    await expect(latentScatter({ points: tensor("float32", [5, 3]) })).rejects.toThrow(
      /\[5, 3\].*principalAxes/,
    );
    await expect(latentScatter({ points, labels: [1] })).rejects.toThrow(/260 points but 1 labels/);
    await expect(latentScatter({ points: tensor("float32", [0, 2]) })).rejects.toThrow(/no points/);
    await expect(latentScatter({ points, maxPoints: 0 })).rejects.toThrow(/maxPoints/);
  });
});

describe("classesOf", () => {
  it("sorts numbers by size and gathers the smallest classes beyond 64", () => {
    expect(classesOf([10, 2, 10], 3).map(({ name, members }) => [name, members])).toEqual([
      ["2", [1]],
      ["10", [0, 2]],
    ]);
    const labels = [
      ...Array.from({ length: 70 }, (_, i) => i),
      ...Array.from({ length: 63 }, (_, i) => i + 7),
    ];
    const classes = classesOf(labels, labels.length);
    expect(classes.length).toBe(64);
    expect(classes[0]?.name).toBe("7");
    expect(classes.at(-1)).toMatchObject({ name: "other (7 classes)", members: [0, 1, 2, 3, 4, 5, 6] });
  });
});

describe("pickEvenly", () => {
  it("keeps every item at most once, and takes from all parts of the list alike", () => {
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    const picked = pickEvenly(items, 1000);
    expect(new Set(picked).size).toBe(1000);
    // 100 are expected from each tenth; a fixed sample, about three standard deviations (9.5) at most.
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = picked.filter((i) => Math.floor(i / 1000) === tenth).length;
      expect(Math.abs(count - 100)).toBeLessThan(30);
    }
    expect([...pickEvenly(items, 20_000)].sort((a, b) => a - b)).toEqual(items);
  });
});
