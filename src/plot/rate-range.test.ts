import { expect, it } from "vitest";
import { rateRange, rateText } from "./index.js";

const points = Array.from({ length: 50 }, (_, i) => {
  const lr = 10 ** (-7 + i / 6);
  const loss = 100 - i + (i > 45 ? 1e6 : 0);
  return { lr, loss, smoothed: loss };
});

it("draws the loss against the learning rate, cut off where it runs away, with the suggestion", async () => {
  const svg = await rateRange(points, { title: "Range test", suggestion: 0.0021, caption: "50 updates." });
  for (const part of [
    "Range test",
    "0.0021",
    "10⁻⁷",
    "10⁰",
    "learning rate",
    "50 updates. Loss in nats per example.",
  ]) {
    expect(svg.includes(part), part).toBe(true);
  }
  expect(svg.match(/<circle/g)?.length).toBe(46 + 1); // the legend's too
  expect(svg.includes("NaN")).toBe(false);
  expect((await rateRange(points)).includes("falls fastest")).toBe(false);
});

it("refuses what can't be drawn", async () => {
  await expect(rateRange(points.slice(0, 1))).rejects.toThrow(/two points or more/);
  await expect(rateRange(points.map((point) => ({ ...point, lr: 0 })))).rejects.toThrow(/above 0/);
});

it.each([
  [0.00214, "0.0021"],
  [2.13e-5, "2.1e-5"],
  [3, "3"],
])("writes %d as %s", (lr, text) => expect(rateText(lr)).toBe(text));
