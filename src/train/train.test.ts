import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Dataset, fromArrays } from "../data/index.js";
import { distributions } from "../distributions/index.js";
import { vae } from "../model/index.js";
import { simple } from "../objectives/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { decodeCheckpoint } from "./checkpoint.js";
import type { TrainEvent } from "./events.js";
import { runFiles, type TrainOptions, trainOn } from "../runs/index.js";
import type { Platform, Run } from "./index.js";

const platform: Platform = {
  startEngine: async (_device, threads) => new LocalEngine(await nodeBackend("cpu", threads ?? 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

/** Bytes from a seeded stream, brighter on a diagonal that differs by class, so that there is something to learn. */
function blobs(n: number, seed: number): Tensor<"uint8"> {
  const noise = new RandomStream(seed, "blobs").uniform(new Float32Array(n * 64), 0);
  const data = Uint8Array.from(noise, (u, k) => {
    const [example, pixel] = [Math.floor(k / 64), k % 64];
    const bright = (Math.floor(pixel / 8) + example) % 8 === pixel % 8;
    return Math.floor(u * 60) + (bright ? 190 : 0);
  });
  return tensor("uint8", [n, 8, 8], data);
}

const data: Dataset = fromArrays({ name: "blobs", train: blobs(150, 1), test: blobs(40, 2) });
const model = vae({ input: [8, 8], latent: 3, hidden: [16, 8] });
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "latent-train-"));
  folders.push(made);
  return path.join(made, "run");
}

afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function run(options: TrainOptions = {}): Promise<Run> {
  return trainOn(platform, model, data, { epochs: 3, batchSize: 32, seed: 5, ...options });
}

function bytesOf(weights: Readonly<Record<string, Tensor>>): string {
  const hash = Object.keys(weights)
    .sort()
    .map((name) => {
      const value = weights[name] as Tensor;
      return `${name}:${Buffer.from(value.data.buffer as ArrayBuffer, value.data.byteOffset, value.data.byteLength).toString("base64")}`;
    });
  return hash.join("\n");
}

describe("training", () => {
  it("lowers the loss, evaluates every epoch and reports terms that add up", async () => {
    const { history, evaluation, finished } = await run({ epochs: 12, lr: 5e-3 });
    expect(finished).toBe(true);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const losses = history.map(({ train }) => train.negativeElbo ?? Number.NaN);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.9);
    expect(evaluation?.examples).toBe(40);
    expect(evaluation?.split).toBe("test");
    const { negativeElbo = 0, reconstruction = 0, kl = 0 } = evaluation?.terms ?? {};
    expect(evaluation?.negativeElbo).toBeCloseTo(reconstruction + kl, 3);
    expect(evaluation?.negativeElbo).toBeCloseTo(negativeElbo, 3);
  });

  it("counts every example once an epoch, the last partial batch included", async () => {
    const positions: number[] = [];
    const { history } = await run({
      epochs: 1,
      onEvent: (event) => {
        if (event.type === "progress") positions.push(event.position.step);
      },
    });
    expect(history[0]?.step).toBe(Math.ceil(150 / 32));
    expect(positions.at(-1)).toBe(5);
  });

  it("a batch larger than the data set is the whole data set", async () => {
    const { history } = await run({ epochs: 2, batchSize: 1000 });
    expect(history.at(-1)?.step).toBe(2);
  });

  it("gives identical bytes for one seed and others for another", async () => {
    const [a, b, c] = [await run(), await run(), await run({ seed: 6 })];
    expect(bytesOf(b.model.weights)).toBe(bytesOf(a.model.weights));
    expect(b.history.map(({ train }) => train)).toEqual(a.history.map(({ train }) => train));
    expect(bytesOf(c.model.weights)).not.toBe(bytesOf(a.model.weights));
  });

  it("takes float examples as they are, like the bytes they are 255ths of", async () => {
    const floats = (n: number, seed: number): Tensor<"float32"> =>
      tensor(
        "float32",
        [n, 8, 8],
        Float32Array.from(blobs(n, seed).data, (value) => Math.fround(value * Math.fround(1 / 255))),
      );
    const same = fromArrays({ name: "floats", train: floats(150, 1), test: floats(40, 2) });
    const a = await trainOn(platform, model, same, { epochs: 1, batchSize: 32, seed: 5 });
    const b = await run({ epochs: 1 });
    expect(bytesOf(a.model.weights)).toBe(bytesOf(b.model.weights));
  });
});

describe("a run that is interrupted", () => {
  it.each([1, 2, 3])("after checkpoint %i and resumed equals one that was not", async (stopAt) => {
    const small = { batchSize: 8 };
    const whole = await run(small);
    const out = folder();
    const controller = new AbortController();
    let events = 0;
    const slowly: TrainOptions = {
      ...small,
      out,
      signal: controller.signal,
      checkpointSeconds: 0,
      onEvent: (event: TrainEvent) => {
        if (event.type === "checkpoint" && ++events === stopAt) controller.abort();
      },
    };
    const part = await run(slowly);
    expect(part.finished).toBe(false);
    const resumed = await run({ ...small, out, resume: true });
    expect(resumed.finished).toBe(true);
    expect(bytesOf(resumed.model.weights)).toBe(bytesOf(whole.model.weights));
    const numbers = (r: Run): unknown => r.history;
    expect(numbers(resumed)).toEqual(numbers(whole));
    const lines = readFileSync(path.join(out, runFiles.metrics), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual([1, 2, 3]);
  });

  it("goes on for more epochs than it was started with", async () => {
    const out = folder();
    await run({ out, epochs: 1 });
    const more = await run({ out, epochs: 3, resume: true });
    expect(bytesOf(more.model.weights)).toBe(bytesOf((await run()).model.weights));
  });

  it("is refused without resume, and with other settings", async () => {
    const out = folder();
    await run({ out, epochs: 1 });
    await expect(run({ out, epochs: 1 })).rejects.toThrow(/holds a run.*resume/);
    await expect(run({ out, seed: 9, resume: true })).rejects.toThrow(/seed 5.*9/);
  });

  it("leaves a checkpoint whose every bit counts", async () => {
    const out = folder();
    await run({ out, epochs: 1 });
    const bytes = readFileSync(path.join(out, runFiles.last));
    expect(decodeCheckpoint(bytes, "last").progress.epoch).toBe(1);
    const stream = new RandomStream(3, "flip");
    const places = stream.integers(new Int32Array(40), bytes.length, 0);
    for (const place of places) {
      const damaged = Uint8Array.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ (1 << (place % 8));
      expect(() => decodeCheckpoint(damaged, "last.safetensors"), `byte ${place}`).toThrow(
        /last\.safetensors/,
      );
    }
  });

  it("leaves no half-written files", async () => {
    const out = folder();
    await run({ out, epochs: 1 });
    const names = readdirSync(out, { recursive: true }).map(String);
    expect(names.filter((name) => name.endsWith(".part"))).toEqual([]);
    for (const name of ["encoder.onnx", "decoder.onnx", "weights.safetensors", "model.json"]) {
      expect(statSync(path.join(out, "model", name)).size).toBeGreaterThan(0);
    }
  });
});

describe("training stops", () => {
  it("with a message at a number that isn't finite, and no empty run behind", async () => {
    const out = folder();
    await expect(run({ out, lr: 1e30 })).rejects.toThrow(
      /became (NaN|-?Infinity) at step \d+ \(epoch 1\).*--lr/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("early, when held-out data get no better", async () => {
    const stopped: string[] = [];
    const { history } = await run({
      epochs: 200,
      lr: 0.05,
      validation: 0.2,
      patience: 2,
      onEvent: (event) => {
        if (event.type === "stopped") stopped.push(event.reason);
      },
    });
    expect(stopped).toEqual(["early stopping"]);
    const values = history.map(({ evaluation }) => evaluation.terms.negativeElbo ?? Number.NaN);
    const best = values.indexOf(Math.min(...values));
    expect(history.length).toBe(best + 3);
    expect(history[0]?.evaluation.split).toBe("validation");
  });

  it("to warn of posterior collapse and say what to change", async () => {
    const warnings: string[] = [];
    await run({
      objective: simple(),
      epochs: 40,
      lr: 1e-2,
      onEvent: (event) => {
        if (event.type === "warning") warnings.push(event.message);
      },
    });
    expect(warnings.at(-1)).toMatch(/posterior collapse: KL .* 0 of 3 .*--objective elbo/);
  });
});

describe("bad options are refused by name", () => {
  it.each<[TrainOptions, RegExp]>([
    [{ epochs: 0 }, /epochs.*0/],
    [{ batchSize: -1 }, /batch.*-1/],
    [{ lr: Number.NaN }, /lr.*NaN/],
    [{ lr: -1 }, /lr.*-1/],
    [{ seed: 1.5 }, /seed.*1\.5/],
    [{ patience: 2 }, /validation/],
    [{ validation: -0.1 }, /validation.*-0\.1/],
  ])("%j", async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });

  it("data of another shape", async () => {
    const other = vae({ input: [7, 7] });
    await expect(trainOn(platform, other, data, {})).rejects.toThrow(/\[7, 7\].*\[8, 8\]/);
  });
});

describe("data outside the likelihood's support are refused before training", () => {
  const floats = (value: number): Dataset => {
    const some = (n: number): Tensor<"float32"> =>
      tensor("float32", [n, 4], new Float32Array(n * 4).fill(value));
    return fromArrays({ name: "table", train: some(20), test: some(5) });
  };
  const small = (name: string): ReturnType<typeof vae> => {
    return vae({ input: [4], latent: 1, hidden: [4], likelihood: distributions.from(name) });
  };

  it.each([
    ["bernoulli", 1.5, /table \(train\).*bernoulli.*1\.5.*from 0 to 1/],
    ["poisson", 0.5, /table \(train\).*poisson.*0\.5/],
  ])("%s with %d", async (name, value, message) => {
    await expect(trainOn(platform, small(name), floats(value), { epochs: 1 })).rejects.toThrow(message);
  });

  it("bytes as counts", async () => {
    const counts = vae({ input: [8, 8], latent: 1, hidden: [4], likelihood: distributions.from("poisson") });
    await expect(trainOn(platform, counts, data, {})).rejects.toThrow(/blobs.*poisson.*grey levels/);
  });

  it("but data inside it are taken", async () => {
    const { finished } = await trainOn(platform, small("poisson"), floats(3), { epochs: 1 });
    expect(finished).toBe(true);
  });
});
