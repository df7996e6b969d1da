import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { type Opened, openScreen, type RunningStudio, seriousViolations, startStudio } from "./studio.js";

const steps = [
  "autoencoder",
  "parameters",
  "trick",
  "simple",
  "elbo",
  "generate",
  "distributions",
  "next",
] as const;
const minutes = 60_000;
const scratch = scratchFolder();

let browser: Browser;
let studio: RunningStudio;

beforeAll(async () => {
  if (executablePath === undefined) return;
  studio = await startStudio(scratch.folder);
  browser = await startChromium();
}, minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
  scratch.remove();
});

/** Opens a step of the lesson; all that the browser complains of is kept. */
async function open(step: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const calm = { locale: "en-US", reducedMotion: "reduce" } as const;
  const opened = await openScreen(browser, studio, `/learn/${step}`, { ...calm, ...options });
  await opened.page.waitForSelector("article footer", { timeout: minutes / 2 });
  return opened;
}

const answer = (page: Page, question: number, place: number): Promise<void> =>
  page.locator(".quiz").nth(question).locator("label").nth(place).click();

describe.skipIf(executablePath === undefined)("the lesson", () => {
  test.each([
    ["light", "en-US", { width: 1280, height: 900 }],
    ["dark", "ja-JP", { width: 390, height: 844 }],
  ] as const)(
    "every step opens without a complaint, %s, %s",
    async (colorScheme, locale, viewport) => {
      const { page, complaints } = await open("1", { colorScheme, locale, viewport });
      for (const [i, step] of steps.entries()) {
        const text = await page.locator("article").innerText();
        expect(text, "a text without words").not.toMatch(/lesson:|\$\w+\$|\*\*/);
        if (step !== "next" && step !== "distributions")
          expect(await page.locator("math").count()).toBeGreaterThan(0);
        expect(await seriousViolations(page), step).toEqual([]);
        const wider = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(wider, step).toBeLessThanOrEqual(0);
        if (i === steps.length - 1) break;
        await page.locator("article footer button").last().click();
        await page.waitForURL(`**/#/learn/${steps[i + 1]}`);
        await page.waitForSelector("article footer");
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    minutes,
  );

  test(
    "answers are explained, by keyboard too, kept over a reload, and had back after starting over",
    async () => {
      const { page, complaints } = await open("autoencoder");
      await answer(page, 0, 0);
      await expect.poll(() => page.locator(".quiz").first().innerText()).toContain("Not quite.");
      await page.keyboard.press("ArrowDown");
      await expect.poll(() => page.locator(".quiz").first().innerText()).toContain("Right.");
      await answer(page, 1, 2);
      await page.getByText("1 of 8 steps done").waitFor();
      await page.reload();
      await page.getByText("1 of 8 steps done").waitFor();
      await expect.poll(() => page.locator(".quiz input:checked").count()).toBe(2);
      await page.getByRole("button", { name: "Start over" }).click();
      await page.getByText("0 of 8 steps done").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("1 of 8 steps done").waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    minutes,
  );

  test(
    "an address brings back what was set",
    async () => {
      const { page } = await open("elbo?beta=10&force=0");
      await expect.poll(() => page.getByRole("radio", { name: "β = 10" }).isChecked()).toBe(true);
      expect(await page.getByRole("slider", { name: "Weight of the KL" }).inputValue()).toBe("0");
      await page.getByRole("radio", { name: "β = 0" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForURL("**/#/learn/elbo?beta=1&force=0");
      await page.context().close();
    },
    minutes,
  );

  test(
    "a model trains on request, can be looked at while it pauses, and its workers end with the step",
    async () => {
      const { page, complaints } = await open("generate");
      const demo = page.locator(".demo");
      await demo.getByRole("button", { name: "Train it now" }).click();
      await expect
        .poll(() => demo.locator("progress").getAttribute("value").then(Number), { timeout: minutes / 2 })
        .toBeGreaterThan(0);
      await demo.getByRole("button", { name: "Pause" }).click();
      await demo.getByText("paused", { exact: true }).waitFor();
      const pixels = (): Promise<string> =>
        page.evaluate<string>(
          "document.querySelector('canvas[aria-label=\"The digit at this point\"]').toDataURL()",
        );
      await expect
        .poll(() => demo.getByRole("slider", { name: "z₁" }).isEnabled(), { timeout: minutes / 2 })
        .toBe(true);
      const before = await pixels();
      await demo.getByRole("slider", { name: "z₁" }).fill("2");
      await expect.poll(pixels).not.toBe(before);
      expect(page.workers().length).toBeGreaterThan(0);
      await page.locator("article footer button").last().click();
      await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0);
      await page.locator("article footer button").first().click();
      await page.locator(".demo").getByText("trained", { exact: true }).waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    minutes,
  );

  test(
    "without the trick no code moves, with the gradient stopped for real",
    async () => {
      const { page, complaints } = await open("trick?gradient=stopped");
      const demo = page.locator(".demo").last();
      await demo.getByRole("button", { name: "Train it now" }).click();
      await expect
        .poll(() => demo.locator("progress").getAttribute("value").then(Number), { timeout: minutes })
        .toBeGreaterThan(0.3);
      expect(await demo.locator("dd").first().innerText()).toBe("0");
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    minutes,
  );
});
