import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { NativeDoor } from "./native-door.js";

const promptly = <T>(promise: Promise<T>): Promise<T | "still open"> =>
  Promise.race([
    promise,
    new Promise<"still open">((resolve) => {
      setTimeout(() => resolve("still open"), 20);
    }),
  ]);

test("a new door has its starting worker inside; work goes through until the door is shut", async () => {
  const door = new NativeDoor();
  expect(door.shut(0)).toBe(false);
  const open = new NativeDoor();
  open.leave();
  expect(await open.through(() => Promise.resolve(7))).toBe(7);
  await expect(open.through(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(open.shut(0)).toBe(true);
  let done = false;
  const late = open.through(async () => {
    done = true;
  });
  expect(await promptly(late)).toBe("still open");
  expect(done).toBe(false);
  expect(open.shut(0)).toBe(true); // whoever came too late isn't inside
});

test("shutting waits for a thread that is inside, and gives up in time", async () => {
  const door = new NativeDoor();
  const code = `
    const { workerData, parentPort } = require("node:worker_threads");
    const state = new Int32Array(workerData);
    parentPort.postMessage("inside");
    setTimeout(() => { Atomics.sub(state, 0, 1); Atomics.notify(state, 0); }, 100);`;
  const worker = new Worker(code, { eval: true, workerData: door.memory });
  await new Promise((resolve) => {
    worker.once("message", resolve);
  });
  expect(door.shut(1)).toBe(false);
  expect(door.shut(30_000)).toBe(true);
  await worker.terminate();
});
