import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unzipSync } from "fflate";
import { runCli, scratchFolder } from "../src/testing/run-cli.js";
import { mkdirSync } from "node:fs";
import { executablePath, startChromium } from "./chromium.js";
import { openScreen, type RunningStudio, seriousViolations, startStudio } from "./studio.js";

const minutes = 60_000;
const scratch = scratchFolder();
const runs = path.join(scratch.folder, "runs");
let browser: Browser;
let studio: RunningStudio;

beforeAll(async () => {
  if (executablePath === undefined) return;
  mkdirSync(runs);
  studio = await startStudio(runs);
  browser = await startChromium();
}, 2 * minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
  scratch.remove();
});

const figure = async (page: Page, name: string): Promise<string> =>
  (await page.locator("dl > div", { hasText: name }).first().locator("dd").textContent()) ?? "";

async function untilState(page: Page, state: string, timeout = 3 * minutes): Promise<void> {
  await page.locator("dd [role=status]", { hasText: state }).waitFor({ timeout });
}

async function begin(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start training" }).click();
}

/** The run folder that the page hands out as a zip, written to disk. */
async function downloaded(page: Page, to: string): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download the run" }).click(),
  ]);
  const files = unzipSync(new Uint8Array(readFileSync(await download.path())));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(to, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(file, content);
  }
}

describe.skipIf(executablePath === undefined)("training in the page", () => {
  test(
    "two epochs of MNIST reach Node's loss with the same seed; the run is kept, and goes on under `latent train --resume`",
    async () => {
      const { page, complaints } = await openScreen(browser, studio, "/train?epochs=2&seed=4&device=wasm");
      await begin(page);
      await untilState(page, "finished");
      const inPage = Number(await figure(page, "ELBO"));

      const out = path.join(runs, "node");
      const { code, stderr } = await runCli([
        "train",
        "mnist",
        "--epochs",
        "2",
        "--seed",
        "4",
        "--no-pictures",
        "--out",
        out,
      ]);
      expect(stderr === "" ? code : stderr).toBe(0);
      const last = readFileSync(path.join(out, "metrics.jsonl"), "utf8").trim().split("\n").at(-1) ?? "";
      const { evaluation } = JSON.parse(last) as { evaluation: { negativeElbo: number } };
      // One engine adds up in another order than the other; 900 steps of that are far below a thousandth.
      expect(Math.abs(inPage / evaluation.negativeElbo - 1)).toBeLessThan(1e-3);

      await page.reload();
      await page.goto(`${studio.address}/#/`);
      await page.getByRole("link", { name: /^Watch mnist z2/ }).click();
      await untilState(page, "finished");
      const taken = path.join(scratch.folder, "taken");
      await downloaded(page, taken);
      const resumed = await runCli([
        "train",
        "mnist",
        "--resume",
        "--epochs",
        "3",
        "--no-pictures",
        "--out",
        taken,
      ]);
      expect(resumed.stderr === "" ? resumed.code : resumed.stderr).toBe(0);
      const lines = readFileSync(path.join(taken, "metrics.jsonl"), "utf8").trim().split("\n");
      expect(lines).toHaveLength(3);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    6 * minutes,
  );

  test(
    "paused, stepped, closed in the middle and resumed, it ends where an uninterrupted run ends",
    async () => {
      const address = "/train?epochs=2&seed=1&limit=5000&device=wasm";
      const whole = await openScreen(browser, studio, address);
      await begin(whole.page);
      await untilState(whole.page, "finished");
      const wanted = await figure(whole.page, "ELBO");
      await whole.page.context().close();

      const { page, complaints } = await openScreen(browser, studio, address);
      await begin(page);
      await untilState(page, "training");
      await page.getByRole("button", { name: "Pause" }).click();
      await untilState(page, "paused");
      await expect.poll(() => page.getByRole("button", { name: "One step" }).isEnabled()).toBe(true);
      const before = Number((await figure(page, "Step")).replace(",", ""));
      await page.getByRole("button", { name: "One step" }).click();
      await expect
        .poll(async () => Number((await figure(page, "Step")).replace(",", "")), { timeout: minutes })
        .toBeGreaterThan(before);

      await page.goto(`${studio.address}/#/`);
      await page.reload();
      await page.getByRole("link", { name: /^Watch mnist z2/ }).click();
      await page.getByRole("button", { name: "Go on training" }).click();
      await untilState(page, "finished");
      expect(await figure(page, "ELBO")).toBe(wanted);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    6 * minutes,
  );

  test(
    "a run that the command trains elsewhere is followed while it goes on",
    async () => {
      const out = path.join(runs, "followed");
      const training = runCli(["train", "mnist", "--epochs", "6", "--no-pictures", "--out", out]);
      const { page, complaints } = await openScreen(browser, studio, "/");
      await expect
        .poll(
          async () => {
            await page.reload();
            return page.getByRole("link", { name: "Watch followed" }).count();
          },
          { timeout: minutes, interval: 1000 },
        )
        .toBe(1);
      await page.getByRole("link", { name: "Watch followed" }).click();
      await untilState(page, "finished");
      expect(await figure(page, "Epoch")).toBe("6 / 6");
      await page.getByRole("img", { name: "Generated" }).waitFor();
      expect((await training).code).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    4 * minutes,
  );
});

describe.skipIf(executablePath === undefined)("the screens", () => {
  test.each(["/", "/train", "/paint", "/compare"])(
    "%s: axe-core finds nothing serious, in either theme",
    async (hash) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, complaints } = await openScreen(browser, studio, hash, { colorScheme });
        await page.locator("main h1").waitFor();
        expect(await seriousViolations(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
  );

  test(
    "a painted ring: the codes come nearer to it while they flow",
    async () => {
      const { page, complaints } = await openScreen(browser, studio, "/paint");
      await page.getByRole("button", { name: "Let the codes flow in" }).click();
      const nearer = async (): Promise<number> =>
        Number(/([\d.]+) times nearer/.exec((await page.locator("main").textContent()) ?? "")?.[1] ?? 0);
      await expect.poll(nearer, { timeout: 2 * minutes, interval: 500 }).toBeGreaterThan(3);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    3 * minutes,
  );
});
