import { describe, expect, it } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { resolve, type RunSpec } from "../runs/index.js";
import { RandomStream } from "../tensor/index.js";
import { findRate, type RateFinding, type RatePoint, smoothed, suggested } from "./lr-find.js";
import { trainOn } from "../runs/index.js";

const levels = new RandomStream(1, "data").uniform(new Float32Array(90 * 16), 0);
const bytes = Uint8Array.from(levels, (u, k) => (k % 3 === 0 ? 255 * u : 20));
const data = fromArrays({ shape: [4, 4], train: bytes.subarray(0, 75 * 16), test: bytes.subarray(75 * 16) });
const platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};

async function find(spec: RunSpec, range = { from: 1e-6, to: 1e4, updates: 60 }): Promise<RateFinding> {
  const { model, settings } = resolve({ hidden: [12], batchSize: 16, ...spec }, [4, 4]);
  const engine = await platform.startEngine();
  const finding = await findRate(engine, model, data, settings, range);
  await engine.close();
  return finding;
}

describe("a range test", () => {
  it("raises the learning rate by one factor until the loss runs away, and suggests one before its lowest", async () => {
    const { points, suggestion, lowest, diverged } = await find({});
    const factor = 1e10 ** (1 / 59);
    points.forEach(({ lr }, i) => expect(lr / (1e-6 * factor ** i)).toBeCloseTo(1, 10));
    expect(diverged).toBe(true);
    expect(points.length).toBeLessThan(60);
    expect(points.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(suggestion).toBeGreaterThan(1e-5);
    expect(suggestion).toBeLessThan(lowest ?? 0);
  });

  it("trains at these rates: at one rate throughout, its losses are those of a run", async () => {
    const rate = 0.003;
    // 75 = 5 * 15, all batches are full
    const spec = { lr: 0.5, batchSize: 15 };
    const { points, diverged } = await find(spec, { from: rate, to: rate * (1 + 1e-12), updates: 5 });
    const { history } = await trainOn(platform, vae({ input: [4, 4], hidden: [12] }), data, {
      ...{ batchSize: 15, epochs: 1, lr: rate },
    });
    expect(diverged).toBe(false);
    const mean = points.reduce((sum, { loss }) => sum + loss / 5, 0);
    expect(mean).toBeCloseTo(history[0]?.train.negativeElbo ?? 0, 4);
  });

  it("takes an update's steps together where gradients are gathered, and goes on over epochs", async () => {
    const range = { from: 1e-6, to: 1e-5, updates: 9 };
    const [each, gathered] = [await find({}, range), await find({ accumulate: 2 }, range)];
    expect([each.points.length, gathered.points.length]).toEqual([9, 9]);
    const mean = ((each.points[0]?.loss ?? 0) + (each.points[1]?.loss ?? 0)) / 2;
    expect(gathered.points[0]?.loss).toBeCloseTo(mean, 3);
  });

  it("needs an optimiser with a learning rate", async () => {
    const { model, settings } = resolve({}, [4, 4]);
    const optimizer = { ...settings.optimizer, name: "mine", config: {} };
    const engine = await platform.startEngine();
    const range = { from: 1e-6, to: 1, updates: 20 };
    await expect(findRate(engine, model, data, { ...settings, optimizer }, range)).rejects.toThrow(
      /optimiser mine has no learning rate/,
    );
    await engine.close();
  });
});

describe("what is made of its losses", () => {
  it("smoothing keeps what is level, has no lag, and is not lifted by what runs away", () => {
    smoothed(new Array<number>(20).fill(3)).forEach((value) => expect(value).toBeCloseTo(3, 12));
    const line = Array.from({ length: 41 }, (_, i) => 100 - i);
    expect(smoothed(line)[20]).toBeCloseTo(80, 2);
    const away = [...Array.from({ length: 20 }, (_, i) => 100 - i), 1e30];
    expect(smoothed(away)[10]).toBeCloseTo(90, 0);
  });

  it("the steepest descent by the logarithm of the rate is suggested", () => {
    // A logistic fall around 1e-3.
    const points = Array.from({ length: 81 }, (_, i): RatePoint => {
      const exponent = -7 + i / 10;
      const loss = 100 / (1 + Math.exp(4 * (exponent + 3))) + Math.max(0, exponent) * 500;
      return { lr: 10 ** exponent, loss, smoothed: loss };
    });
    const { suggestion, lowest } = suggested(points);
    expect(Math.log10(suggestion ?? 0)).toBeCloseTo(-3, 6);
    expect(Math.log10(lowest ?? 0)).toBeCloseTo(0, 6);
    expect(suggested(points.map((point) => ({ ...point, smoothed: point.lr }))).suggestion).toBeUndefined();
  });
});
