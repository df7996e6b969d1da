import { describe, expect, it } from "vitest";
import { tensor } from "../tensor/index.js";
import { lossCurves } from "./curves.js";
import { imageGrid } from "./image-grid.js";
import { encodePng } from "./png.js";
import { type Report, reportHtml } from "./report.js";

const EVIL = `<script>alert("1")</script>&'`;

async function fullReport(text = "plain"): Promise<Report> {
  const png = await encodePng(imageGrid(tensor("uint8", [4, 5, 3]), { shape: [5, 3], scale: 1, gap: 0 }));
  return {
    title: text,
    subtitle: text,
    figures: [
      { label: text, value: text, unit: text },
      { label: "KL", value: 5.8004 },
    ],
    warnings: [text],
    examples: [{ title: text, caption: text, columns: [text, "price"], rows: [[text, "1.50"]], right: [1] }],
    pictures: [
      { title: text, caption: text, alt: text, png },
      { title: text, svg: await lossCurves([{ epoch: 1, train: { kl: 1 } }], { title: text }) },
    ],
    tables: [
      {
        title: text,
        columns: [text, "n"],
        rows: [
          [text, 1],
          [null, 12345],
        ],
      },
    ],
    config: {
      [text]: text,
      model: { hidden: [256, 128], [text]: { z: 2 } },
      lr: 0.001,
      seed: 20261123,
      none: null,
    },
    environment: { node: text },
    footer: text,
  };
}

describe("reportHtml", () => {
  it("escapes every text that is put into it", async () => {
    const html = reportHtml(await fullReport(EVIL));
    expect(html).not.toContain("<script");
    expect(html).not.toContain(`"1"`);
    expect(
      html.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;/g)?.length,
    ).toBeGreaterThanOrEqual(20);
    // What is left when attributes and text are taken away is tags of the report's own.
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/g)].map((match) => match[1]));
    const own =
      "html head meta title style body main header h1 h2 h3 p dl div dt dd aside ul li section figure";
    const more = "img figcaption table thead tr th tbody td footer";
    expect([...tags].filter((tag) => !`${own} ${more}`.split(" ").includes(tag ?? ""))).toEqual([]);
  });

  it("needs nothing from outside and runs nothing", async () => {
    const html = reportHtml(await fullReport());
    for (const [, uri = ""] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
      expect(uri).toMatch(/^data:image\/(png|svg\+xml);base64,[A-Za-z0-9+/=]+$/);
    }
    expect(html).not.toMatch(/url\(|@import|<link|<script|http:\/\/|https:\/\//);
    expect(html).toContain("default-src 'none'");
  });

  it("states sizes and alternative texts of pictures", async () => {
    const report = await fullReport();
    const html = reportHtml(report);
    const images = html.match(/<img[^>]*>/g) ?? [];
    expect(images.length).toBe(2);
    expect(images[0]).toMatch(/ width="6" height="10" alt="plain">/);
    expect(images[1]).toMatch(
      / alt="Loss curves against the epoch. KL divergence from 1 to 1 nats per example.">/,
    );
    const svg = report.pictures?.[1]?.svg ?? "";
    expect(html).toContain(Buffer.from(svg, "utf8").toString("base64"));
  });

  it("flattens settings and shows them exactly, and measurements with the digits that matter", async () => {
    const html = reportHtml(await fullReport());
    expect(html).toContain("<dt>model.hidden</dt><dd>256, 128</dd>");
    expect(html).toContain("<dt>model.plain.z</dt><dd>2</dd>");
    expect(html).toContain("<dt>lr</dt><dd>0.001</dd>");
    expect(html).toContain("<dt>seed</dt><dd>20261123</dd>");
    expect(html).toContain("<dt>none</dt><dd>none</dd>");
    expect(html).toContain('<dd class="value">5.800</dd>');
    expect(html).toContain('<td class="number">12,345</td>');
  });

  it("shows examples before pictures, numbers that are texts flush right where it is told", async () => {
    const html = reportHtml(await fullReport());
    expect(html).toContain('<td>plain</td><td class="number">1.50</td>');
    expect(html.indexOf("1.50")).toBeLessThan(html.indexOf("<h2>Pictures"));
    expect(html).toContain('<p class="caption">plain</p>');
  });

  it("folds long tables away, and leaves empty parts out", () => {
    const rows = Array.from({ length: 21 }, (_, i) => [i]);
    const html = reportHtml({ title: "t", tables: [{ title: "Long", columns: ["n"], rows }] });
    expect(html).toContain("<summary>21 rows</summary>");
    expect(html).not.toMatch(/<aside|<figure|Configuration|Environment|<dl/);
  });

  it("gives the same bytes again", async () => {
    expect(reportHtml(await fullReport())).toBe(reportHtml(await fullReport()));
  });

  it("refuses pictures that are none", () => {
    expect(() => reportHtml({ title: "t", pictures: [{ title: "a", png: new Uint8Array(30) }] })).toThrow(
      /"a" is no PNG/,
    );
    expect(() => reportHtml({ title: "t", pictures: [{ title: "b", svg: "<p>" }] })).toThrow(/"b" is no SVG/);
  });
});
