import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { datasets, modelColumns } from "../data/index.js";
import { vaeFor } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { tensor } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run } from "../train/index.js";
import { type TrainOptions, trainOn } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
afterAll(scratch.remove);

/** Rows of a category and a number that is missing in a third of the rows of one category. */
const lines = Array.from({ length: 240 }, (_, i) => {
  const kind = ["red", "green", "blue"][i % 3] as string;
  const size = kind === "green" && i % 2 === 0 ? "" : (10 * Math.sin(i * 12.9898) + (i % 3)).toFixed(3);
  return `${kind},${size},${i % 7}`;
});
writeFileSync(at("rows.csv"), `colour,size,visits\n${lines.join("\n")}\n`);
const data = datasets.table(at("rows.csv"));

const model = async () => vaeFor(await data, { latent: 2, network: "table(hidden=[8])" });
const train = async (more: TrainOptions): Promise<Run> =>
  trainOn(platform, await model(), await data, { batchSize: 32, epochs: 3, ...more });

describe("a run on a table with missing values", () => {
  it("that is interrupted and resumed equals one that was not, bit for bit", async () => {
    const { schema } = await data;
    const table = schema?.kind === "columns" ? schema.table : undefined;
    expect(table && modelColumns(table).some(({ gate }) => gate !== undefined)).toBe(true);
    const whole = await train({ out: at("whole") });
    const abort = new AbortController();
    await train({
      out: at("parts"),
      signal: abort.signal,
      onEvent: ({ type }) => {
        if (type === "epoch") abort.abort();
      },
    });
    const resumed = await train({ out: at("parts"), resume: true });
    expect(resumed.model.weights).toEqual(whole.model.weights);
    expect(resumed.history).toEqual(whole.history);
    expect(whole.history).toHaveLength(3);
    expect(whole.history.every(({ evaluation }) => Number.isFinite(evaluation.negativeElbo))).toBe(true);
  });

  it("gives a model that completes rows and keeps what is given", async () => {
    const { model: trained } = await train({ epochs: 1 });
    const numbers = trained.definition.dataSize;
    const x = tensor("float32", [4, numbers], new Float32Array(4 * numbers).fill(Number.NaN));
    for (let i = 0; i < 4; i++) x.data[i * numbers] = i % 3;
    const completed = await trained.complete(x, { seed: 1 });
    expect(Array.from({ length: 4 }, (_, i) => completed.data[i * numbers])).toEqual([0, 1, 2, 0]);
    expect((await trained.complete(x, { seed: 1 })).data).toEqual(completed.data);
    const each = await trained.logProbEach(x);
    expect(each.shape).toEqual([4, numbers]);
    each.data.forEach((value, i) => {
      if (i % numbers > 0) expect(value).toBe(0);
      else expect(value).toBeLessThan(0);
    });
    await trained.close();
  });

  it("is described in one line that does not list the columns", async () => {
    const text = (await model()).describe();
    expect(text).toMatch(/^\d columns-\d+-8-\d/);
    expect(text).toContain("likelihood columns");
    expect(text).not.toMatch(/colour|visits/);
  });
});
