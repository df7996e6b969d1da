import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveStudio } from "./studio-server.js";

const executablePath = [
  process.env.LATENT_TEST_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const axe = readFileSync(
  fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)),
  "utf8",
);
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

let browser: Browser;
let studio: Awaited<ReturnType<typeof serveStudio>>;

beforeAll(async () => {
  if (executablePath === undefined) return;
  studio = await serveStudio();
  browser = await chromium.launch({ executablePath, args });
}, minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a step of the lesson; all that the browser complains of is kept. */
async function open(step: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-US",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(studio.address))
      complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`${studio.address}/#/learn/${step}`);
  await page.waitForSelector("article footer", { timeout: minutes / 2 });
  return { page, complaints };
}

/** What axe-core finds that is serious; its source is evaluated, since the page's policy allows no foreign script. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
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
        expect(await violations(page), step).toEqual([]);
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
