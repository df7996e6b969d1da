import type { TrainedVae } from "latent/web";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OpenedRun, RunNews } from "../../../lib/sources/types";

// Outside a Svelte build a rune is nothing: what is kept is kept all the same.
vi.stubGlobal(
  "$state",
  Object.assign(<T>(value: T) => value, { raw: <T>(value: T) => value }),
);
const { Following } = await import("./following.svelte");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function followed() {
  let tell: (news: RunNews) => void = () => undefined;
  let [at, ended] = [10, false];
  const taken: number[] = [];
  const run = {
    card: { step: 10, epoch: 1, state: "training" },
    model: async () => at as unknown as TrainedVae,
    follow: (listener: typeof tell) => {
      tell = listener;
      return () => void (ended = true);
    },
  } as unknown as OpenedRun;
  const take = async (model: TrainedVae) => void taken.push(model as unknown as number);
  const following = new Following(run, { take }, 100);
  return {
    following,
    taken,
    isOver: () => ended,
    step: (step: number) => {
      at = step;
      tell({ type: "snapshot", step });
    },
  };
}

test("newer weights are taken as they come, the last of many, and never two at a time", async () => {
  const { following, taken, step, isOver } = followed();
  step(10);
  await vi.advanceTimersByTimeAsync(500);
  expect(taken).toEqual([]); // these are shown already
  for (const each of [11, 12, 13]) step(each);
  await vi.advanceTimersByTimeAsync(100);
  expect([taken, following.shown.step]).toEqual([[13], 13]);
  step(14);
  await vi.advanceTimersByTimeAsync(50);
  following.close();
  await vi.advanceTimersByTimeAsync(500);
  expect([taken, isOver()]).toEqual([[13], true]);
});

test("with the switch off they are offered, and taken when asked for", async () => {
  const { following, taken, step } = followed();
  following.follow(false);
  step(20);
  await vi.advanceTimersByTimeAsync(500);
  expect([taken, following.isBehind]).toEqual([[], true]);
  await following.take();
  expect([taken, following.isBehind]).toEqual([[20], false]);
});
