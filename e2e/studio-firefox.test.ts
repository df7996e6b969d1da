import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath as chromium, startChromium } from "./chromium.js";
import { openScreen, type RunningStudio, startStudio } from "./studio.js";

const minutes = 60_000;
const firefox = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const isThere = existsSync(firefox);
if (!isThere)
  console.warn(`${firefox} is missing: nothing is tested in Firefox (apt-get install firefox-esr)`);

const scratch = scratchFolder();
let browser: Browser;
let studio: RunningStudio;

beforeAll(async () => {
  if (!isThere) return;
  mkdirSync(path.join(scratch.folder, "runs"));
  studio = await startStudio(path.join(scratch.folder, "runs"));
  browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
}, 2 * minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
  scratch.remove();
});

/** The state and the figure of a run on the screen. */
const finished = "//dl//*[@role='status'][.='finished']";
const elbo = "//dl/div[contains(., 'ELBO')]/dd";

/** What is used of a canvas. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

describe.skipIf(!isThere)("Firefox", () => {
  test(
    "trains in the page to Chromium's loss, keeps the run, and decodes on the pad, without a complaint",
    async () => {
      const hash = "/train?epochs=1&seed=4&limit=5000&device=wasm";
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (["error", "warn"].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(`${studio.address}/#${hash}`);
      await page.locator("::-p-aria(Start training)").click();
      await page.waitForSelector(`::-p-xpath(${finished})`, { timeout: 2 * minutes });
      const figure = (found: { readonly textContent: string | null }): string => found.textContent ?? "";
      const inFirefox = Number(await page.$eval(`::-p-xpath(${elbo})`, figure));

      await page.locator('::-p-aria([name="Explore"][role="button"])').click();
      await page.waitForSelector("canvas");
      // The backdrop of the pad is decoded: strokes on it are neither empty nor of one shade.
      const shades = (pad: Canvas): number => {
        const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
        return new Set(data).size;
      };
      await expect
        .poll(() => page.$eval("canvas", shades as never), { timeout: minutes, interval: 1000 })
        .toBeGreaterThan(50);
      expect(complaints).toEqual([]);
      expect(inFirefox).toBeGreaterThan(100);
      await page.close();

      if (chromium === undefined) return;
      const other = await startChromium();
      const opened = await openScreen(other, studio, hash);
      await opened.page.getByRole("button", { name: "Start training" }).click();
      await opened.page.locator(finished).waitFor({ timeout: 2 * minutes });
      const inChromium = Number(await opened.page.locator(elbo).textContent());
      await other.close();
      // The same sums by the same WebAssembly: a thousandth is far more than they may differ by.
      expect(Math.abs(inFirefox / inChromium - 1)).toBeLessThan(1e-3);
    },
    5 * minutes,
  );
});
