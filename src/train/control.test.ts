import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeNpy, fromArrays, loadFolder } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { type TrainOptions, trainOn } from "../runs/index.js";
import { tensor, UserError } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import { trainControl } from "./control.js";
import type { Current, Platform, Run, TrainEvent } from "./portable.js";

let opened = 0;
let closed = 0;
const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  async openBackend() {
    const backend = await nodeBackend("cpu", 1);
    return {
      ...backend,
      async open(...given) {
        const session = await backend.open(...given);
        opened++;
        return {
          run: session.run.bind(session),
          async close() {
            closed++;
            await session.close();
          },
        };
      },
    };
  },
};
const scratch = scratchFolder();
afterAll(scratch.remove);

const model = vae({ input: [4], latent: 2, hidden: [4] });
const bytes = Uint8Array.from({ length: 4 * 90 }, (_, i) => (i * 7919) % 256);
const data = fromArrays({ shape: [4], train: bytes, test: bytes.slice(0, 40) });
const settings: TrainOptions = { epochs: 3, batchSize: 8, seed: 4 };

function train(options: TrainOptions = {}, on = data): Promise<Run> {
  return trainOn(platform, model, on, { ...settings, ...options });
}

/** The steps, counted over all epochs, at which a run stood still. */
const stepOf = ({ position }: Extract<TrainEvent, { type: "progress" }>): number =>
  (position.epoch - 1) * position.stepsPerEpoch + position.step;

/** Trains with a control that asks for the next of some steps each time that the run stands still, then lets it go on. */
async function stepping(asked: readonly number[], options: TrainOptions = {}, on = data) {
  const control = trainControl();
  const stood: number[] = [];
  const left = [...asked];
  let last: TrainEvent | undefined;
  control.pause();
  const run = await train(
    {
      ...options,
      control,
      onEvent: (event) => {
        if (event.type !== "progress") return;
        last = event;
        // An event of a run that goes on is followed by others; that of one that stands still is not.
        setTimeout(() => {
          if (!control.idle || last !== event) return;
          stood.push(stepOf(event));
          const next = left.shift();
          if (next === undefined) control.resume();
          else control.step(next);
        }, 5);
      },
    },
    on,
  );
  return { run, stood };
}

describe("trainControl", () => {
  test("does exactly the steps that are asked for, across epochs, and the numbers are those of a run left alone", async () => {
    const alone = await train();
    const { run, stood } = await stepping([1, 1, 3, 10, 12]);
    expect(stood).toEqual([0, 1, 2, 5, 15, 27]);
    expect(run.model.weights).toEqual(alone.model.weights);
    expect(run.history).toEqual(alone.history);
  });

  test("counts optimiser steps, not batches, where gradients are accumulated", async () => {
    const options = { accumulate: 5 };
    const alone = await train(options);
    const { run, stood } = await stepping([1, 2, 1], options);
    // 12 batches an epoch: updates end after 5, 10 and 12 of them
    expect(stood).toEqual([0, 5, 12, 17]);
    expect(run.model.weights).toEqual(alone.model.weights);
  });

  test("does so with examples that are streamed and read ahead", async () => {
    const files = path.join(scratch.folder, "data");
    mkdirSync(files);
    writeFileSync(path.join(files, "train.npy"), encodeNpy(tensor("uint8", [90, 4], bytes)));
    writeFileSync(path.join(files, "test.npy"), encodeNpy(tensor("uint8", [10, 4], bytes.slice(0, 40))));
    const streamed = await loadFolder(files, { memory: 0 });
    expect(streamed.train.source).toBeDefined();
    const alone = await train({}, streamed);
    const { run, stood } = await stepping([1, 2, 11], {}, streamed);
    expect(stood).toEqual([0, 1, 3, 14]);
    expect(run.model.weights).toEqual(alone.model.weights);
  });

  test("keeps a paused run, so that one which is ended there goes on from that very step", async () => {
    const out = path.join(scratch.folder, "kept");
    const alone = await train();
    const saved: number[] = [];
    const control = trainControl();
    const abort = new AbortController();
    control.step(5);
    const paused = await train({
      out,
      control,
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type === "checkpoint") saved.push(event.step);
        if (event.type === "progress") setTimeout(() => control.idle && abort.abort(), 5);
      },
    });
    expect(paused.finished).toBe(false);
    expect(paused.stepsTrained).toBe(5);
    expect(saved[0]).toBe(5);
    const resumed = await train({ out, resume: true });
    expect(resumed.model.weights).toEqual(alone.model.weights);
    expect(resumed.history).toEqual(alone.history);
  });

  test("is of one run at a time, and free for the next", async () => {
    const control = trainControl();
    const second: unknown[] = [];
    await train({
      control,
      onEvent: async ({ type }) => {
        if (type === "epoch") await train({ control }).catch((error: unknown) => second.push(error));
      },
    });
    expect(second[0]).toBeInstanceOf(UserError);
    expect((second[0] as Error).message).toMatch(/that of another run under way/);
    expect((await train({ control })).finished).toBe(true);
    const resume = {} as NonNullable<TrainOptions["control"]>;
    await expect(train({ control: resume })).rejects.toThrow(
      /control must be a control, which trainControl\(\) makes/,
    );
    expect(() => control.step(0)).toThrow(/whole number from 1/);
  });

  test("options that would have no effect are refused", async () => {
    await expect(train({ resume: true })).rejects.toThrow(
      /^train: `resume` needs `out`, the folder of the run: without it there is no run to resume$/,
    );
    await expect(train({ checkpointSeconds: 5 })).rejects.toThrow(/`checkpointSeconds` needs `out`/);
    expect((await train({ resume: false })).finished).toBe(true);
  });
});

test("the model of a run under way can be had while it stands still, and leaves nothing open", async () => {
  const control = trainControl();
  control.pause();
  const loop = async (current: Current): Promise<void> => {
    const before = (await current.model()).weights;
    expect(opened).toBe(0);
    for (let i = 0; i < 20; i++) {
      const now = await current.model();
      expect((await now.generate(2, { seed: 1 })).data).toHaveLength(8);
      expect(now.weights).toEqual(before);
      await now.close();
    }
    control.resume();
  };
  const loops: Promise<void>[] = [];
  [opened, closed] = [0, 0];
  const run = await train({
    control,
    onEvent: ({ type }, current) => {
      if (type === "progress" && loops.length === 0) loops.push(loop(current));
    },
  });
  await Promise.all(loops);
  expect(run.finished).toBe(true);
  expect(opened).toBeGreaterThanOrEqual(20);
  expect(closed).toBe(opened);
});
