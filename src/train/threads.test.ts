import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { train } from "../node.js";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { RandomStream } from "../tensor/index.js";
import type { TrainEvent } from "./events.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
afterEach(() => vi.unstubAllEnvs());

const pixels = new RandomStream(3, "pixels").uniform(new Float32Array(100 * 64), 0);
const data = fromArrays({ shape: [8, 8], train: Uint8Array.from(pixels, (value) => 255 * value) });
const model = vae({ input: [8, 8], hidden: [8] });
const recorded = (folder: string): unknown =>
  (JSON.parse(readFileSync(`${folder}/config.json`, "utf8")) as { threads: unknown }).threads;

test("a run records its threads, resumes with them, and says so if it is told to take others", async () => {
  const out = `${scratch.folder}/run`;
  const warnings: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.type === "warning" && event.message.includes("thread")) warnings.push(event.message);
  };
  const first = await train(model, data, { out, threads: 3, epochs: 1, onEvent });
  expect([first.engine.includes("3 threads"), recorded(out)]).toEqual([true, 3]);
  const second = await train(model, data, { out, epochs: 2, resume: true, onEvent });
  expect([second.engine.includes("3 threads"), recorded(out), warnings]).toEqual([true, 3, []]);
  const third = await train(model, data, { out, epochs: 3, resume: true, threads: 1, onEvent });
  expect([third.engine.includes("1 thread"), recorded(out)]).toEqual([true, 1]);
  expect(warnings).toEqual([expect.stringMatching(/trained with 3 threads so far, and goes on with 1:/)]);
});

test("a library call writes no file outside its folder", async () => {
  const [temporary, runtime] = [`${scratch.folder}/tmp`, `${scratch.folder}/xdg`];
  for (const folder of [temporary, runtime]) mkdirSync(folder);
  vi.stubEnv("TMPDIR", temporary);
  vi.stubEnv("XDG_RUNTIME_DIR", runtime);
  const seen: string[] = [];
  const look = (): void => void seen.push(...readdirSync(temporary), ...readdirSync(runtime));
  const run = await train(model, data, { out: `${scratch.folder}/alone`, epochs: 2, onEvent: look });
  look();
  await run.model.close();
  expect(seen).toEqual([]);
  expect(existsSync(`${scratch.folder}/alone/model/model.json`)).toBe(true);
});

test("other programs' load changes neither the number of threads nor a bit of the weights", {
  timeout: 120_000,
}, async () => {
  const tiny = writeTinyData(`${scratch.folder}/tiny`);
  const weights = async (name: string): Promise<[unknown, Buffer]> => {
    const out = `${scratch.folder}/${name}`;
    const args = [
      "train",
      tiny,
      "--out",
      out,
      "--hidden",
      "400",
      "--z",
      "20",
      "--epochs",
      "30",
      "--no-pictures",
    ];
    const { code, stderr } = await runCli(args);
    expect(code, stderr).toBe(0);
    return [recorded(out), readFileSync(`${out}/model/weights.safetensors`)];
  };
  const alone = await weights("quiet");
  const together = await Promise.all(["a", "b", "c"].map(weights));
  for (const other of together) expect(other).toEqual(alone);
});
