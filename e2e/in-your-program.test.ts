import { execFile } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { decodePng, type Dataset, encodeNpy, fromArrays, loadModel, tensor, train, vae } from "latent";
import { loadModel as loadInPage } from "latent/web";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expressApp } from "../examples/in-your-program/express.js";
import { honoApp } from "../examples/in-your-program/hono.js";
import { Service } from "../examples/in-your-program/service.js";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { serve } from "./serve.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const examples = path.join(root, "examples", "in-your-program");
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);

/** Pictures of 8x8 with a bright half, each a little different. */
function halves(n: number, first: number): Float32Array {
  return Float32Array.from({ length: n * 64 }, (_, k) => {
    const [i, x] = [Math.floor(k / 64) + first, k % 8];
    return x >> 2 === i % 2 ? 0.6 + ((i * 7 + k) % 11) / 30 : ((i * 5 + k) % 7) / 60;
  });
}

/** What is nothing of the kind: a chess board. */
const board = Float32Array.from({ length: 64 }, (_, k) => (k + (k >> 3)) % 2);

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}
type Ask = (path: string, body?: string) => Promise<Answer>;

let usual: Dataset;
beforeAll(async () => {
  const [trained, tested] = [halves(200, 0), halves(40, 1000)];
  usual = fromArrays({
    train: tensor("float32", [200, 8, 8], trained),
    test: tensor("float32", [40, 8, 8], tested),
  });
  const model = vae({ input: [8, 8], latent: 2, hidden: [32] });
  const run = await train(model, usual, {
    epochs: 20,
    batchSize: 32,
    lr: 5e-3,
    seed: 1,
    threads: 1,
    out: at("run"),
  });
  await run.model.close();
  mkdirSync(at("data"));
  writeFileSync(at("data", "train-images.npy"), encodeNpy(tensor("float32", [200, 8, 8], trained)));
  writeFileSync(at("data", "test-images.npy"), encodeNpy(tensor("float32", [40, 8, 8], tested)));
});
afterAll(scratch.remove);

/** Runs one of the examples' scripts. */
function node(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(examples, script), ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("endpoints", () => {
  let service: Service;
  let address = "";
  let close: () => void = () => undefined;
  beforeAll(async () => {
    service = await Service.open(at("run"), usual);
    await new Promise<void>((resolve) => {
      const server = expressApp(service).listen(0, "127.0.0.1", () => {
        address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        resolve();
      });
      close = () => server.close();
    });
  });
  afterAll(async () => {
    close();
    await service.close();
  });

  const read = async (response: Response): Promise<Answer> => ({
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    bytes: new Uint8Array(await response.arrayBuffer()),
  });
  const told = (body?: string): RequestInit =>
    body === undefined ? {} : { method: "POST", body, headers: { "content-type": "application/json" } };
  const asks: Readonly<Record<string, Ask>> = {
    hono: async (to, body) => read(await honoApp(service).request(to, told(body))),
    express: async (to, body) => read(await fetch(`${address}${to}`, told(body))),
  };
  const json = ({ bytes }: Answer): unknown => JSON.parse(new TextDecoder().decode(bytes));

  test.each(Object.entries(asks))("%s draws pictures and numbers", async (_, ask) => {
    const png = await ask("/generate.png?n=4&seed=1&temperature=0.5");
    expect(png.status).toBe(200);
    expect(png.type).toMatch("image/png");
    expect((await decodePng(png.bytes)).width).toBeGreaterThan(2 * 8);
    const numbers = json(await ask("/generate.json?n=3&seed=1")) as { shape: number[]; data: number[] };
    const model = await loadModel(at("run"));
    const same = await model.generate(3, { seed: 1 });
    await model.close();
    expect(numbers.shape).toEqual([3, 8, 8]);
    expect(Float32Array.from(numbers.data)).toEqual(same.data);
  });

  test.each(Object.entries(asks))("%s encodes and scores", async (_, ask) => {
    const pictures = [Array.from(halves(1, 2000)), Array.from(board)].map((flat) =>
      Array.from({ length: 8 }, (_row, y) => flat.slice(8 * y, 8 * y + 8)),
    );
    const body = JSON.stringify({ examples: pictures });
    const { codes } = json(await ask("/encode", body)) as { codes: number[][] };
    expect(codes.map((code) => code.length)).toEqual([2, 2]);
    const { scores } = json(await ask("/score", body)) as {
      scores: { flagged: boolean; recommended: number }[];
    };
    expect(scores.map(({ flagged }) => flagged)).toEqual([false, true]);
    expect(scores[1]?.recommended).toBeGreaterThan(scores[0]?.recommended ?? Infinity);
  });

  test.each(Object.entries(asks))("%s says what is wrong with a request", async (_, ask) => {
    const wrong = [
      await ask("/encode", "{"),
      await ask("/score", JSON.stringify({ examples: [] })),
      await ask("/encode", JSON.stringify({ examples: [[[1, 2], [3]]] })),
      await ask("/encode", JSON.stringify({ examples: [[1, 2, 3]] })),
      await ask("/generate.png?n=many"),
      await ask("/generate.json?n=2&temperature=-1"),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    for (const answer of wrong) expect((json(answer) as { error: string }).error).not.toBe("");
  });
});

test("the script prints the most unusual examples", async () => {
  const { code, stdout, stderr } = await node("script.mjs", at("run"), at("data"));
  expect(code, stderr).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  expect(lines).toHaveLength(10);
  const scores = lines.map(([, score]) => Number(score));
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(lines[0]?.[2]).toMatch(/^row \d, column \d$/);
});

test("the worker draws in its own thread what the model draws here, and tells of mistakes", async () => {
  const { startGenerator } = (await import(pathToFileURL(path.join(examples, "from-worker.mjs")).href)) as {
    startGenerator(run: string): {
      draw(asked: object): Promise<{ shape: number[]; data: Float32Array }>;
      close(): Promise<number>;
    };
  };
  const generator = startGenerator(at("run"));
  const drawn = await Promise.all([1, 2].map((seed) => generator.draw({ n: 5, seed })));
  await expect(generator.draw({ n: 0 })).rejects.toThrow("the number of samples");
  await generator.close();
  const model = await loadModel(at("run"));
  for (const [i, seed] of [1, 2].entries()) {
    expect(drawn[i]?.data).toEqual((await model.generate(5, { seed })).data);
  }
  await model.close();
  const broken = startGenerator(at("nowhere"));
  await expect(broken.draw({ n: 1 })).rejects.toThrow("nowhere");
  await broken.close();
});

describe("the scoring job", () => {
  const job = () => node("scoring-job.mjs", at("run"), at("data"), at("inbox"), at("outbox"));
  const mixed = (n: number, first: number): Uint8Array => {
    const data = halves(n, first);
    data.set(board, 64 * 2);
    return encodeNpy(tensor("float32", [n, 8, 8], data));
  };

  test("flags what is unusual in new files, and does again only what is new", async () => {
    mkdirSync(at("inbox"));
    writeFileSync(at("inbox", "monday.npy"), mixed(5, 3000));
    const first = await job();
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain("1 to score");
    const written = readFileSync(at("outbox", "monday.flagged.csv"), "utf8");
    expect(written).toMatch(/^# .*\nid,recommended,blame\n2,[\d.]+,"row \d, column \d"\n$/);
    const when = statSync(at("outbox", "monday.flagged.csv")).mtimeMs;

    writeFileSync(at("inbox", "tuesday.npy"), mixed(4, 3100));
    writeFileSync(at("inbox", "broken.npy"), "no array");
    const second = await job();
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("broken.npy");
    expect(second.stdout).toContain("tuesday.npy: 1 of 4 flagged");
    expect(statSync(at("outbox", "monday.flagged.csv")).mtimeMs).toBe(when);
    expect(readdirSync(at("outbox")).sort()).toEqual(["monday.flagged.csv", "tuesday.flagged.csv"]);
  });

  test("scores a file again that has changed or whose result was cut short", async () => {
    writeFileSync(at("inbox", "broken.npy"), mixed(3, 3200));
    writeFileSync(at("outbox", "tuesday.flagged.csv"), "# cut");
    const { code, stdout, stderr } = await job();
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("2 to score");
    expect((await job()).stdout).toBe("0 to score\n");
  });
});

describe("the static page", () => {
  beforeAll(async () => {
    mkdirSync(at("project", "node_modules"), { recursive: true });
    symlinkSync(root, at("project", "node_modules", "latent"), "dir");
    writeFileSync(at("project", "package.json"), '{ "type": "module" }');
    cpSync(path.join(examples, "page"), at("project"), { recursive: true });
    await esbuild.build({
      entryPoints: [at("project", "page.ts")],
      absWorkingDir: at("project"),
      tsconfigRaw: {},
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: at("public"),
    });
    copyFileSync(at("project", "index.html"), at("public", "index.html"));
    cpSync(at("run", "model"), at("public", "model"), { recursive: true });
    const ort = path.join(root, "node_modules", "onnxruntime-web", "dist");
    const wasm = "ort-wasm-simd-threaded.wasm";
    copyFileSync(path.join(ort, wasm), at("public", wasm));
  });

  test("is bundled beside a model that loads from an address and draws what it draws here", async () => {
    expect(existsSync(at("public", "page.js"))).toBe(true);
    const { address, close } = await serve(at("public"));
    try {
      const there = await loadInPage(`${address}/model/`);
      const [here, drawn] = [
        await loadModel(at("run")),
        await there.generate(4, { seed: 2, temperature: 0.8 }),
      ];
      const expected = await here.generate(4, { seed: 2, temperature: 0.8 });
      // two engines, float32
      drawn.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i] ?? Number.NaN, 5));
      await Promise.all([here.close(), there.close()]);
    } finally {
      await close();
    }
  });

  test.skipIf(executablePath === undefined)("draws in a browser", async () => {
    const { address, close } = await serve(at("public"));
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      await page.goto(address);
      await page.waitForFunction("document.getElementById('state').textContent === '16 drawn'");
      expect(await page.evaluate("document.getElementById('picture').naturalWidth")).toBeGreaterThan(32);
    } finally {
      await browser.close();
      await close();
    }
  });
});
