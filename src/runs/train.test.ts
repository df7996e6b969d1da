import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { claimFolder } from "../cli/default-folder.js";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { UserError } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run, TrainEvent } from "../train/index.js";
import { loadModelOn, readRunConfig, type TrainOptions, trainOn } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
afterAll(scratch.remove);

const model = vae({ input: [4], hidden: [4] });
const bytes = Uint8Array.from({ length: 160 }, (_, i) => (i * 7919) % 256);
const data = fromArrays({ shape: [4], train: bytes, test: bytes.slice(0, 40) });

function train(options: unknown, of: unknown = model, on: unknown = data): Promise<Run> {
  return trainOn(platform, of as typeof model, on as typeof data, options as TrainOptions);
}

describe("train refuses", () => {
  it.each<[unknown, RegExp]>([
    [{ epoch: 1 }, /^train has no option "epoch"; did you mean "epochs"\?$/],
    [{ batchsize: 1 }, /^train has no option "batchsize"; did you mean "batchSize"\?$/],
    [{ objective: "elbow" }, /^train: objective: unknown objective "elbow"; did you mean "elbo"/],
    [{ epochs: 1.5 }, /^train: epochs must be a whole number from 1 to 1,000,000, got 1\.5$/],
    [{ onEvent: 3 }, /^train: onEvent must be a function, got 3$/],
    [{ out: 3 }, /^train: out must be a text/],
    [[], /^train takes its options as an object, got an array/],
    [{ patience: 2 }, /`patience`\) needs held-out examples: give `validation`/],
  ])("%j", async (options, message) => {
    await expect(train(options)).rejects.toThrow(message);
    await expect(train(options)).rejects.toThrow(UserError);
  });

  it("data that were not awaited, and what is no model", async () => {
    await expect(train({}, model, Promise.resolve(data))).rejects.toThrow(
      /the data set is a Promise: await it/,
    );
    await expect(train({}, { input: [4] })).rejects.toThrow(/model must be a model, such as vae/);
  });
});

describe("a resumed run", () => {
  it("takes what is not given again from the run, changes its learning rate, and says so", async () => {
    const out = at("lr");
    await train({ out, epochs: 1, lr: 0.01, seed: 5, batchSize: 8, objective: "simple" });
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): void => void events.push(event);
    const resumed = await train({ out, resume: true, epochs: 2, lr: 0.002, onEvent });
    expect(resumed.history).toHaveLength(2);
    expect(events.find(({ type }) => type === "start")).toMatchObject({
      changed: [{ name: "lr", before: 0.01, now: 0.002 }],
      position: { epochs: 2 },
      objective: "simple",
    });
    const config = await readRunConfig(out);
    expect(config).toMatchObject({ seed: 5, batchSize: 8, epochs: 2, optimizer: { config: { lr: 0.002 } } });
    const kept = await train({ out, resume: true, epochs: 3, onEvent });
    expect(kept.history).toHaveLength(3);
    expect((await readRunConfig(out))?.optimizer.config.lr).toBe(0.002);
    await expect(train({ out, resume: true, optimizer: "adam(beta1=0.5)" })).rejects.toThrow(
      /optimizer\.config\.beta1 0\.9, but 0\.5 is asked for/,
    );
    await expect(train({ out, resume: true, batchSize: 4 })).rejects.toThrow(/batchSize 8, but 4/);
  });

  it("takes schedule, average, clipping and the like from the run, and may change the schedule", async () => {
    const out = at("schedule");
    const told = { ema: 0.9, clipNorm: 1, accumulate: 2, lrDecoder: 0.1, schedule: "cosine(warmup=2)" };
    const started: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): void => void (event.type === "start" && started.push(event));
    const changes = (): unknown => (started.at(-1) as Extract<TrainEvent, { type: "start" }>).changed;
    await train({ out, epochs: 1, ...told });
    const kept = await train({ out, resume: true, epochs: 2, onEvent });
    expect(changes()).toEqual([]);
    expect(kept.history[1]?.gradientNorm).toBeGreaterThan(0);
    expect(await readRunConfig(out)).toMatchObject({ ema: 0.9, accumulate: 2, schedule: { name: "cosine" } });
    await train({
      out,
      resume: true,
      epochs: 3,
      schedule: "constant",
      optimizer: "adam(weight-decay=0.1)",
      onEvent,
    });
    expect(changes()).toEqual([
      { name: "schedule", before: "cosine(min=0, warmup=2)", now: "constant" },
      { name: "weightDecay", before: undefined, now: 0.1 },
      { name: "decay", before: undefined, now: "weights" },
    ]);
    expect(await readRunConfig(out)).not.toHaveProperty("schedule");
    await expect(train({ out, resume: true, accumulate: 3 })).rejects.toThrow(
      /accumulate 2, but 3 is asked for/,
    );
    await expect(train({ out, resume: true, optimizer: "sgd" })).rejects.toThrow(
      /optimizer\.name "adam", but "sgd"/,
    );
  });

  it("of fewer epochs than are done says that there is nothing to train, and keeps them", async () => {
    const out = at("fewer");
    await train({ out, epochs: 2 });
    const before = readFileSync(path.join(out, "config.json"), "utf8");
    const events: TrainEvent[] = [];
    const run = await train({
      out,
      resume: true,
      epochs: 1,
      onEvent: (event: TrainEvent) => void events.push(event),
    });
    expect(run).toMatchObject({ finished: true, stepsTrained: 0 });
    expect(events).toContainEqual(expect.objectContaining({ type: "stopped", reason: "already finished" }));
    expect(readFileSync(path.join(out, "config.json"), "utf8")).toBe(before);
  });
});

it("runs at once without a folder of their own get one each", async () => {
  const claimed = await Promise.all(Array.from({ length: 6 }, () => claimFolder("digits", 2, at("runs"))));
  expect(new Set(claimed.map(({ folder }) => folder)).size).toBe(6);
  for (const { giveBack } of claimed) await giveBack();
  expect((await claimFolder("digits", 2, at("runs"))).folder).toBe(at("runs", "digits-z2"));
});

describe("functions of a trained model say what they take", () => {
  it.each<[string, (run: Run) => Promise<unknown>, RegExp]>([
    [
      "encode",
      ({ model: m }) => m.encode([[1, 2]] as never),
      /encode: x must be a tensor of uint8 or float32/,
    ],
    ["decode", ({ model: m }) => m.decode(null as never), /decode: z must be a tensor .*, got null/],
    [
      "generate",
      ({ model: m }) => m.generate(2, { sed: 1 } as never),
      /generate has no option "sed".*"seed"/,
    ],
    ["generate text", ({ model: m }) => m.generate("2" as never), /number of samples must be .*, got "2"/],
    ["un-awaited", ({ model: m }) => m.encode(m.generate(1) as never), /encode: x is a Promise: await it/],
    [
      "save",
      async ({ model: m }) => (await m.generate(1)).save(3 as never),
      /saveImages: the path must be a text/,
    ],
    ["load", () => loadModelOn(platform, undefined as never), /loadModel: the folder must be a text/],
    [
      "load options",
      () => loadModelOn(platform, "x", { family: 1 } as never),
      /no option "family".*families/,
    ],
  ])("%s", async (_name, call, message) => {
    const run = await train({ epochs: 1 });
    await expect(call(run)).rejects.toThrow(message);
    await expect(call(run)).rejects.toThrow(UserError);
  });

  it("fromArrays", () => {
    for (const wrong of [
      null,
      "text",
      3,
      [1, 2],
      {},
      { train: null },
      { train: "x" },
      { train: { examples: 3 } },
    ]) {
      expect(() => fromArrays(wrong as never), JSON.stringify(wrong)).toThrow(UserError);
    }
    expect(() => fromArrays({ train: Promise.resolve([]) } as never)).toThrow(/train is a Promise: await it/);
    expect(() => fromArrays({ tain: [] } as never)).toThrow(/no option "tain".*"train"/);
  });
});
