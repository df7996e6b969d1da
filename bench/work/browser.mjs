import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { root } from "../lib/latent.mjs";
import { quiet, watched } from "../lib/load.mjs";
import { summary } from "../lib/stats.mjs";

export const title = "A training step in Chromium, WebAssembly, all in one page";
export const unit = "ms a step";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function chromium() {
  if (process.env.LATENT_BENCH_CHROMIUM) return process.env.LATENT_BENCH_CHROMIUM;
  for (const name of ["chromium", "google-chrome", "chromium-browser"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** Milliseconds a step with one thread and with two, every number of threads in a browser of its own. */
export async function run({ rounds, seconds, quick, log, keep }) {
  const packages = ["esbuild", "playwright-core", "@tensorflow/tfjs-backend-wasm", "@jax-js/jax"];
  const absent = packages.find((name) => !existsSync(path.join(root, "bench/node_modules", name)));
  if (absent) return { results: [], missing: { browser: `npm install --prefix bench (no ${absent})` } };
  const executablePath = chromium();
  if (!executablePath) return { results: [], missing: { browser: "apt install chromium" } };
  const { chromium: driver } = await import("playwright-core");
  const { servePage } = await import("../web/serve.mjs");
  const page = await servePage();
  const results = [];
  try {
    for (const batch of quick ? [128] : [32, 128, 512]) {
      for (const threads of [1, 2]) {
        log(`browser: batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`);
        const names = ["latent", "tfjs-wasm", ...(threads > 1 ? ["jax"] : [])];
        const options = { batch, threads, rounds, seconds: seconds(30), log };
        results.push(...(await inBrowser(driver, executablePath, page.address, names, options)));
        keep({ results, missing: {} });
      }
    }
  } finally {
    page.close();
  }
  return { results, missing: {} };
}

async function inBrowser(driver, executablePath, address, names, { batch, threads, rounds, seconds, log }) {
  const browser = await driver.launch({ executablePath, args: flags, headless: true });
  try {
    const tab = await browser.newPage();
    const messages = [];
    tab.on("pageerror", (error) => messages.push(error.message));
    await tab.goto(address);
    await tab.waitForFunction(() => window.bench !== undefined, undefined, { timeout: 60_000 });
    const states = [];
    for (const name of names) {
      const about = {
        case: `batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`,
        batch,
        threads,
        competitor: name,
      };
      try {
        const info = await tab.evaluate(
          ([n, r]) => window.bench.setup(n, r),
          [name, { batch, latent: 2, threads }],
        );
        states.push({ about: { ...about, info }, name, samples: [] });
      } catch (error) {
        log(`browser: ${name}: ${error.message} ${messages.join("; ")}`.slice(0, 400));
        states.push({ about, name, error: error.message });
      }
    }
    const end = performance.now() + seconds * 1000;
    for (let round = 0; round < 4 * rounds && (round < 3 || performance.now() < end); round++) {
      for (const { name, samples } of states.filter(({ error }) => error === undefined)) {
        await quiet();
        // Chromium's processes are this process's children.
        const { result, foreign, waited, clean } = await watched(process.pid, () =>
          tab.evaluate((n) => window.bench.sample(n), name),
        );
        samples.push({ ...result, foreign, waited, clean });
      }
    }
    return states.map(({ about, samples, error }) =>
      error === undefined ? { ...about, ...summary(samples), raw: samples } : { ...about, error },
    );
  } finally {
    await browser.close();
  }
}
