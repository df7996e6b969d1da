import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { type Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { serve } from "./serve.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = scratchFolder();
const project = path.join(scratch.folder, "project");
const minutes = 60_000;

let browser: Browser;

beforeAll(async () => {
  if (executablePath === undefined) return;
  for (const name of ["index.html", "page.ts"])
    cpSync(path.join(root, "e2e", "page", name), path.join(project, name));
  mkdirSync(path.join(project, "node_modules"));
  symlinkSync(root, path.join(project, "node_modules", "latent"), "dir");
  writeFileSync(path.join(project, "package.json"), '{ "type": "module", "sideEffects": true }');
  browser = await startChromium();
}, 2 * minutes);

afterAll(async () => {
  await browser?.close();
  scratch.remove();
});

interface Result {
  readonly engine: string;
  readonly webgpu: string;
  readonly webgpuDevice: string;
  readonly webgpuElbo: number;
  readonly ticks: number;
  readonly steps: number;
  readonly elbos: readonly number[];
  readonly sameWeights: boolean;
  readonly encoded: readonly (readonly number[])[];
  readonly image: readonly number[];
  readonly sameDraws: boolean;
  readonly evaluation: number;
  readonly density: number;
}

/** Opens what a bundler has made and lets it train. */
async function trainIn(
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
  within: Browser = browser,
): Promise<Result> {
  const { address, close } = await serve(folder);
  const page = await within.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  try {
    await page.goto(address);
    await page.waitForFunction("typeof trainPage === 'function'", undefined, { timeout: minutes });
    return await page.evaluate<Result>(`trainPage(${JSON.stringify(options)})`);
  } catch (error) {
    throw new Error(`the page failed: ${[...errors, (error as Error).message].join("\n")}`, { cause: error });
  } finally {
    await page.close();
    await close();
  }
}

function expectTrained(result: Result): void {
  expect(result.engine).toMatch(/WebAssembly/);
  expect(result.engine).not.toMatch(/page's own thread/);
  expect(result.steps).toBe(96);
  expect(result.elbos).toHaveLength(6);
  expect(result.elbos.at(-1)).toBeLessThan((result.elbos[0] ?? 0) * 0.9);
  expect(result.sameWeights).toBe(true);
  expect(result.ticks).toBeGreaterThan(20);
  expect(result.encoded).toEqual([
    [32, 2],
    [32, 2],
  ]);
  expect(result.image[0]).toBeGreaterThan(32);
  expect(result.sameDraws).toBe(true);
  expect(result.evaluation).toBeCloseTo(result.elbos.at(-1) ?? 0, 3);
  expect(result.density).toBeCloseTo(-0.9189385, 5);
}

describe.skipIf(executablePath === undefined)("a page that trains in a Web Worker", () => {
  let viteResult: Result;

  test(
    "bundled by Vite as it comes, the worker and the engine included",
    async () => {
      const out = path.join(scratch.folder, "vite");
      await build({ root: project, logLevel: "error", build: { outDir: out, emptyOutDir: true } });
      viteResult = await trainIn(out);
      expectTrained(viteResult);
    },
    5 * minutes,
  );

  test(
    "bundled by esbuild, with the worker as an entry point of its own",
    async () => {
      const out = path.join(scratch.folder, "esbuild");
      await esbuild.build({
        entryPoints: { page: path.join(project, "page.ts"), "latent-web-worker": "latent/web-worker" },
        absWorkingDir: project,
        bundle: true,
        splitting: true,
        minify: true,
        format: "esm",
        target: "es2022",
        outdir: out,
      });
      const ort = path.join(root, "node_modules", "onnxruntime-web", "dist");
      for (const name of ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.asyncify.wasm"])
        copyFileSync(path.join(ort, name), path.join(out, name));
      writeFileSync(
        path.join(out, "index.html"),
        '<body><script type="module" src="./page.js"></script></body>',
      );
      const result = await trainIn(out, { worker: "./latent-web-worker.js" });
      expectTrained(result);
      expect(result.elbos).toEqual(viteResult.elbos);
      const fallback = await trainIn(out, { worker: "./missing.js" });
      expect(fallback.engine).toMatch(/in the page's own thread: the worker's script could not be loaded/);
      expect(fallback.elbos).toEqual(viteResult.elbos);
    },
    5 * minutes,
  );

  test("says why where there is no WebGPU, and computes in WebAssembly", () => {
    expect(viteResult.webgpuDevice).toBe("wasm");
    expect(viteResult.webgpu).toMatch(
      /WebAssembly.*webgpu can't be used: (WebGPU finds no GPU|this browser)/,
    );
    expect(viteResult.webgpuElbo).toBe(viteResult.elbos[0]);
  });

  test(
    "trains on WebGPU where there is an adapter, if only one in software",
    async (context) => {
      const gpu = await startChromium(["--enable-unsafe-webgpu"]);
      try {
        const result = await trainIn(path.join(scratch.folder, "vite"), {}, gpu);
        if (result.webgpu.includes("WebGPU finds no GPU")) context.skip("this browser has no WebGPU adapter");
        expect(result.webgpuDevice).toBe("webgpu");
        expect(result.webgpu).toMatch(/^ONNX Runtime WebGPU/);
        // Float32 on both; only the order of sums and the last digits of exp and log differ.
        expect(Math.abs(result.webgpuElbo / (result.elbos[0] ?? 0) - 1)).toBeLessThan(1e-3);
      } finally {
        await gpu.close();
      }
    },
    5 * minutes,
  );
});

test(
  "a Node program bundled by esbuild, its worker too, trains in the worker and ends",
  async () => {
    const program = path.join(scratch.folder, "program");
    mkdirSync(path.join(program, "node_modules"), { recursive: true });
    symlinkSync(root, path.join(program, "node_modules", "latent"), "dir");
    writeFileSync(path.join(program, "package.json"), '{ "type": "module" }');
    writeFileSync(
      path.join(program, "app.js"),
      `import { fromArrays, train, vae } from "latent";
      const rows = (n) => Array.from({ length: n }, (_, i) => [0, 1, 2, 3].map((k) => ((i * 3 + k) % 7) / 7));
      const data = fromArrays({ train: rows(64), test: rows(16) });
      const model = vae({ input: [4], latent: 2, hidden: [8] });
      const run = await train(model, data, { epochs: 2, batchSize: 16, device: "cpu", threads: 1 });
      const { mean } = await run.model.encode(data.test.examples);
      console.log(JSON.stringify({ shape: mean.shape, device: run.device, finished: run.finished }));`,
    );
    const out = path.join(scratch.folder, "deployed");
    await esbuild.build({
      entryPoints: { app: path.join(program, "app.js"), "latent-worker": "latent/worker" },
      absWorkingDir: program,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      outdir: out,
      external: ["onnxruntime-node", "@resvg/resvg-js"],
    });
    // where it runs there is the native engine, but not latent
    writeFileSync(path.join(out, "package.json"), '{ "type": "module" }');
    mkdirSync(path.join(out, "node_modules"));
    for (const name of ["onnxruntime-node", "onnxruntime-common"])
      symlinkSync(path.join(root, "node_modules", name), path.join(out, "node_modules", name), "dir");
    const start = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ["app.js"], { cwd: out, timeout: minutes });
    expect(JSON.parse((await start()).stdout)).toEqual({ shape: [16, 2], device: "cpu", finished: true });
    rmSync(path.join(out, "latent-worker.js"));
    await expect(start()).rejects.toThrow(
      /bundled without the engine's worker thread: bundle `latent\/worker`/,
    );
  },
  2 * minutes,
);
