// What the studio's page does while it trains: the pad's decodings, the page's own thread, memory.
//   node bench/studio.mjs [steps, default 5000]
// Needs chromium and a build (npm run build). Two runs of MNIST are trained first, of one epoch each.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [steps = 5000] = process.argv.slice(2).map(Number);
const main = fileURLToPath(new URL("../dist/bundle/main.js", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-bench-studio-"));
const run = (...words) =>
  execFileSync(process.execPath, [main, ...words], { stdio: ["ignore", "ignore", "inherit"] });
for (const network of ["mlp", "conv"]) {
  run(
    "train",
    "mnist",
    "--network",
    network,
    "--epochs",
    "1",
    "--no-pictures",
    "--out",
    path.join(folder, network),
  );
}
const server = spawn(process.execPath, [main, "studio", folder, "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const address = await new Promise((resolve) => {
  let told = "";
  server.stdout.on("data", (part) => {
    told += part;
    const found = /http:\/\/[^\s/]+/.exec(told);
    if (found) resolve(found[0]);
  });
});
const runs = await (await fetch(`${address}/api/runs`)).json();
const idOf = (name) => runs.find((one) => one.name === name).id;
const browser = await chromium.launch({
  executablePath: process.env.LATENT_BENCH_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
});

/** Megabytes that a process holds, by what the kernel says. */
function resident(pid) {
  const [, kilobytes] = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes ?? 0) / 1024;
}

/** The largest of the browser's pages: its process holds the engine. */
function largestPage() {
  const pages = readdirSync("/proc").filter((pid) => {
    try {
      return /--type=renderer/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    } catch {
      return false;
    }
  });
  return Math.max(0, ...pages.map(resident));
}

async function pad(name) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${address}/#/explore/server/${idOf(name)}`);
  const place = page.getByRole("application", { name: /Latent space/ });
  await page.getByRole("heading", { name: "Nearest test examples" }).waitFor({ timeout: 120_000 });
  return {
    close: () => page.close(),
    /** What the page says of its last decodings, after the pointer went once around. */
    async told() {
      await page.bringToFront();
      const { x, y, width, height } = await place.boundingBox();
      const at = (i) => [
        x + width * (0.5 + 0.3 * Math.cos(i / 20)),
        y + height * (0.5 + 0.3 * Math.sin(i / 20)),
      ];
      await page.mouse.move(...at(0));
      await page.mouse.down();
      for (let i = 0; i < 260; i++) {
        await page.mouse.move(...at(i));
        await page.waitForTimeout(10);
      }
      await page.mouse.up();
      return page.locator(".timing").textContent();
    },
  };
}

async function trainingPage() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const epochs = Math.ceil(steps / 469) + 1;
  await page.goto(`${address}/#/train?epochs=${epochs}&device=wasm`);
  await page.evaluate(() => {
    globalThis.gaps = [];
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      globalThis.gaps.push(now - last);
      last = now;
    }, 5);
  });
  await page.getByRole("button", { name: "Start training" }).click();
  const step = async () => {
    const text = await page.locator("dl > div", { hasText: "Step" }).first().locator("dd").textContent();
    return Number((text ?? "").replace(/\D/g, ""));
  };
  const reach = async (wanted) => {
    while ((await step()) < wanted) await page.waitForTimeout(250);
  };
  return { page, reach };
}

try {
  const pads = { mlp: await pad("mlp"), conv: await pad("conv") };
  for (const [name, one] of Object.entries(pads)) console.log(`${name}, idle: ${await one.told()}`);
  const { page, reach } = await trainingPage();
  await reach(100);
  for (const [name, one] of Object.entries(pads)) console.log(`${name}, training: ${await one.told()}`);
  for (const one of Object.values(pads)) await one.close();
  await page.bringToFront();
  await reach(500);
  const before = largestPage();
  await page.evaluate(() => globalThis.gaps.splice(0));
  await reach(500 + steps);
  const gaps = await page.evaluate(() => globalThis.gaps.sort((a, b) => a - b));
  const at = (share) => gaps[Math.floor(share * (gaps.length - 1))].toFixed(0);
  console.log(`timers of 5 ms in the training page: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms`);
  console.log(`over 50 ms: ${gaps.filter((gap) => gap > 50).length} of ${gaps.length}`);
  console.log(
    `memory: ${before.toFixed(0)} MB at step 500, ${largestPage().toFixed(0)} MB ${steps} steps later`,
  );
} finally {
  await browser.close();
  server.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
