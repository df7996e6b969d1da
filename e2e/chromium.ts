import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The browser to test in. Where there is none these tests are skipped, and counted as such. */
export const executablePath = [
  process.env.LATENT_TEST_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the browser, silent towards the network; without further flags it computes on no GPU. */
export const startChromium = (flags: readonly string[] = ["--disable-gpu"]): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? "", args: [...args, ...flags] });
