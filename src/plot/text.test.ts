import { describe, expect, it } from "vitest";
import { bitmapTextWidth, drawBitmapText, fitBitmapText } from "./bitmap-font.js";
import { categoricalColours } from "./palette.js";
import { blank } from "./raster.js";
import { escapeMarkup, fitText, formatNumber, textWidth, wrapText } from "./text.js";
import { niceTicks, padded } from "./ticks.js";

describe("text", () => {
  it("escapes everything that markup gives a meaning, and what XML cannot hold", () => {
    expect(escapeMarkup(`<a href="x" t='&'>`)).toBe("&lt;a href=&quot;x&quot; t=&#39;&amp;&#39;&gt;");
    expect(escapeMarkup("a\u0000b\ud800c\u001b[0m")).toBe("a\ufffdb\ufffdc\ufffd[0m");
    expect(escapeMarkup("z₁ → 😀\n")).toBe("z₁ → 😀\n");
  });

  it("wraps and cuts to a width", () => {
    expect(textWidth("iW", 10)).toBeCloseTo(2.78 + 9.89, 10);
    const lines = wrapText("one two three four five  six", 60, 10);
    expect(lines.join(" ")).toBe("one two three four five six");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(60);
    expect(fitText("short", 100, 10)).toBe("short");
    const cut = fitText("a very long label", 50, 10);
    expect(cut).toMatch(/^a ve.*…$/);
    expect(textWidth(cut, 10)).toBeLessThanOrEqual(50);
  });

  it.each([
    [0, "0"],
    [12_345, "12,345"],
    [-1234.56, "−1,234.6"],
    [147.3962, "147.4"],
    [5.8, "5.800"],
    [0.0399, "0.03990"],
    [2.1e-8, "2.10e−8"],
    [-3e12 - 0.5, "−3.00e12"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, expected) => {
    expect(formatNumber(value)).toBe(expected);
  });
});

describe("niceTicks", () => {
  it.each([
    [0, 10, 5, ["0", "2", "4", "6", "8", "10"]],
    [-0.31, 0.32, 6, ["−0.2", "0", "0.2"]],
    [147.1, 149.2, 5, ["147.5", "148.0", "148.5", "149.0"]],
    [0, 4690, 5, ["0", "1,000", "2,000", "3,000", "4,000"]],
    [0, 3.4e-8, 4, ["0", "1e−8", "2e−8", "3e−8"]],
  ])("from %d to %d", (low, high, count, expected) => {
    const ticks = niceTicks(low, high, count);
    expect(ticks.values.map(ticks.format)).toEqual(expected);
  });

  it("keeps to whole numbers if told to, and widens an empty interval", () => {
    expect(niceTicks(1, 3, 8, true).values).toEqual([1, 2, 3]);
    expect(padded(3, 3, 0.1)).toEqual([2.85, 3.15]);
    expect(padded(0, 0, 0.1)).toEqual([-1, 1]);
    expect(padded(Infinity, -Infinity, 0.1)).toEqual([0, 1]);
  });
});

describe("categoricalColours", () => {
  it("gives 64 different colours, the first of them whatever the number", () => {
    const colours = categoricalColours(64);
    expect(new Set(colours).size).toBe(64);
    expect(categoricalColours(26)).toEqual(colours.slice(0, 26));
    expect(categoricalColours(3)).toEqual(colours.slice(0, 3));
    for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe("bitmap text", () => {
  it("draws the glyphs of the font and `?` for what it lacks", () => {
    const draw = (text: string): Uint8Array => {
      const raster = blank(16, 13, 1, 0);
      drawBitmapText(raster, text, 0, 0, 255);
      return raster.data;
    };
    const seven = Array.from({ length: 13 }, (_, y) =>
      [...draw("7").subarray(16 * y, 16 * y + 8)].map((level) => (level === 255 ? "#" : ".")).join(""),
    );
    expect(seven.slice(1, 4)).toEqual(["#######.", ".....##.", ".....##."]);
    expect(draw("é")).toEqual(draw("?"));
    expect(draw("a")).not.toEqual(draw("b"));
  });

  it("is cut to a width", () => {
    expect(fitBitmapText("T-shirt/top", 56)).toBe("T-shi..");
    expect(fitBitmapText("seven", 20)).toBe("se");
    expect(fitBitmapText("7", 4)).toBe("");
    expect(bitmapTextWidth("abc", 2)).toBe(48);
  });
});
