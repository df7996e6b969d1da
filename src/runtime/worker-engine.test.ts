import { afterEach, describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { type Tensor, tensor, toNumbers, toTensor } from "../tensor/index.js";
import type { WorkerLine } from "./asked-engine.js";
import type { Engine } from "./index.js";
import { startWorkerEngine } from "./worker-engine.js";
import type { Request } from "./worker-protocol.js";

const vector = (...values: number[]): Tensor => toTensor(values, "float32");
const w = input("w", "float32", [2]);
const g = input("g", "float32", [2]);
const model = compile({ "next:w": w.sub(g), loss: w.mul(g).sum() });

let engine: Engine;
afterEach(() => engine.close().catch(() => undefined));

const threadOf = (of: Engine): WorkerLine => (of as unknown as { line: WorkerLine }).line;

describe.each(["cpu", "wasm"] as const)("on %s", (device) => {
  test("runs programs, keeps state, answers in order", async () => {
    engine = await startWorkerEngine({ device, threads: 1 });
    expect([engine.device, engine.loops]).toEqual([device, true]);
    const program = await engine.open(model.bytes, model.inputs);
    const order: string[] = [];
    const note = (name: string) => (): number => order.push(name);
    const calls: Promise<unknown>[] = [engine.put({ w: vector(100, 0) }).then(note("put"))];
    for (let i = 0; i < 5; i++) {
      const call = { feeds: { g: vector(i, 0) }, fetch: ["loss"], keep: { "next:w": "w" } };
      calls.push(engine.run(program, call).then(note(`run ${i}`)));
    }
    const taken = engine.take(["w"]);
    await Promise.all(calls);
    expect(toNumbers((await taken).w as Tensor)).toEqual([90, 0]);
    expect(order).toEqual(["put", "run 0", "run 1", "run 2", "run 3", "run 4"]);
    expect(model.bytes.byteLength).toBeGreaterThan(0);
  });

  test("memory that is lent comes back, whole, and can be lent again", async () => {
    engine = await startWorkerEngine({ device, threads: 1 });
    const program = await engine.open(model.bytes, model.inputs);
    await engine.put({ w: vector(1, 1) });
    let buffer = new ArrayBuffer(64);
    for (const goal of [3, 4]) {
      const lent = tensor("float32", [2], new Float32Array(buffer, 0, 2));
      lent.data.set([goal, 1]);
      const running = engine.run(program, { feeds: { g: lent }, lend: ["g"], fetch: ["loss"] });
      expect(buffer.byteLength).toBe(0);
      const { loss, g: back } = await running;
      expect(toNumbers(loss as Tensor)).toEqual([goal + 1]);
      expect(toNumbers(back as Tensor)).toEqual([goal, 1]);
      buffer = back?.data.buffer as ArrayBuffer;
      expect(buffer.byteLength).toBe(64);
    }
  });

  test("an output both answered and kept is whole in both places", async () => {
    engine = await startWorkerEngine({ device, threads: 1 });
    const program = await engine.open(model.bytes, model.inputs);
    await engine.put({ w: vector(5, 6) });
    for (const goal of [
      [4, 5],
      [3, 4],
      [2, 3],
    ]) {
      const call = { feeds: { g: vector(1, 1) }, fetch: ["next:w"], keep: { "next:w": "w" } };
      expect(toNumbers((await engine.run(program, call))["next:w"] as Tensor)).toEqual(goal);
      expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual(goal);
    }
  });

  test("passes errors on, and goes on after them", async () => {
    engine = await startWorkerEngine({ device, threads: 1 });
    const program = await engine.open(model.bytes, model.inputs);
    await expect(engine.run(program, { feeds: {}, fetch: ["loss"] })).rejects.toThrow(
      'run: "w" was neither fed nor put into the engine',
    );
    await expect(engine.open(Uint8Array.of(1, 2, 3), [])).rejects.toThrow(/protobuf|parse|model/i);
    const { loss } = await engine.run(program, {
      feeds: { w: vector(1, 2), g: vector(3, 4) },
      fetch: ["loss"],
    });
    expect(toNumbers(loss as Tensor)).toEqual([11]);
  });
});

describe("when the worker ends", () => {
  test("by an exception, pending and later calls are refused with it", async () => {
    engine = await startWorkerEngine({ device: "cpu", threads: 1 });
    threadOf(engine).send(null as unknown as Request, []);
    const pending = [engine.open(model.bytes, model.inputs), engine.take(["w"])];
    for (const result of await Promise.allSettled(pending)) expect(result.status).toBe("rejected");
    await expect(engine.put({})).rejects.toThrow(/null|worker thread ended/);
    await expect(engine.close()).resolves.toBeUndefined();
  });

  test("by being stopped, pending calls are refused instead of hanging", async () => {
    engine = await startWorkerEngine({ device: "cpu", threads: 1 });
    const program = await engine.open(model.bytes, model.inputs);
    const pending = engine.run(program, { feeds: { w: vector(1, 2), g: vector(3, 4) }, fetch: ["loss"] });
    const outcome = pending.then(
      () => "answered",
      (error: Error) => error.message,
    );
    await threadOf(engine).terminate();
    expect(["answered", "the engine's worker thread ended with code 1"]).toContain(await outcome);
    await expect(engine.take(["w"])).rejects.toThrow("the engine's worker thread ended with code 1");
  });

  test("close() waits for what is under way, then refuses calls; twice is as good as once", async () => {
    engine = await startWorkerEngine({ device: "cpu", threads: 1 });
    const program = await engine.open(model.bytes, model.inputs);
    const last = engine.run(program, { feeds: { w: vector(1, 2), g: vector(3, 4) }, fetch: ["loss"] });
    const closed = engine.close();
    await expect(engine.take(["w"])).rejects.toThrow("the engine is closed");
    expect(toNumbers((await last).loss as Tensor)).toEqual([11]);
    await closed;
    await engine.close();
    await expect(engine.put({})).rejects.toThrow("the engine is closed");
  });
});

test("a value that cannot be sent is refused at once, and the engine goes on", async () => {
  engine = await startWorkerEngine({ device: "cpu", threads: 1 });
  const odd = { ...vector(1), note: () => undefined };
  await expect(engine.put({ odd })).rejects.toThrow(/could not be cloned/);
  await engine.put({ w: vector(1, 2) });
  expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual([1, 2]);
});

test("data in shared memory reach the worker without being copied at the border", async () => {
  engine = await startWorkerEngine({ device: "cpu", threads: 1 });
  const shared = new Float32Array(new SharedArrayBuffer(8));
  // Held up behind this call, the worker sees what is written to the memory after it was sent.
  const busy = engine.open(model.bytes, model.inputs);
  const put = engine.put({ w: { dtype: "float32", shape: [2], data: shared } });
  shared.set([3, 4]);
  await Promise.all([busy, put]);
  expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual([3, 4]);
});

test("feeds stay with the caller: they are copied, not handed over", async () => {
  engine = await startWorkerEngine({ device: "cpu", threads: 1 });
  const mine = tensor("float32", [2], Float32Array.of(1, 2));
  await engine.put({ w: mine });
  expect(toNumbers(mine)).toEqual([1, 2]);
});

test("a device that this platform does not have is refused, not replaced by the CPU", async () => {
  const device = process.platform === "darwin" ? "dml" : "coreml";
  await expect(startWorkerEngine({ device })).rejects.toThrow(
    `onnxruntime-node has no device "${device}" on`,
  );
});
