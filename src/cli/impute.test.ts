import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasets } from "../data/index.js";
import { vaeFor } from "../model/index.js";
import { train } from "../node.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
const latent = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

const read = (name: string): string[] => readFileSync(at(name), "utf8").trim().split("\n");

/** Sizes and their words; `comment` is free text that no model takes. */
function lines(count: number, holes: boolean): string[] {
  const words = ["small", "middle", "large"];
  return Array.from({ length: count }, (_, i) => {
    const size = (i * 7) % 3;
    const length = (10 * size + ((i * 13) % 50) / 10).toFixed(1);
    const cells = [`"row ""${i}"""`, length, words[size] ?? "", `007${i}`];
    if (holes && i % 4 === 1) cells[1] = "";
    if (holes && i % 4 === 2) cells[2] = "";
    return cells.join(";");
  });
}

beforeAll(async () => {
  writeFileSync(at("all.csv"), ["comment;length;size;id", ...lines(300, false), ""].join("\n"));
  writeFileSync(at("holes.csv"), ["comment;length;size;id", ...lines(80, true), ""].join("\n"));
  const data = await datasets.table(at("all.csv"), { seed: 0 });
  const model = vaeFor(data, { latent: 2 });
  await train(model, data, { epochs: 200, batchSize: 32, seed: 0, threads: 1, out: at("run") });
}, 60_000);

describe("latent impute", () => {
  test("fills what is missing, and nothing else", async () => {
    const args = ["--out", "filled.csv", "--draws", "5", "--uncertainty", "sure.csv"];
    const { code, stdout, stderr } = await latent("impute", "run", "holes.csv", ...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("filled.csv\nsure.csv\n");
    expect(stderr).toContain("40 missing cells filled in 40 of 80 rows, none dropped");
    const [before, after, full] = [read("holes.csv"), read("filled.csv"), lines(80, false)];
    expect(after).toHaveLength(before.length);
    expect(after[0]).toBe(before[0]);
    let right = 0;
    for (let i = 1; i < before.length; i++) {
      const [old, now, truth] = [before, after, ["", ...full]].map((each) => (each[i] ?? "").split(";"));
      for (const [k, text] of (old ?? []).entries()) {
        if (text !== "") expect(now?.[k]).toBe(text);
        else if (k === 2 && now?.[k] === truth?.[k]) right++;
        else if (k === 1) expect(now?.[k]).toMatch(/^\d+\.\d$/);
      }
    }
    expect(right).toBeGreaterThan(15);
    const [head, ...sure] = read("sure.csv");
    expect(head).toBe("row,column,value,deviation,low,high,probability");
    expect(sure).toHaveLength(40);
    expect(sure[0]).toMatch(/^2,length,\d+\.\d,[\d.e-]+,\d+\.\d,\d+\.\d,$/);
    expect(sure[1]).toMatch(/^3,size,(small|middle|large),,,,[\d.]+$/);
  });

  test("writes Parquet and JSON lines, and several completed tables", async () => {
    const many = ["--draws", "3", "--multiple", "--out", "many.jsonl"];
    const { code, stderr } = await latent("impute", "run", "holes.csv", ...many);
    expect(code, stderr).toBe(0);
    const rows = read("many.jsonl").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toHaveLength(240);
    expect(Object.keys(rows[0] ?? {})).toEqual(["imputation", "comment", "length", "size", "id"]);
    expect(rows.map(({ imputation }) => imputation)).toEqual(
      [1, 2, 3].flatMap((k) => Array(80).fill(k) as number[]),
    );
    expect(rows.every(({ length, size }) => typeof length === "number" && typeof size === "string")).toBe(
      true,
    );
    expect(rows[160]?.comment).toBe('row "0"');
    expect(rows[160]?.id).toBe("0070");
    expect((await latent("impute", "run", "holes.csv", "--out", "filled.parquet")).code).toBe(0);
    const back = await latent("impute", "run", "filled.parquet", "--out", "again.csv");
    expect(back.code, back.stderr).toBe(0);
    expect(back.stderr).toContain("0 missing cells filled in 0 of 80 rows");
    expect(read("again.csv")[1]?.split(",").slice(1)).toEqual(["0.0", "small", "0070"]);
  });

  test("a column that the file lacks is added, and told of", async () => {
    writeFileSync(at("some.csv"), "length\n0.5\n22.5\n");
    const { code, stderr } = await latent("impute", "run", "some.csv", "--out", "some-filled.csv");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('There is no column "size"');
    expect(read("some-filled.csv")).toEqual(["length,size", "0.5,small", "22.5,large"]);
  });

  test("refuses in words, and leaves nothing behind", async () => {
    const refused = async (words: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await latent("impute", ...args);
      expect(stderr).toMatch(words);
      expect(code).not.toBe(0);
    };
    writeFileSync(at("empty.csv"), "length;size\n");
    writeFileSync(at("other.csv"), "a,b\n1,2\n");
    writeFileSync(at("bad.csv"), "length,size\n1.5,small\nlong,\n");
    writeTinyData(at("tiny"));
    await latent(
      "train",
      "tiny",
      "--epochs",
      "1",
      "--hidden",
      "4",
      "--threads",
      "1",
      "--no-pictures",
      "--out",
      "pictures",
    );
    await refused(/--out must end in .csv/, "run", "holes.csv", "--out", "x.png");
    await refused(
      /would overwrite or mix with holes.csv, which the command reads/,
      "run",
      "holes.csv",
      "--out",
      "holes.csv",
    );
    await refused(/no rows/, "run", "empty.csv", "--out", "no.csv", "--uncertainty", "no-sure.csv");
    await refused(/none of the model's columns \(length, size\)/, "run", "other.csv", "--out", "no.csv");
    await refused(/row 2 has "long" in the column "length"/, "run", "bad.csv", "--out", "no.csv");
    await refused(/not trained on a table/, "pictures", "holes.csv", "--out", "no.csv");
    await refused(/nowhere.csv/, "run", "nowhere.csv", "--out", "no.csv");
    expect(readdirSync(scratch.folder).filter((name) => /^no|part/.test(name))).toEqual([]);
  });
});
