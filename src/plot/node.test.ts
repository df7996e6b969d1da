import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { lossCurves } from "./curves.js";
import { linearAxis, manifoldMap } from "./manifold.js";
import { svgToPng } from "./node.js";
import { decodePng } from "./png.js";
import { latentScatter } from "./scatter.js";

const { resolve } = createRequire(import.meta.url);
const NAMES = Array.from({ length: 40 }, (_, i) => `class number ${i} <&>`);

/** One chart of each kind, with long names and numbers. */
async function charts(): Promise<Record<string, string>> {
  const points = tensor(
    "float64",
    [400, 2],
    Float64Array.from({ length: 800 }, (_, i) => 1000 * Math.sin(i * i)),
  );
  const labels = Array.from({ length: 400 }, (_, i) => i % 40);
  const title =
    'A title with "quotes", <tags> & more, far too long to fit above the picture that it is the title of';
  const caption = "A caption that goes on for several lines. ".repeat(8);
  const history = [1, 2].map((epoch) => ({
    epoch,
    train: {
      negativeElbo: 1.5e8 / epoch,
      kl: 3e-8,
      reconstruction: -12345.6,
      weightedTotalCorrelationEstimate: 1,
    },
    validation: { negativeElbo: 1.4e8 / epoch },
  }));
  return {
    curves: await lossCurves(history, { title, caption }),
    narrow: await lossCurves(history, { title, caption, width: 300 }),
    scatter: await latentScatter({
      points,
      labels,
      classNames: NAMES,
      title,
      caption,
      explained: [0.5, 0.2],
    }),
    strip: await latentScatter({
      points: tensor("float64", [800, 1], points.data),
      labels: [...labels, ...labels],
      classNames: NAMES,
    }),
    manifold: await manifoldMap(tensor("uint8", [400, 1, 1]), {
      shape: [1, 1],
      axis: linearAxis(20),
      title,
      caption,
    }),
  };
}

describe("svgToPng", () => {
  it("draws at the width asked for, and at the SVG's own without", async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#f00"/></svg>';
    expect(await decodePng(await svgToPng(svg))).toMatchObject({ width: 40, height: 20 });
    const large = await decodePng(await svgToPng(svg, 80));
    expect(large).toMatchObject({ width: 80, height: 40, channels: 4 });
    expect([...large.data.slice(0, 4)]).toEqual([255, 0, 0, 255]);
    expect(await svgToPng(svg, 80)).toEqual(await svgToPng(svg, 80));
  });

  it.each(["system-ui, sans-serif", "No Such Font", "DejaVu Sans"])("draws text set in %s", async (font) => {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="30" font-family="${font}">` +
      '<text x="5" y="22" font-size="20">−z₁ →</text></svg>';
    const { data } = await decodePng(await svgToPng(svg));
    expect(data.filter((value, i) => i % 4 === 3 && value > 128).length).toBeGreaterThan(50);
  });

  it("refuses what is no SVG", async () => {
    await expect(svgToPng("<svg")).rejects.toThrow(/the SVG cannot be drawn/);
    await expect(svgToPng("<svg/>", 0)).rejects.toThrow(/width/);
  });
});

describe("charts", () => {
  it("are well-formed and keep everything inside their edges", async () => {
    for (const [name, svg] of Object.entries(await charts())) {
      const contents = svg.replace(/<rect class="latent-paper"[^>]*>/, "");
      const drawing = new Resvg(contents, {
        font: {
          loadSystemFonts: false,
          fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) =>
            resolve(`dejavu-fonts-ttf/ttf/${file}`),
          ),
          defaultFontFamily: "DejaVu Sans",
        },
      });
      const box = drawing.getBBox();
      expect(box, name).toBeDefined();
      if (box === undefined) continue;
      expect(box.x, name).toBeGreaterThanOrEqual(0);
      expect(box.y, name).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, name).toBeLessThanOrEqual(drawing.width);
      expect(box.y + box.height, name).toBeLessThanOrEqual(drawing.height);
    }
  });
});

describe("the room", () => {
  const folder = new URL(".", import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => ({ name, code: readFileSync(new URL(name, folder), "utf8") }));

  it("loads its heavy libraries only when something is drawn", () => {
    for (const { name, code } of sources) {
      const eager = [...code.matchAll(/^(?:import|export) (?!type )[^;]* from "([^".][^"]*)"/gm)].map(
        (match) => match[1],
      );
      expect(eager, name).toEqual([]);
    }
  });

  it("keeps what only Node has in node.ts", () => {
    for (const { name, code } of sources.filter((source) => source.name !== "node.ts")) {
      expect(code, name).not.toMatch(/node:|resvg-js|Buffer|from "\.\/node\.js"/);
    }
  });
});
