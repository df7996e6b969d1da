import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, tensor, UserError } from "../tensor/index.js";
import { checkDamages } from "../testing/damage.js";
import { scratchFolder } from "../testing/run-cli.js";
import { decodeCheckpoint, encodeCheckpoint } from "../train/checkpoint.js";
import { checksumFile } from "./checksums.js";
import type { TrainEvent } from "../train/index.js";
import type { Platform, Run } from "../train/index.js";
import { loadModelOn, readMetrics, runFiles, type TrainOptions, trainOn } from "./index.js";
import { mendMetrics } from "./metrics.js";
import { folderPlace } from "./place/folder-place.js";
import type { TrainState } from "../train/index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const good = path.join(scratch.folder, "good");
const bad = path.join(scratch.folder, "bad");
const at = (...names: string[]): string => path.join(bad, ...names);
const noise = new RandomStream(1, "data").uniform(new Float32Array(80 * 16), 0);
const bytes = Uint8Array.from(noise, (u) => 255 * u);
const data = fromArrays({ shape: [4, 4], train: bytes.subarray(0, 60 * 16), test: bytes.subarray(60 * 16) });
const model = vae({ input: [4, 4], hidden: [6] });

function run(out: string, options: TrainOptions = {}): Promise<Run> {
  // So high a rate that the first epoch stays the best.
  const settings = { batchSize: 30, epochs: 4, lr: 0.3, validation: 0.25, patience: 100 };
  return trainOn(platform, model, data, { ...settings, ...options, out, resume: true });
}

/** Resumes the copied run for one epoch more; returns its warnings. */
async function warningsOf(options: TrainOptions = {}): Promise<string[]> {
  const warnings: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.type === "warning" && /bad/.test(event.message)) warnings.push(event.message);
  };
  await run(bad, { epochs: 5, ...options, onEvent });
  return warnings;
}

let state: TrainState;
beforeAll(async () => {
  await run(good);
  const file = path.join(good, runFiles.last);
  state = decodeCheckpoint(readFileSync(file), file);
  expect(state.progress.best?.epoch).toBeLessThan(4);
});
beforeEach(() => {
  rmSync(bad, { recursive: true, force: true });
  cpSync(good, bad, { recursive: true });
});
afterAll(scratch.remove);

describe("damaged files", { timeout: 600_000 }, () => {
  test("a checkpoint is the same or refused", async () => {
    const refused = await checkDamages({
      original: encodeCheckpoint(state),
      names: /last\.safetensors/,
      read: (changed) => decodeCheckpoint(changed, "last.safetensors"),
      accept: (found) => expect(found).toEqual(state),
    });
    expect(refused).toBeGreaterThan(10);
  });

  test("a checkpoint whose checksum is right but whose progress is not says which field", () => {
    const write = (progress: unknown): Uint8Array =>
      encodeCheckpoint({ ...state, progress: progress as TrainState["progress"] });
    const { progress } = state;
    const cases: [unknown, RegExp][] = [
      [null, /damaged/],
      [[], /damaged/],
      [{ ...progress, step: -1 }, /step/],
      [{ ...progress, step: "7" }, /step/],
      [{ ...progress, stepInEpoch: 0.5 }, /stepInEpoch/],
      [{ ...progress, history: progress.history.slice(1) }, /history/],
      [{ ...progress, history: [null] }, /history\.0/],
      [{ ...progress, best: { value: "x", epoch: 1 } }, /best\.value/],
      [{ ...progress, best: { value: 1, epoch: 9 } }, /best/],
      [{ ...progress, finished: undefined }, /finished/],
      [{ ...progress, sums: { kl: null } }, /sums/],
    ];
    for (const [value, message] of cases) {
      const read = (): unknown => decodeCheckpoint(write(value), "last.safetensors");
      expect(read).toThrow(UserError);
      expect(read).toThrow(message);
      expect(read).toThrow(/^last\.safetensors/);
    }
  });

  test("SHA256SUMS is the same or refused, whatever is changed in it", async () => {
    const before = (await loadModelOn(platform, bad)).weights;
    const original = readFileSync(at("model", checksumFile));
    const refused = await checkDamages({
      original,
      names: /SHA256SUMS/,
      read: async (changed) => {
        writeFileSync(at("model", checksumFile), changed);
        return (await loadModelOn(platform, bad)).weights;
      },
      accept: (weights) => expect(weights).toEqual(before),
    });
    expect(refused).toBeGreaterThan(10);
    for (const line of original.toString().trim().split("\n")) {
      writeFileSync(at("model", checksumFile), original.toString().replace(`${line}\n`, ""));
      await expect(loadModelOn(platform, bad)).rejects.toThrow(/SHA256SUMS is damaged: it has no line for/);
    }
    rmSync(at("model", checksumFile));
    expect((await loadModelOn(platform, bad)).weights).toEqual(before);
  });

  test.each(["weights.safetensors", "model.json", "encoder.onnx"])(
    "%s is the same or refused",
    async (name) => {
      const before = (await loadModelOn(platform, bad)).weights;
      await checkDamages({
        original: readFileSync(at("model", name)),
        names: new RegExp(name.replace(".", "\\.")),
        read: async (changed) => {
          writeFileSync(at("model", name), changed);
          return (await loadModelOn(platform, bad)).weights;
        },
        accept: (weights) => expect(weights).toEqual(before),
      });
    },
  );

  test("weights without checksums give a UserError or a model", async () => {
    rmSync(at("model", checksumFile));
    await checkDamages({
      original: readFileSync(at("model", "weights.safetensors")),
      names: /weights\.safetensors/,
      read: async (changed) => {
        writeFileSync(at("model", "weights.safetensors"), changed);
        return (await loadModelOn(platform, bad)).weights;
      },
    });
  });

  test("metrics are read, or refused with the line; resuming restores them and keeps what was there", async () => {
    const original = readFileSync(at("metrics.jsonl"));
    await checkDamages({
      original,
      names: /metrics\.jsonl is damaged: line \d+/,
      read: async (changed) => {
        writeFileSync(at("metrics.jsonl"), changed);
        return readMetrics(bad);
      },
      accept: (records) => expect(records.map(({ epoch }) => epoch)).toEqual(records.map((_, i) => i + 1)),
    });
    await checkDamages({
      original,
      names: /never/,
      read: async (changed, seed) => {
        writeFileSync(at("metrics.jsonl"), changed);
        const warning = await mendMetrics(folderPlace(bad), state.progress.history);
        expect(readFileSync(at("metrics.jsonl"))).toEqual(original);
        const copy = /is kept as (.*)$/.exec(warning ?? "")?.[1];
        expect(copy === undefined, `${seed}: ${warning}`).toBe(warning === undefined);
        if (copy === undefined) return;
        expect(readFileSync(copy)).toEqual(Buffer.from(changed));
        rmSync(copy);
      },
    });
  });
});

describe("a folder that was tampered with, resumed", () => {
  const lines = (): string[] => readFileSync(at("metrics.jsonl"), "utf8").trim().split("\n");
  const write = (changed: readonly string[]): void =>
    writeFileSync(at("metrics.jsonl"), changed.map((line) => `${line}\n`).join(""));

  test("warns of metrics that are lost, doubled or changed, and restores them", async () => {
    const [first = "", second = "", third = "", fourth = ""] = lines();
    const cases: [string[], RegExp][] = [
      [[first, third, fourth], /epoch 2 is missing/],
      [[first, second, second, third, fourth], /line 3 repeats epoch 2/],
      [[first, second, third], /epoch 4 is missing/],
      [
        [first, second.replace(/"step":\d+/, '"step":999'), third, fourth],
        /line 2 has other figures for epoch 2/,
      ],
      [[second, first, third, fourth], /line 2, of epoch 1, is out of place/],
      [[first, "", third, fourth], /line 2 is damaged: it is no JSON/],
      [["[1]", "{}", second, third, fourth], /line 1 is damaged.*line 2 is damaged: epoch/],
    ];
    for (const [changed, message] of cases) {
      rmSync(bad, { recursive: true, force: true });
      cpSync(good, bad, { recursive: true });
      write(changed);
      const held = readFileSync(at("metrics.jsonl"));
      const warnings = await warningsOf();
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(message);
      expect(readFileSync(at("metrics.changed-1.jsonl"))).toEqual(held);
      expect(lines().slice(0, 4)).toEqual([first, second, third, fourth]);
      expect(lines()).toHaveLength(5);
    }
  });

  test("says nothing of what a kill leaves: a line too many, or cut off", async () => {
    const before = readFileSync(at("metrics.jsonl"), "utf8");
    const fifth = (lines()[3] ?? "").replace('"epoch":4', '"epoch":5');
    for (const rest of [`${fifth}\n`, fifth.slice(0, 40), fifth]) {
      rmSync(bad, { recursive: true, force: true });
      cpSync(good, bad, { recursive: true });
      writeFileSync(at("metrics.jsonl"), before + rest);
      expect(await warningsOf()).toEqual([]);
      expect(lines()).toHaveLength(5);
      expect(readdirSync(bad).filter((name) => name.includes("changed"))).toEqual([]);
    }
  });

  test("refuses a best checkpoint that is damaged or of another run, and warns of one that is missing", async () => {
    const file = at(runFiles.best);
    const best = readFileSync(file);
    writeFileSync(file, best.subarray(0, best.length - 3));
    await expect(run(bad, { epochs: 5 })).rejects.toThrow(/best\.safetensors/);
    cpSync(at(runFiles.last), file);
    await expect(run(bad, { epochs: 5 })).rejects.toThrow(
      /best\.safetensors is not the best checkpoint of this run/,
    );
    rmSync(file);
    expect((await warningsOf())[0]).toMatch(/best\.safetensors, with the weights of epoch \d, is missing/);
  });

  test("refuses a checkpoint of another model", async () => {
    const other = { ...state, tensors: { ...state.tensors, "encoder.0.bias": tensor("float32", [3]) } };
    writeFileSync(at(runFiles.last), encodeCheckpoint(other));
    await expect(run(bad, { epochs: 5 })).rejects.toThrow(/"encoder\.0\.bias".*it is another run's/);
  });

  test("starts from the beginning, and says so, where there is no checkpoint any more", async () => {
    rmSync(at("checkpoint"), { recursive: true });
    const warnings = await warningsOf();
    expect(warnings[0]).toMatch(/holds no checkpoint: the run starts from the beginning/);
    expect(warnings[1]).toMatch(/metrics\.jsonl did not agree/);
    expect(lines()).toHaveLength(5);
  });
});
