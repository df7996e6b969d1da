import { describe, expect, it } from "vitest";
import { type HistoryPoint, lossCurves } from "./curves.js";

const history: HistoryPoint[] = [1, 2, 3].map((epoch) => ({
  epoch,
  train: { negativeElbo: 200 - 10 * epoch, kl: epoch },
  validation: { negativeElbo: 190 - 10 * epoch, kl: epoch + 0.5 },
}));

/** The contents of the text elements. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? "");
}

/** The points of the lines drawn in a colour, one list a line. */
function lines(svg: string, colour: string): number[][][] {
  const groups = [
    ...svg.matchAll(new RegExp(`<g[^>]*stroke="${colour}"[^>]*aria-label="line"[^>]*>(.*?)</g>`, "g")),
  ];
  return groups.map((group) =>
    (/ d="([^"]*)"/.exec(group[1] ?? "")?.[1] ?? "")
      .split(/[ML]/)
      .filter((part) => part !== "")
      .map((part) => part.split(",").map(Number)),
  );
}

const [TRAIN, VALIDATION] = ["#8d97a6", "#3b76e0"];

describe("lossCurves", () => {
  it("draws a panel a term with both splits, names, unit, ticks, legend and last values", async () => {
    const svg = await lossCurves(history, { title: "Losses <1>", caption: "A & B" });
    const written = texts(svg);
    for (const part of [
      "Losses &lt;1&gt;",
      "A &amp; B",
      "training",
      "validation",
      "Negative ELBO",
      "KL divergence",
    ]) {
      expect(written).toContain(part);
    }
    expect(written.filter((part) => part === "nats per example").length).toBe(2);
    expect(written.filter((part) => part === "epoch").length).toBe(2);
    expect(written).toEqual(expect.arrayContaining(["160", "170", "180", "190", "3.500"]));
    expect([lines(svg, TRAIN).length, lines(svg, VALIDATION).length]).toEqual([2, 2]);
  });

  it("places the points on straight scales, higher values higher", async () => {
    const svg = await lossCurves(history, { terms: ["negativeElbo"] });
    const [train] = lines(svg, TRAIN);
    const [validation] = lines(svg, VALIDATION);
    if (train === undefined || validation === undefined) throw new Error("lines are missing");
    const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = [], [x3 = 0, y3 = 0] = []] = train;
    // Coordinates are written with three decimals.
    expect(x3 - x2).toBeCloseTo(x2 - x1, 2);
    expect(y3 - y2).toBeCloseTo(y2 - y1, 2);
    expect(y2).toBeGreaterThan(y1);
    // Validation is one epoch ahead: its first point is as high as training's second.
    expect(validation[0]?.[1]).toBeCloseTo(y2, 2);
  });

  it("takes labels and units for terms, in the order given, and makes readable names", async () => {
    const svg = await lossCurves(
      [{ epoch: 1, validation: { activeUnits: 2, maxMeanDiscrepancy: 1, mse: 0.04 } }],
      {
        terms: [
          "maxMeanDiscrepancy",
          { key: "activeUnits", label: "Units in use", unit: "of 2" },
          "mse",
          "absent",
        ],
      },
    );
    const written = texts(svg);
    const order = ["Max mean discrepancy", "Units in use", "of 2", "MSE", "per pixel"].map((part) =>
      written.indexOf(part),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
    expect(written).not.toContain("training");
  });

  it("draws one epoch as dots, steps against steps, and thins long series", async () => {
    const one = await lossCurves(history.slice(0, 1));
    expect(one.match(/<circle/g)?.length).toBe(4);
    const steps = Array.from({ length: 4000 }, (_, i) => ({ step: i + 1, train: { loss: 100 + (i % 2) } }));
    const svg = await lossCurves(steps);
    expect(texts(svg)).toContain("step");
    const [line] = lines(svg, TRAIN);
    expect(line?.length).toBe(Math.ceil(4000 / 7));
    expect(texts(svg).join(" ")).toContain("Each point is the mean of 7 measurements.");
  });

  it("leaves gaps for values that are not finite and counts them", async () => {
    const broken = [
      ...history,
      { epoch: 4, train: { negativeElbo: NaN, kl: Infinity }, validation: { negativeElbo: 150, kl: 4 } },
    ];
    const svg = await lossCurves(broken);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(texts(svg).join(" ")).toContain("Not drawn: 2 values that are not finite.");
    expect(lines(svg, TRAIN)[0]?.length).toBe(3);
    const nothing = await lossCurves([{ epoch: 1, train: { loss: NaN } }]);
    expect(nothing).not.toMatch(/NaN/);
    expect(nothing).toContain("Loss: no finite values");
  });

  it("copes with values that never change, and tiny ones", async () => {
    const flat = [1, 2].map((epoch) => ({ epoch, train: { kl: 2e-8, mse: 0.0675, zero: 0 } }));
    const svg = await lossCurves(flat);
    expect(svg).not.toMatch(/NaN/);
    expect(texts(svg)).toContain("2.00e−8");
  });

  it("describes itself, and gives the same bytes again", async () => {
    const svg = await lossCurves(history);
    expect(svg).toContain(
      "Negative ELBO from 180 to 160 nats per example; KL divergence from 1.500 to 3.500",
    );
    expect(await lossCurves(history)).toBe(svg);
  });

  it("refuses an empty history and points without a place", async () => {
    await expect(lossCurves([])).rejects.toThrow(/holds no values/);
    await expect(lossCurves([{ epoch: 1, train: {} }])).rejects.toThrow(/holds no values/);
    await expect(lossCurves([{ step: 1, train: { a: 1 } }, { train: { a: 1 } }])).rejects.toThrow(
      /point 1 .* no step/,
    );
  });
});
