import { describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import { compile, compileSteps } from "../onnx/index.js";
import { type Tensor, tensor, toNumbers, toTensor } from "../tensor/index.js";
import { testBackend } from "../testing/check-op.js";
import { LocalEngine } from "./index.js";
import type { Backend } from "./session.js";
import { wasmBackend } from "./wasm.js";

const vector = (...values: number[]): Tensor => toTensor(values, "float32");
const w = input("w", "float32", [2]);
const g = input("g", "float32", [2]);

const engines: [string, () => Promise<Backend>][] = [
  ["the native engine", testBackend],
  ["the WebAssembly engine", () => wasmBackend()],
];

describe.each(engines)("%s", (_name, backend) => {
  async function started(): Promise<{ engine: LocalEngine; program: number }> {
    const engine = new LocalEngine(await backend());
    const model = compile({ "next:w": w.sub(g), loss: w.mul(g).sum() });
    return { engine, program: await engine.open(model.bytes, model.inputs) };
  }

  test("keeps state between calls, many times over", async () => {
    const { engine, program } = await started();
    await engine.put({ w: vector(10, 20) });
    const call = { fetch: ["loss"], keep: { "next:w": "w" } };
    const losses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const { loss } = await engine.run(program, { ...call, feeds: { g: vector(1, 2) } });
      losses.push(...toNumbers(loss as Tensor));
    }
    expect(losses).toEqual([50, 45, 40, 35, 30]);
    expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual([5, 10]);
    await engine.close();
  });

  test("never writes to what it was given, nor to what it gave away", async () => {
    const { engine, program } = await started();
    const mine = vector(10, 20);
    const feed = vector(1, 2);
    await engine.put({ w: mine });
    const answers: Tensor[] = [];
    const taken: Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      // The same output is kept in the engine and answered.
      const answer = await engine.run(program, {
        feeds: { g: feed },
        fetch: ["next:w"],
        keep: { "next:w": "w" },
      });
      answers.push(answer["next:w"] as Tensor);
      taken.push((await engine.take(["w"])).w as Tensor);
    }
    expect(toNumbers(mine)).toEqual([10, 20]);
    expect(toNumbers(feed)).toEqual([1, 2]);
    const goal = [
      [9, 18],
      [8, 16],
      [7, 14],
      [6, 12],
    ];
    expect(answers.map(toNumbers)).toEqual(goal);
    expect(taken.map(toNumbers)).toEqual(goal);
    await engine.close();
  });

  test("calls made at once are carried out in order", async () => {
    const { engine, program } = await started();
    const runs = [engine.put({ w: vector(100, 0) })] as Promise<unknown>[];
    for (let i = 0; i < 10; i++) {
      runs.push(engine.run(program, { feeds: { g: vector(i, 0) }, fetch: [], keep: { "next:w": "w" } }));
    }
    const last = engine.take(["w"]);
    await Promise.all(runs);
    expect(toNumbers((await last).w as Tensor)).toEqual([100 - 45, 0]);
    await engine.close();
  });

  test("residents under other names feed and keep: double buffers by hand", async () => {
    const { engine, program } = await started();
    await engine.put({ a: vector(10, 20), g: vector(1, 1) });
    const answer = await engine.run(program, {
      feeds: {},
      from: { w: "a" },
      fetch: ["loss"],
      keep: { "next:w": "b" },
    });
    expect(toNumbers(answer.loss as Tensor)).toEqual([30]);
    const { a, b } = await engine.take(["a", "b"]);
    expect([toNumbers(a as Tensor), toNumbers(b as Tensor)]).toEqual([
      [10, 20],
      [9, 19],
    ]);
    await engine.close();
  });

  test("a kept value may change its shape from call to call", async () => {
    const x = input("x", "float32", ["batch"]);
    const model = compile({ y: x.mul(2) });
    const engine = new LocalEngine(await backend());
    const program = await engine.open(model.bytes, model.inputs);
    for (const values of [[1, 2, 3], [4], [5, 6, 7], [8], [9, 9, 9]]) {
      await engine.run(program, { feeds: { x: vector(...values) }, fetch: [], keep: { y: "y" } });
      expect(toNumbers((await engine.take(["y"])).y as Tensor)).toEqual(values.map((v) => 2 * v));
    }
    await engine.close();
  });

  test("a Loop's state stays in the engine", async () => {
    const step = { state: [{ current: w, next: w.mul(2).add(g) }], perStep: [g], outputs: { norm: w.sum() } };
    const model = compileSteps(step, true);
    const engine = new LocalEngine(await backend());
    const program = await engine.open(model.bytes, model.inputs);
    await engine.put({ w: vector(1, 0) });
    const feeds = {
      g: toTensor(
        [
          [1, 0],
          [0, 1],
        ],
        "float32",
      ),
      steps: tensor("int64", [], BigInt64Array.of(2n)),
    };
    const norms: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { norm } = await engine.run(program, { feeds, fetch: ["norm"], keep: { "next:w": "w" } });
      norms.push(...toNumbers(norm as Tensor));
    }
    expect(norms).toEqual([1, 3, 7, 15, 31, 63]);
    await engine.close();
  });

  test("a failed call says why and leaves the engine and its values as they were", async () => {
    const { engine, program } = await started();
    await engine.put({ w: vector(1, 2) });
    const call = { fetch: ["loss"], keep: { "next:w": "w" } };
    await expect(engine.run(program, { ...call, feeds: {} })).rejects.toThrow(
      'run: "g" was neither fed nor put into the engine',
    );
    const wrong = { feeds: { g: vector(1, 2, 3) } };
    await expect(engine.run(program, { ...call, ...wrong })).rejects.toThrow(
      /g.*index: 0 Got: 3 Expected: 2/s,
    );
    await expect(engine.run(program, { feeds: { g: vector(1, 1) }, fetch: ["none"] })).rejects.toThrow(
      'the model has no output "none"',
    );
    await expect(engine.run(99, { ...call, feeds: {} })).rejects.toThrow("the engine has no program 99");
    await expect(engine.take(["none"])).rejects.toThrow(
      'take: "none" was neither fed nor put into the engine',
    );
    await expect(engine.open(Uint8Array.of(1, 2, 3), [])).rejects.toThrow(/protobuf|parse|model/i);
    expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual([1, 2]);
    const { loss } = await engine.run(program, { ...call, feeds: { g: vector(1, 1) } });
    expect(toNumbers(loss as Tensor)).toEqual([3]);
    await engine.close();
  });

  test("releases programs one by one and all at once", async () => {
    const { engine, program } = await started();
    await engine.put({ w: vector(1, 2) });
    await engine.release(program);
    await expect(engine.run(program, { feeds: {}, fetch: [] })).rejects.toThrow(`no program ${program}`);
    await engine.close();
    await expect(engine.take(["w"])).rejects.toThrow("neither fed nor put");
  });

  test("shared memory is taken, and not written to", async () => {
    const { engine, program } = await started();
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([3, 4]);
    await engine.put({ w: { dtype: "float32", shape: [2], data: shared } });
    for (let i = 0; i < 3; i++) {
      await engine.run(program, { feeds: { g: vector(1, 1) }, fetch: [], keep: { "next:w": "w" } });
    }
    expect(Array.from(shared)).toEqual([3, 4]);
    expect(toNumbers((await engine.take(["w"])).w as Tensor)).toEqual([0, 1]);
    await engine.close();
  });
});

test("the native engine writes kept values alternately to two places, without new memory", async () => {
  const engine = new LocalEngine(await testBackend());
  const model = compile({ "next:w": w.sub(g) });
  const places: unknown[] = [];
  const backend = await testBackend();
  const session = await backend.open(model.bytes);
  let into: Record<string, Tensor> = {};
  let state = vector(8, 8);
  for (let i = 0; i < 4; i++) {
    const result = await session.run({ w: state, g: vector(1, 1) }, ["next:w"], into);
    into = { "next:w": state };
    state = result["next:w"] as Tensor;
    places.push(state.data);
  }
  expect(toNumbers(state)).toEqual([4, 4]);
  expect(places[1]).not.toBe(places[0]);
  expect(places[3]).toBe(places[1]);
  await session.close();
  await engine.close();
});

test("an output whose shape follows from the inputs' is written where it is wanted", async () => {
  const x = input("x", "float32", ["n", 2]);
  const session = await (await testBackend()).open(compile({ y: x.add(1), total: x.sum() }).bytes);
  const feeds = { x: tensor("float32", [2, 2], Float32Array.of(1, 2, 3, 4)) };
  const place = tensor("float32", [2, 2]);
  const found = await session.run(feeds, ["y"], { y: place });
  expect(found.y).toBe(place);
  expect(toNumbers(place)).toEqual([2, 3, 4, 5]);
  const wrong = tensor("float32", [3, 2]);
  const other = await session.run(feeds, ["y"], { y: wrong });
  expect(other.y).not.toBe(wrong);
  expect(toNumbers(other.y as Tensor)).toEqual([2, 3, 4, 5]);
  await session.close();
});
