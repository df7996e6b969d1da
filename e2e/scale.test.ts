import { expect, test } from "vitest";
import { Clock, Server } from "../bench/scale/events.mjs";
import { simulate } from "../bench/scale/simulate.mjs";

/** No spread, no waiting: what can be said beforehand. */
const plain = { seed: 3, spread: 0, redisAShard: 0, redisAWorker: 0, latency: 0, windowAWorker: 2 };

test("events come by time, those of one time in the order of asking; a server does one thing after the other", () => {
  const clock = new Clock();
  const seen: string[] = [];
  for (const [time, name] of [
    [3, "d"],
    [1, "a"],
    [2, "b"],
    [2, "c"],
  ] as const)
    clock.at(time, () => seen.push(`${name}${clock.now}`));
  while (clock.step());
  expect(seen).toEqual(["a1", "b2", "c2", "d3"]);
  const server = new Server();
  expect([server.take(0, 2), server.take(1, 2), server.take(10, 1)]).toEqual([2, 4, 11]);
});

test("without any cost a run takes what its shards take, every shard computed once", () => {
  const found = simulate({ ...plain, workers: 7, shards: 70, shardSeconds: 5 });
  // workers begin within half a second and wait a tick for the first jobs
  expect(found.seconds).toBeGreaterThanOrEqual(50);
  expect(found.seconds).toBeLessThan(51.5);
  expect([found.computed, found.doubled, found.doneAt.length]).toEqual([70, 0, 70]);
  expect(found.doneAt).toEqual([...found.doneAt].sort((a, b) => a - b));
});

test("a window of jobs is a limit on workers, and so is a look at a time", () => {
  const wide = { ...plain, workers: 300, shards: 3000 };
  const narrow = simulate({ ...wide, windowAWorker: 0, window: 100 });
  expect(narrow.seconds).toBeGreaterThan(2.9 * simulate(wide).seconds);
  // 30 ms for each of 3,000 shards, one after the other, but for those that a list tells of first
  expect(simulate({ ...wide, latency: 0.03, looks: 1 }).seconds).toBeGreaterThan(70);
  expect(simulate({ ...wide, latency: 0.03, looks: 32 }).seconds).toBeLessThan(55);
});

test("a lost Redis loses no shard, with its jobs or without, and counts none twice", () => {
  const run = { ...plain, workers: 50, shards: 1000, latency: 0.01, looks: 32 };
  const whole = simulate(run);
  for (const persistent of [true, false]) {
    const lost = simulate({ ...run, redisGone: { at: 22, seconds: 20, persistent } });
    expect(lost.doneAt).toHaveLength(1000);
    expect(lost.seconds).toBeGreaterThan(whole.seconds + 10);
    expect(lost.seconds).toBeLessThan(whole.seconds + 40);
    if (persistent) expect(lost.doubled).toBe(0);
  }
});

test("slow workers are the last; shards begun twice end sooner", () => {
  const run = { ...plain, workers: 100, shards: 1000, slow: 0.02, looks: 32 };
  const [slow, hedged] = [simulate(run), simulate({ ...run, hedge: true })];
  expect(hedged.seconds).toBeLessThan(0.8 * slow.seconds);
  expect(hedged.doubled).toBeGreaterThan(0);
  expect(simulate(run)).toEqual(slow);
});

test("a store of few requests a second bounds all", () => {
  const found = simulate({ ...plain, workers: 200, shards: 2000, requestsASecond: 50, looks: 32 });
  // a shard's look, three writes and the coordinator's look
  expect(found.seconds).toBeGreaterThan((2000 * 5) / 50);
});
