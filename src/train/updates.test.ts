import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fromArrays } from "../data/index.js";
import { scalar } from "../graph/index.js";
import { type TrainedVae, vae, type VaeOptions } from "../model/index.js";
import { elbo, type Objective } from "../objectives/index.js";
import { initialValues } from "../nn/index.js";
import { lift } from "../ops/index.js";
import { averageName, optimizers } from "../optim/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { loadModelOn, runFiles, type TrainOptions, trainOn } from "../runs/index.js";
import { RandomStream, type Tensor, toNumbers } from "../tensor/index.js";
import { decodeCheckpoint } from "./checkpoint.js";
import type { Platform, Run, TrainEvent } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = mkdtempSync(path.join(os.tmpdir(), "latent-updates-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (name: string): string => path.join(scratch, name);

const levels = new RandomStream(1, "data").uniform(new Float32Array(160 * 16), 0);
const bytes = Uint8Array.from(levels, (u, k) => 200 * u + (k % 5 === 0 ? 55 : 0));
const data = fromArrays({
  shape: [4, 4],
  train: bytes.subarray(0, 120 * 16),
  test: bytes.subarray(120 * 16),
});

const train = (options: TrainOptions = {}, more: Partial<VaeOptions> = {}): Promise<Run> =>
  trainOn(platform, vae({ input: [4, 4], ...("encoder" in more ? {} : { hidden: [12] }), ...more }), data, {
    batchSize: 16,
    epochs: 2,
    ...options,
  });
const checkpoint = (name: string) =>
  decodeCheckpoint(readFileSync(path.join(at(name), runFiles.last)), "last");
const numbers = ({ weights }: TrainedVae): number[] =>
  Object.values(weights).flatMap((value) => toNumbers(value));

const hidden = "linear(out=8), batch-norm, relu, dropout(rate=0.3)";
const lively = {
  encoder: `sequential(layers=[flatten, ${hidden}])`,
  decoder: `sequential(layers=[${hidden}])`,
};

describe("clipping by norm", () => {
  it("reports the norm for each epoch, in events, history and metrics alike", async () => {
    const events: TrainEvent[] = [];
    const { history } = await train({
      clipNorm: 1,
      out: at("norm"),
      onEvent: (event) => void events.push(event),
    });
    const norms = history.map(({ gradientNorm }) => gradientNorm);
    expect(norms.every((norm) => norm !== undefined && norm > 0)).toBe(true);
    const told = events.flatMap((event) => (event.type === "epoch" ? [event.gradientNorm] : []));
    expect(told).toEqual(norms);
    const lines = readFileSync(path.join(at("norm"), runFiles.metrics), "utf8")
      .trim()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(history);
  });

  it("that never limits changes nothing", async () => {
    const [plain, wide] = [await train(), await train({ clipNorm: 1e30 })];
    expect(wide.model.weights).toEqual(plain.model.weights);
    expect(plain.history[0]).not.toHaveProperty("gradientNorm");
  });
});

describe("a moving average of the weights", () => {
  it("is what is evaluated, kept and exported; a checkpoint has both", async () => {
    const { model, evaluation } = await train({ ema: 0.9, out: at("ema") });
    const plain = await train({ out: at("plain") });
    const { tensors } = checkpoint("ema");
    for (const [name, value] of Object.entries(model.weights)) {
      expect(tensors[averageName(name)]?.data).toEqual(value.data);
      expect(tensors[name]?.data).toEqual(plain.model.weights[name]?.data);
      expect(value.data).not.toEqual(plain.model.weights[name]?.data);
    }
    expect(evaluation?.negativeElbo).not.toBe(plain.evaluation?.negativeElbo);
    const loaded = await loadModelOn(platform, at("ema"));
    const last = await loadModelOn(platform, at("ema"), { checkpoint: "last" });
    expect([loaded.weights, last.weights]).toEqual([model.weights, model.weights]);
  });

  it("of decay 0 is the weights themselves", async () => {
    const [plain, average] = [await train(), await train({ ema: 0 })];
    // float32: w + (next - w) may round otherwise than next
    numbers(average.model).forEach((value, i) => expect(value).toBeCloseTo(numbers(plain.model)[i] ?? 0, 6));
    expect(average.evaluation?.negativeElbo).toBeCloseTo(plain.evaluation?.negativeElbo ?? 0, 5);
  });
});

describe("gathered gradients", () => {
  it("are those of a batch so many times as large, noise included", async () => {
    // 120 = 3 * 40: all batches are full
    const large = await train({ batchSize: 40 });
    const small = await train({ batchSize: 10, accumulate: 4 });
    // Adam divides by gradients' sizes, which magnifies the roundings of gradients near 0.
    numbers(small.model).forEach((value, i) => expect(value).toBeCloseTo(numbers(large.model)[i] ?? 0, 4));
    expect(small.history.at(-1)?.train.negativeElbo).toBeCloseTo(
      large.history.at(-1)?.train.negativeElbo ?? 0,
      3,
    );
    const plain = await train({ batchSize: 10 });
    expect(plain.model.weights).not.toEqual(small.model.weights);
  });
});

describe("a schedule", () => {
  it("sets the learning rate update by update, and its last one is reported", async () => {
    const { history } = await train({ schedule: "polynomial(warmup=3)", lr: 0.01 });
    // 8 steps an epoch; 16 in all, 3 of them warm-up
    expect(history.map(({ lr }) => lr)).toEqual([0.01 * (1 - 4 / 13), 0.01 * (1 - 12 / 13)]);
    const [slow, still] = [
      await train({ schedule: "step(step-size=8, gamma=1e-9)" }),
      await train({ epochs: 1 }),
    ];
    numbers(slow.model).forEach((value, i) => expect(value).toBeCloseTo(numbers(still.model)[i] ?? 0, 7));
  });

  it("of a plateau lowers the learning rate when the monitored measure gets no better", async () => {
    const { history } = await train({
      schedule: "reduce-on-plateau(patience=1, factor=0.5)",
      lr: 0.3,
      epochs: 12,
    });
    const losses = history.map(({ evaluation }) => evaluation.terms.negativeElbo ?? 0);
    let [best, bad, lr] = [Infinity, 0, 0.3];
    const expected = losses.map((loss) => {
      const now = lr;
      if (loss < best * (1 - 1e-4)) [best, bad] = [loss, 0];
      else if (++bad > 1) [lr, bad] = [lr * 0.5, 0];
      return now;
    });
    expect(history.map((record) => record.lr)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(1);
  });
});

describe("learning rates of parts", () => {
  it("of 0 leave a part as it is", async () => {
    const first = (await train({ lr: 1e-30, epochs: 1 })).model.weights;
    const { weights } = (await train({ lrDecoder: 0 })).model;
    for (const [name, value] of Object.entries(weights)) {
      const still = JSON.stringify(value.data) === JSON.stringify(first[name]?.data);
      expect([name, still]).toEqual([name, name.startsWith("decoder.")]);
    }
  });

  it("are absolute: that of all for every part changes nothing but roundings", async () => {
    const [plain, parts] = [
      await train({ lr: 0.01 }),
      await train({ lr: 0.001, lrEncoder: 0.01, lrDecoder: 0.01 }),
    ];
    numbers(parts.model).forEach((value, i) => expect(value).toBeCloseTo(numbers(plain.model)[i] ?? 0, 4));
  });
});

/** The negative ELBO, NaN at the given steps. */
function broken(...steps: number[]): Objective {
  const whole = elbo();
  return {
    ...whole,
    name: "broken",
    build: (context) => {
      const { loss, terms } = whole.build(context);
      const spoilt = context.scheduled("broken", (step) => (steps.includes(step) ? 1 : 0));
      const lost = spoilt.greater(0.5).where(scalar(Number.NaN, loss.dtype), lift(1, loss.dtype));
      const [name = "negativeElbo"] = Object.keys(terms);
      return { loss: loss.mul(lost), terms: { ...terms, [name]: loss.mul(lost) } };
    },
  };
}

it("a part's learning rate is as exact far above the others' as by itself", async () => {
  const encoderOf = async (options: TrainOptions): Promise<number[]> => {
    const { weights } = (await train({ ...options, epochs: 1, batchSize: 120 })).model;
    return toNumbers(weights["encoder.0.weight"] as Tensor);
  };
  const fast = await encoderOf({ optimizer: "sgd(lr=0.05)" });
  expect(await encoderOf({ optimizer: "sgd(lr=1e-8)", lrEncoder: 0.05 })).toEqual(fast);
});

it("what a run is told in vain is warned of", async () => {
  const told: string[] = [];
  const onEvent = (event: TrainEvent): void => void (event.type === "warning" && told.push(event.message));
  await train({ lrPrior: 0.1, schedule: "cosine(warmup=500)", epochs: 1, onEvent });
  expect(told.join("\n")).toMatch(/the warm-up of 500 updates is as long as the run, which has 8:/);
  expect(told.join("\n")).toMatch(/the prior of this model has no parameters to train/);
  told.length = 0;
  await train({ lrEncoder: 0.1, schedule: "cosine(warmup=2)", epochs: 1, onEvent });
  expect(told.join("\n")).not.toMatch(/warm-up|no parameters/);
});

describe("steps with gradients that are not finite", () => {
  it("end a run unless they may be left out", async () => {
    await expect(train({ objective: broken(3) })).rejects.toThrow(
      /training stopped: loss became NaN at step 4/,
    );
  });

  it("are left out, counted and reported, running statistics too", async () => {
    const { history, model } = await train(
      { objective: broken(3, 4, 9), skipNonFinite: 3, clipNorm: 5, ema: 0.5, out: at("skipped") },
      lively,
    );
    expect(history.map(({ skipped }) => skipped)).toEqual([2, 1]);
    expect(history.every(({ train: terms }) => Object.values(terms).every(Number.isFinite))).toBe(true);
    expect(numbers(model).every(Number.isFinite)).toBe(true);
    expect(checkpoint("skipped").progress.skipped).toEqual({ total: 3, inARow: 0 });
    // All steps left out: nothing has moved.
    const every = Array.from({ length: 16 }, (_, i) => i);
    const still = await train(
      { objective: broken(...every), skipNonFinite: 99, ema: 0.5, out: at("still") },
      lively,
    ).catch((error: unknown) => error);
    expect(still).toMatchObject({ finished: true });
    const { tensors } = checkpoint("still");
    const first = initialValues(vae({ input: [4, 4], ...lively }).parameters, 0);
    expect(Object.keys(first)).toContain("encoder.2.running_mean");
    for (const [name, value] of Object.entries(first)) expect(tensors[name], name).toEqual(value);
  });

  it.each([0, 1, 2])("are left out at step %i of those that are gathered for one update", async (step) => {
    const { history, model } = await train({
      objective: broken(step),
      accumulate: 3,
      clipNorm: 1,
      skipNonFinite: 5,
    });
    expect(history.map(({ skipped }) => skipped)).toEqual([1, 0]);
    expect(numbers(model).every(Number.isFinite)).toBe(true);
  });

  it("in a row end it at their limit", async () => {
    const options = { objective: broken(2, 5, 6, 7), skipNonFinite: 3 };
    await expect(train(options)).rejects.toThrow(/3 updates in a row .* not finite, the last at step 8/);
  });

  it("change nothing where there are none", async () => {
    const [plain, careful] = [await train(), await train({ skipNonFinite: 2 })];
    expect(careful.model.weights).toEqual(plain.model.weights);
    expect(careful.history.map(({ skipped }) => skipped)).toEqual([0, 0]);
  });
});

it("frozen layers move by no decay, average or gathering", async () => {
  const encoder = "sequential(layers=[flatten, frozen(layers=[linear(out=6), batch-norm]), tanh])";
  const network = { input: [4, 4], hidden: [12], encoder };
  const options = {
    optimizer: "adamw(weight-decay=0.5, decay=all)",
    ema: 0.5,
    accumulate: 2,
    lrEncoder: 0.1,
  };
  const { model } = await train({ ...options, skipNonFinite: 2 }, network);
  for (const [name, value] of Object.entries(initialValues(vae(network).parameters, 0))) {
    const still = JSON.stringify(value.data) === JSON.stringify(model.weights[name]?.data);
    expect([name, still]).toEqual([name, name.startsWith("encoder.1.")]);
  }
});

describe("an optimiser trains, and goes on after an interruption as if there had been none", () => {
  it.each(optimizers.names)("%s", async (optimizer) => {
    const lr = optimizer === "sgd" ? 0.1 : 0.01;
    const [whole, out] = [await train({ optimizer, lr }), at(`resumed-${optimizer}`)];
    await train({ optimizer, lr, epochs: 1, out });
    const resumed = await train({ epochs: 2, out, resume: true });
    expect(resumed.model.weights).toEqual(whole.model.weights);
    const [first, second] = whole.history.map(({ train: terms }) => terms.negativeElbo ?? Number.NaN);
    expect(second).toBeLessThan(first ?? 0);
  });
});

describe("a run with everything on that is interrupted and resumed equals one that was not, bit for bit", () => {
  it.each([1, 2, 4])("after checkpoint %i", async (stopAt) => {
    const settings: TrainOptions = {
      ...{ epochs: 4, batchSize: 7, accumulate: 3, ema: 0.9, clipNorm: 2, clipValue: 0.5, skipNonFinite: 4 },
      optimizer: "adamw(lr=0.05, weight-decay=0.01)",
      schedule: "reduce-on-plateau(patience=0, threshold=0.5, warmup=5)",
      lrDecoder: 0.02,
      objective: broken(20),
    };
    const [wholeOut, parts] = [at(`whole${stopAt}`), at(`parts${stopAt}`)];
    const whole = await train({ ...settings, out: wholeOut }, lively);
    const abort = new AbortController();
    let saved = 0;
    const part = await train(
      {
        ...settings,
        out: parts,
        checkpointSeconds: 0,
        signal: abort.signal,
        onEvent: ({ type }) => {
          if (type === "checkpoint" && ++saved === stopAt) abort.abort();
        },
      },
      lively,
    );
    expect(part.finished).toBe(false);
    const resumed = await train({ ...settings, out: parts, resume: true }, lively);
    expect(resumed.model.weights).toEqual(whole.model.weights);
    expect(resumed.history).toEqual(whole.history);
    for (const file of [runFiles.last, runFiles.best, runFiles.metrics]) {
      expect(readFileSync(path.join(parts, file)).equals(readFileSync(path.join(wholeOut, file))), file).toBe(
        true,
      );
    }
    expect(new Set(whole.history.map(({ lr }) => lr)).size).toBeGreaterThan(1);
    expect(whole.history.some(({ skipped = 0 }) => skipped > 0)).toBe(true);
  });
});
