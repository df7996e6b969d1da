import { expect, test } from "vitest";
import { Durations, newestOnly } from "./newest";

test("of many values within a frame only the newest is worked on, and never two at once", async () => {
  const frames: (() => void)[] = [];
  const done: number[] = [];
  let [running, most] = [0, 0];
  let finish: () => void = () => undefined;
  const newest = newestOnly<number>(
    async (value) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => (finish = resolve));
      running -= 1;
      done.push(value);
    },
    (callback) => frames.push(callback),
  );
  const nextFrame = async (): Promise<void> => {
    frames.shift()?.();
    await Promise.resolve();
  };
  for (const value of [1, 2, 3]) newest.ask(value);
  expect(frames).toHaveLength(1);
  await nextFrame();
  for (const value of [4, 5]) newest.ask(value);
  expect(frames).toHaveLength(0);
  finish();
  await new Promise((resolve) => setTimeout(resolve));
  await nextFrame();
  finish();
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).toEqual([3, 5]);
  expect(most).toBe(1);
  newest.close();
  newest.ask(6);
  expect(frames).toHaveLength(0);
});

test("work that fails does not stop what comes after", async () => {
  const frames: (() => void)[] = [];
  const seen: number[] = [];
  const newest = newestOnly<number>(
    async (value) => {
      seen.push(value);
    },
    (callback) => frames.push(callback),
  );
  newest.ask(1);
  frames.shift()?.();
  await new Promise((resolve) => setTimeout(resolve));
  newest.ask(2);
  frames.shift()?.();
  expect(seen).toEqual([1, 2]);
});

test("95 of 100 durations are within the one that is told", () => {
  const durations = new Durations(100);
  expect(durations.p95).toBeUndefined();
  for (let i = 0; i < 500; i++) durations.add(i % 100);
  expect(durations.count).toBe(100);
  expect(durations.p95).toBe(95);
});
