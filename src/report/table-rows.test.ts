import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { datasets } from "../data/index.js";
import { train } from "../node.js";
import { vaeFor } from "../model/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import { writeReport } from "./index.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
afterAll(scratch.remove);

const evil = `<b onclick="x()">&'`;

test("a table's run is drawn as rows in the table's own format and as columns beside the training rows", async () => {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const price = `${((i * 37) % 50) + 1},${(i * 7) % 10}0 €`;
    const day = `${String((i % 28) + 1).padStart(2, "0")}.0${(i % 9) + 1}.2024`;
    return `C-${1000 + i};${price};${day};${i % 3 === 0 ? evil : i % 3 === 1 ? "plain" : "other"}`;
  });
  writeFileSync(at("shop.csv"), ["id;price;day;kind", ...rows].join("\n"));
  const data = await datasets.table(at("shop.csv"));
  const run = await train(vaeFor(data), data, { out: at("run"), epochs: 2, device: "cpu", threads: 1 });
  expect(run.evaluation?.mse).toBeNull();
  const { report, pictures, skipped } = await writeReport(run);
  await run.model.close();
  expect(skipped).toEqual([]);
  expect(pictures.map((file) => path.basename(file))).toEqual([
    "columns.svg",
    "loss.svg",
    "loss.png",
    "latent.svg",
  ]);
  const html = readFileSync(report, "utf8");
  expect(html).not.toMatch(/MSE|binarised|Reconstructions/);
  expect(html).not.toContain("<b onclick");
  expect(html).toContain("&lt;b onclick=&quot;x()&quot;&gt;&amp;&#39;");
  const [table = ""] = /<section><h2>Generated rows[\s\S]*?<\/section>/.exec(html) ?? [];
  expect(table.match(/<tr>/g)).toHaveLength(17);
  // keys are new ones, numbers and dates as the file writes them
  expect(table).toContain("<td>C-1120</td>");
  expect(table.match(/<td class="number">\d+,\d0 €<\/td>/g)).toHaveLength(16);
  expect(table.match(/<td class="number">\d\d\.\d\d\.2024<\/td>/g)).toHaveLength(16);
  const columns = readFileSync(at("run", "images", "columns.svg"), "utf8");
  expect(columns).not.toContain("<b onclick");
  expect(columns).toContain("&lt;b onclick");
  // columns of numbers and dates are histograms, whose ends are written; keys are left out
  expect(columns).toContain("2024-01-");
  expect(columns).not.toMatch(/>id</);
  expect(columns).toMatch(/>price</);
});
