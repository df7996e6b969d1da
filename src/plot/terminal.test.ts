import { describe, expect, it } from "vitest";
import type { Raster } from "./raster.js";
import { halfBlocks } from "./terminal.js";

function grey(width: number, ...levels: number[]): Raster {
  return { width, height: levels.length / width, channels: 1, data: Uint8Array.from(levels) };
}

/** The text with the escape codes spelled out. */
function spelled(text: string): string {
  return text.replace(/\x1b\[/g, "<").replace(/(<[\d;]*)m/g, "$1>");
}

describe("halfBlocks", () => {
  it("shows two pixels a character, colours only where they change, and resets at the end of a line", () => {
    const picture = grey(3, 0, 0, 255, 10, 10, 10);
    expect(spelled(halfBlocks(picture))).toBe(
      "<38;2;0;0;0;48;2;10;10;10>▀▀<38;2;255;255;255;48;2;10;10;10>▀<0>",
    );
  });

  it("leaves the terminal's background under the last row of an odd height", () => {
    expect(spelled(halfBlocks(grey(1, 1, 2, 3)))).toBe("<38;2;1;1;1;48;2;2;2;2>▀<0>\n<38;2;3;3;3>▀<0>");
  });

  it("finds the nearest colours of the 256-colour palette", () => {
    const code = (r: number, g: number, b: number): string => {
      const data = Uint8Array.of(r, g, b);
      return spelled(halfBlocks({ width: 1, height: 1, channels: 3, data }, { colour: "256" }));
    };
    expect(code(255, 0, 0)).toBe("<38;5;196>▀<0>");
    expect(code(95, 135, 175)).toBe(`<38;5;${16 + 36 + 12 + 3}>▀<0>`);
    expect(code(0, 0, 0)).toBe("<38;5;16>▀<0>");
    expect(code(128, 128, 128)).toBe("<38;5;244>▀<0>");
    expect(code(255, 255, 255)).toBe("<38;5;231>▀<0>");
  });

  it("turns colours grey, and shows transparent pixels on black", () => {
    const red: Raster = { width: 1, height: 1, channels: 4, data: Uint8Array.of(255, 0, 0, 255) };
    expect(spelled(halfBlocks(red, { colour: "grey" }))).toBe("<38;5;239>▀<0>");
    const clear: Raster = { ...red, data: Uint8Array.of(255, 0, 0, 0) };
    expect(spelled(halfBlocks(clear))).toBe("<38;2;0;0;0>▀<0>");
  });

  it("draws with characters alone, denser for brighter, without spaces at the end", () => {
    expect(halfBlocks(grey(4, 0, 128, 255, 0, 0, 128, 255, 0), { colour: "none" })).toBe(" +@");
  });

  it("shrinks to maxColumns by the mean of the area, keeping the proportions", () => {
    expect(spelled(halfBlocks(grey(4, 0, 100, 50, 50, 100, 200, 50, 50), { maxColumns: 2 }))).toBe(
      "<38;2;100;100;100>▀<38;2;50;50;50>▀<0>",
    );
    // Three columns in two: each covers one and a half.
    expect(spelled(halfBlocks(grey(3, 0, 90, 30), { maxColumns: 2 }))).toBe(
      "<38;2;30;30;30>▀<38;2;50;50;50>▀<0>",
    );
    const wide: Raster = { width: 300, height: 60, channels: 3, data: new Uint8Array(54_000) };
    const lines = halfBlocks(wide, { maxColumns: 50 }).split("\n");
    expect(lines.length).toBe(5);
    expect(new Set(lines.map((line) => line.split("▀").length - 1))).toEqual(new Set([50]));
  });

  it("refuses maxColumns below 1", () => {
    expect(() => halfBlocks(grey(1, 0), { maxColumns: 0 })).toThrow(/maxColumns/);
  });
});
