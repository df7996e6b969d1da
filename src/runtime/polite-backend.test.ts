import { expect, test } from "vitest";
import { input } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { tensor, toNumbers } from "../tensor/index.js";
import { nodeBackend } from "./node.js";
import { politeBackend } from "./polite-backend.js";

const [rows, inner] = [128, 784];
const x = input("x", "float32", [rows, inner]);
const graph = compile({ y: x.matmul(x.transpose()) });
const data = Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i));

test("threads sleep while others keep cores busy; their number and the results stay", async () => {
  const native = await nodeBackend("cpu", 2);
  const opened: (string | undefined)[] = [];
  const numbers: (number | undefined)[] = [];
  let [load, time] = [0, 0];
  const backend = politeBackend(
    {
      ...native,
      open: (model, options) => {
        opened.push(options?.config?.["session.intra_op.allow_spinning"]);
        numbers.push(options?.threads);
        return native.open(model, options);
      },
    },
    () => load,
    () => time,
  );
  expect(backend.threads).toBe(2);
  const session = await backend.open(graph.bytes);
  const run = async (): Promise<number[]> =>
    toNumbers((await session.run({ x: tensor("float32", [rows, inner], data) }, ["y"])).y as never);
  const first = await run();
  load = 1;
  expect(await run()).toEqual(first); // it has not looked again yet
  expect(opened).toEqual([undefined]);
  time = 1000;
  expect(await run()).toEqual(first);
  expect(opened).toEqual([undefined, "0"]);
  [load, time] = [0.3, 2000]; // between the two limits, nothing changes
  expect(await run()).toEqual(first);
  [load, time] = [0, 3000];
  expect(await run()).toEqual(first);
  expect(opened).toEqual([undefined, "0", undefined]);
  expect(numbers).toEqual([undefined, undefined, undefined]);
  await session.close();
});
