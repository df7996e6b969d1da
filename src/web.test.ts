import { expect, test } from "vitest";
import { MemoryFolder } from "./testing/memory-folder.js";
import { LocalEngine, wasmBackend } from "./graph.js";
import { fromArrays, train, UserError, vae, type WebTrainOptions } from "./web.js";

const model = vae({ input: [4], latent: 2, hidden: [4] });
const rows = Array.from({ length: 16 }, (_, i) => [0, 1, 2, 3].map((k) => ((i * 3 + k) % 7) / 7));
const data = fromArrays({ train: rows, test: rows.slice(0, 4) });

test.each<[unknown, RegExp]>([
  [{ resume: true }, /^train: `resume` needs `out`, the folder of the run/],
  [{ checkpointSeconds: 1 }, /^train: `checkpointSeconds` needs `out`/],
  [{ out: "runs/first" }, /^train: out must be a folder's handle, .* got "runs\/first"$/],
  [{ out: {} }, /^train: out must be a folder's handle/],
  [{ out: new MemoryFolder("x"), pictures: true }, /^train has no option "pictures"/],
  [{ control: {} }, /^train: control must be a control/],
  [{ out: new MemoryFolder("x") }, /runs can't be kept here: the browser has no Web Locks/],
])("train in a page refuses %j", async (options, message) => {
  const training = train(model, data, { thread: "page", epochs: 1, ...(options as WebTrainOptions) });
  await expect(training).rejects.toThrow(message);
  await expect(training).rejects.toBeInstanceOf(UserError);
});

test("train refuses to be told where to compute beside an engine", async () => {
  const engine = new LocalEngine(await wasmBackend());
  for (const place of [{ device: "wasm" }, { threads: 1 }, { thread: "page" }] as const) {
    const [name] = Object.keys(place);
    await expect(train(model, data, { engine, ...place })).rejects.toThrow(
      `train: \`${name}\` has no effect where an \`engine\` is given; leave one of them out`,
    );
  }
  expect((await train(model, data, { engine, epochs: 1 })).finished).toBe(true);
  await engine.close();
});
