import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "../../e2e/serve.js";
import { nodeBackend } from "../runtime/node.js";
import { UserError } from "../tensor/index.js";
import { MemoryFolder } from "../testing/memory-folder.js";
import { scratchFolder } from "../testing/run-cli.js";
import { initialValues } from "../nn/index.js";
import { bundle } from "./bundle.js";
import type { ReadableFolder } from "./folder-handle.js";
import { loadModelFrom, type ModelSource } from "./load-files.js";
import { TrainedVae } from "./trained.js";
import { vae } from "./vae.js";

const openBackend = () => nodeBackend("cpu", 1);
const scratch = scratchFolder();
const definition = vae({ input: [4], latent: 2, hidden: [3] });
const model = new TrainedVae(definition, initialValues(definition.parameters, 0), openBackend);
const files = bundle(model);
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(path.join(scratch.folder, "run", "model"), { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(scratch.folder, "run", "model", name), content);
  server = await serve(scratch.folder);
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const handle: ReadableFolder = {
  name: "opened",
  async getFileHandle(name) {
    const content = files[name];
    if (content === undefined) throw Object.assign(new Error("none"), { name: "NotFoundError" });
    return { getFile: async () => ({ arrayBuffer: async () => content.slice().buffer }) };
  },
};

async function requireSame(source: ModelSource): Promise<void> {
  const loaded = await loadModelFrom(source, openBackend);
  expect(loaded.weights).toEqual(model.weights);
  expect((await loaded.generate(3, { seed: 2 })).data).toEqual((await model.generate(3, { seed: 2 })).data);
}

describe("a model out of its files", () => {
  test("by the address of its folder, or of its run's", async () => {
    await requireSame(`${server.address}/run/model/`);
    await requireSame(new URL(`${server.address}/run`));
  });

  test("by name", () => requireSame(files));

  test("in a folder that the user has opened", () => requireSame(handle));

  test("in the folder of its run", async () => {
    const inside = Object.entries(files).map(([name, content]) => [`model/${name}`, content] as const);
    await requireSame(await new MemoryFolder("run").put(Object.fromEntries(inside)));
    await expect(loadModelFrom(new MemoryFolder("empty"), openBackend)).rejects.toThrow(
      /no model: empty\/model\.json and empty\/model\/model\.json missing; openRun opens runs that have not ended/,
    );
  });

  test.each<[string, () => ModelSource, RegExp]>([
    [
      "an address without one",
      () => `${server.address}/other`,
      /no model: .*other\/model\.json and .*missing/,
    ],
    ["an address that nothing answers at", () => "http://127.0.0.1:9", /can't be fetched; check the address/],
    [
      "a file too few",
      () => ({ "model.json": files["model.json"] as Uint8Array }),
      /weights\.safetensors is missing/,
    ],
    [
      "a damaged file",
      () => ({ ...files, "model.json": new Uint8Array(3) }),
      /model\.json is damaged: it is not valid JSON/,
    ],
    ["nothing", () => undefined as unknown as ModelSource, /from an address, from files by name/],
  ])("is refused for %s, by name", async (_, source, message) => {
    const loading = loadModelFrom(source(), openBackend);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(UserError);
  });
});
