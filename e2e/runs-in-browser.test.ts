import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { unzipSync, zipSync } from "fflate";
import { type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy } from "../src/data/index.js";
import { readMetrics } from "../src/runs/index.js";
import { tensor } from "../src/tensor/index.js";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { serve } from "./serve.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const minutes = 60_000;

let browser: Browser;
let context: BrowserContext;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  if (executablePath === undefined) return;
  const project = at("project");
  mkdirSync(path.join(project, "node_modules"), { recursive: true });
  symlinkSync(root, path.join(project, "node_modules", "latent"), "dir");
  const packages = path.join(root, "node_modules");
  symlinkSync(
    path.join(packages, "onnxruntime-web"),
    path.join(project, "node_modules", "onnxruntime-web"),
    "dir",
  );
  copyFileSync(path.join(root, "e2e", "page-runs", "page.ts"), path.join(project, "page.ts"));
  await esbuild.build({
    entryPoints: { page: path.join(project, "page.ts"), "latent-web-worker": "latent/web-worker" },
    absWorkingDir: project,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: at("site"),
  });
  const ort = path.join(packages, "onnxruntime-web", "dist");
  for (const name of ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.asyncify.wasm"])
    copyFileSync(path.join(ort, name), at("site", name));
  writeFileSync(at("site", "index.html"), '<body><script type="module" src="./page.js"></script></body>');
  server = await serve(at("site"));
  browser = await startChromium();
  context = await browser.newContext();
}, 2 * minutes);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  scratch.remove();
});

async function open(within: BrowserContext = context): Promise<Page> {
  const page = await within.newPage();
  await page.goto(server.address);
  await page.waitForFunction("typeof page === 'object'");
  return page;
}

interface Trained {
  readonly digest: string;
  readonly losses: readonly number[];
  readonly steps: number;
}

const ask = <T>(page: Page, expression: string): Promise<T> => page.evaluate<T>(`page.${expression}`);

/** Ends a page as the system does that is out of memory: nothing in it runs any more. */
async function kill(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();
}

function filesOf(folder: string): Record<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file), new Uint8Array(readFileSync(file))];
    }),
  );
}

const latent = (...told: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [path.join(root, "dist", "bundle", "main.js"), ...told], {
    timeout: minutes,
  });

/** The page's pictures as files for Node. */
function writeData(): string {
  const pictures = (n: number): Uint8Array =>
    Uint8Array.from({ length: n * 64 }, (_, i) => ((i * 7919) % 251) * ((i >> 2) % 2));
  mkdirSync(at("data"), { recursive: true });
  for (const [name, n] of [
    ["train", 256],
    ["test", 32],
  ] as const)
    writeFileSync(at("data", `${name}.npy`), encodeNpy(tensor("uint8", [n, 8, 8], pictures(n))));
  return at("data");
}

/** WebAssembly's and the native engine's sums differ in their last digits only. */
function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, loss] of found.entries())
    expect(Math.abs(loss / (wanted[i] ?? 0) - 1), `epoch ${i + 1}`).toBeLessThan(1e-3);
}

describe.skipIf(executablePath === undefined)("a page that keeps its runs in the browser's files", () => {
  const epochs = 30;

  test(
    "loses nothing when it is killed, again and again: the weights are those of a run left alone",
    async () => {
      for (const saved of [1, 4, 6]) {
        const page = await open();
        await ask(page, `begin("killed", ${epochs})`);
        await page.waitForFunction(`page.state.saved >= ${saved} || page.state.failure !== ""`);
        expect(await page.evaluate("page.state.failure")).toBe("");
        await kill(page);
      }
      const page = await open();
      const [run] = await ask<{ name: string; state: string; step: number }[]>(page, "runs()");
      expect(run).toMatchObject({ name: "killed", state: "interrupted" });
      expect(run?.step).toBeGreaterThan(0);
      const resumed = await ask<Trained>(page, `finish("killed", ${epochs})`);
      const whole = await ask<Trained>(page, `whole(${epochs})`);
      expect(resumed.digest).toBe(whole.digest);
      expect(resumed.losses).toEqual(whole.losses);
      expect(resumed.steps).toBeLessThan(whole.steps);
      expect(await ask(page, 'files("killed")')).toEqual([
        "checkpoint/best.safetensors",
        "checkpoint/last.safetensors",
        "config.json",
        "metrics.jsonl",
        "model/SHA256SUMS",
        "model/decoder.onnx",
        "model/encoder.onnx",
        "model/model.json",
        "model/weights.safetensors",
      ]);
      expect(await ask(page, 'bestOf("killed")')).toBe("128");
      await page.close();
    },
    2 * minutes,
  );

  test(
    "gives a run to `latent train --resume`, and goes on with one of Node's",
    async () => {
      const page = await open();
      const folder = writeData();
      const whole = await ask<Trained>(page, "whole(4)");
      await ask(page, 'finish("given", 2)');
      const zip = Buffer.from(await ask<string>(page, 'zip("given")'), "base64");
      for (const [name, content] of Object.entries(unzipSync(zip))) {
        mkdirSync(path.dirname(at("given", name)), { recursive: true });
        writeFileSync(at("given", name), content);
      }
      await latent("train", folder, "--out", at("given"), "--resume", "--epochs", "4", "--no-pictures");
      const history = await readMetrics(at("given"));
      expectClose(
        history.map(({ evaluation }) => evaluation.negativeElbo ?? Number.NaN),
        whole.losses,
      );

      const flags = [
        "--z",
        "2",
        "--hidden",
        "32",
        "--batch",
        "16",
        "--seed",
        "3",
        "--lr",
        "0.01",
        "--epochs",
        "2",
      ];
      await latent("train", folder, "--out", at("taken"), ...flags, "--threads", "1", "--no-pictures");
      const taken = Buffer.from(zipSync(filesOf(at("taken")))).toString("base64");
      await ask(page, `unzip("taken", "${taken}")`);
      const resumed = await ask<Trained>(page, 'finish("taken", 4)');
      expect(resumed.steps).toBe(2 * 16);
      expectClose(resumed.losses, whole.losses);
      await page.close();
    },
    2 * minutes,
  );

  test(
    "refuses a second tab, which may train when the first has ended",
    async () => {
      const [first, second] = [await open(), await open()];
      await ask(first, 'begin("shared", 100000)');
      await first.waitForFunction("page.state.saved > 0");
      await expect(ask(second, 'finish("shared", 1)')).rejects.toThrow(
        /shared is being trained by another tab, or by this page already\. Wait until that ends/,
      );
      expect(await ask(second, "runs()")).toContainEqual(
        expect.objectContaining({ name: "shared", state: "training" }),
      );
      await kill(first);
      expect(await ask(second, "runs()")).toContainEqual(
        expect.objectContaining({ name: "shared", state: "interrupted" }),
      );
      await second.close();
    },
    minutes,
  );

  test(
    "pauses and steps without a change to the weights",
    async () => {
      const page = await open();
      const { digest, stood } = await ask<{ digest: string; stood: number[] }>(page, "paused(4)");
      expect(stood.slice(0, 3)).toEqual([0, 1, 4]);
      expect(stood).toContain(24);
      expect(digest).toBe((await ask<Trained>(page, "whole(4)")).digest);
      await page.close();
    },
    minutes,
  );

  test(
    "is told when the engine's worker ends without a word",
    async () => {
      const page = await open();
      expect(await ask(page, "workerEnded()")).toMatch(
        /^UserError: .*the engine's worker has ended: something ended it/,
      );
      await page.close();
    },
    minutes,
  );

  test(
    "is told when the GPU is lost",
    async (test) => {
      const gpu = await startChromium(["--enable-unsafe-webgpu"]);
      try {
        const said = await ask<string>(await open(await gpu.newContext()), "deviceLost()");
        if (/no WebGPU:/.test(said)) test.skip("this browser has no WebGPU adapter");
        expect(said).toMatch(/^UserError: .*the device was lost/);
      } finally {
        await gpu.close();
      }
    },
    2 * minutes,
  );
});
