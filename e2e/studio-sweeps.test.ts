import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../src/testing/run-cli.js";
import { redisServer, startRedis, type TestRedis } from "../src/testing/redis-server.js";
import { rowsIn, sweepPlace, type TrialRow } from "../src/testing/sweep-runs.js";
import { executablePath, startChromium } from "./chromium.js";
import { openScreen, type RunningStudio, seriousViolations, startStudio } from "./studio.js";

const minutes = 60_000;
const place = sweepPlace();
const { at, base, specFile } = place;
let browser: Browser;
let studio: RunningStudio;
let redis: TestRedis | undefined;
/** From the best on. */
let rows: readonly TrialRow[];

beforeAll(async () => {
  if (executablePath === undefined) return;
  mkdirSync(at("sweeps"));
  const run = { ...base.run, z: "integer(from=2, to=9)", activation: "choice(of=[relu, tanh])", epochs: 1 };
  const file = specFile("small", { run, budget: { trials: 4 } });
  const swept = await runCli(["sweep", file, "--out", at("sweeps", "small")]);
  if (swept.code !== 0) throw new Error(swept.stderr);
  rows = rowsIn(at("sweeps", "small")).sort((a, b) => (a.value ?? Infinity) - (b.value ?? Infinity));
  if (redisServer !== undefined) redis = await startRedis();
  studio = await startStudio(at("sweeps"), "--data", at("tiny"), ...(redis ? ["--redis", redis.url] : []));
  browser = await startChromium();
}, 3 * minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
  await redis?.stop();
  place.remove();
});

const trials = (page: Page): Promise<string[]> => page.locator("tbody th[scope=row]").allInnerTexts();
const best = (from: number): number => rows[from]?.trial ?? -1;

describe.skipIf(executablePath === undefined)("the sweeps screen", () => {
  test(
    "shows a sweep: its best, its trials by rank, pictures of the best, by pointer and keys",
    async () => {
      const { page, complaints } = await openScreen(browser, studio, "/sweeps");
      await page.getByRole("link", { name: /small/ }).click();
      await page.getByRole("heading", { name: "small", level: 1 }).waitFor();
      await page.getByText("finished", { exact: true }).waitFor();
      expect(await trials(page)).toEqual(rows.map(({ trial }) => String(trial)));
      // Settings have the names that the file gave them.
      expect(await page.locator("thead code").allInnerTexts()).toEqual(["lr", "z", "activation"]);

      const walk = page.getByRole("slider", { name: "Trials, from the best on" });
      await walk.focus();
      expect(await walk.getAttribute("aria-valuetext")).toContain(`Trial ${best(0)}, complete`);
      await page.keyboard.press("ArrowRight");
      expect(await walk.getAttribute("aria-valuetext")).toContain(`Trial ${best(1)}, complete`);

      await page.getByRole("columnheader", { name: "Trial" }).getByRole("button").click();
      await expect.poll(() => trials(page)).toEqual(["0", "1", "2", "3"]);

      await page.getByRole("heading", { name: `Trial ${best(0)}: ` }).scrollIntoViewIfNeeded();
      await page
        .getByRole("img", { name: `16 pictures of Trial ${best(0)}: ` })
        .waitFor({ timeout: minutes });
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "an axis lets through what it is told, by keys and clicks; the address keeps it",
    async () => {
      const { page, complaints } = await openScreen(browser, studio, "/sweeps");
      await page.getByRole("link", { name: /small/ }).click();
      const most = page.getByRole("slider", { name: "−ELBO, at most" });
      await most.focus();
      // Down to below all but the best.
      for (let i = 0; i < 40 && (await trials(page)).length > 1; i++) await page.keyboard.press("ArrowDown");
      expect(await trials(page)).toEqual([String(best(0))]);
      await page.getByText("1 of 4 trials").waitFor();
      await page.reload();
      await page.getByText("1 of 4 trials").waitFor();
      await page.getByRole("button", { name: "Clear filters" }).click();
      const relu = page.getByRole("button", { name: "activation: only relu" });
      await relu.click();
      expect(await relu.getAttribute("aria-pressed")).toBe("true");
      const shown = await page.locator("tbody tr td", { hasText: /^(relu|tanh)$/ }).allInnerTexts();
      expect(new Set(shown)).toEqual(new Set(["relu"]));
      expect(page.url()).toContain("filter=activation%3D0");
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "chosen trials are compared, and a trial's run is explored",
    async () => {
      const { page, complaints } = await openScreen(browser, studio, "/sweeps");
      await page.getByRole("link", { name: /small/ }).click();
      for (const from of [0, 1])
        await page.getByRole("checkbox", { name: `Choose trial ${best(from)}` }).check();
      await page.getByRole("link", { name: "Compare 2 runs" }).click();
      await page.getByRole("heading", { name: "Final figures" }).waitFor();
      expect(await page.locator("tbody th[scope=row]", { hasText: /^small\/[0-9a-f]{8}$/ }).count()).toBe(2);
      await page.goBack();
      await page.getByRole("link", { name: `Explore Trial ${best(0)}` }).click();
      await page.getByRole("heading", { name: /^small\/[0-9a-f]{8}$/ }).waitFor({ timeout: minutes });
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test.each([
    ["light", "en", 1280],
    ["dark", "ja", 390],
  ] as const)(
    "axe finds nothing serious, and nothing stands out of the page: %s, %s, %i pixels",
    async (colorScheme, locale, width) => {
      const viewport = { width, height: 900 };
      const { page, complaints } = await openScreen(browser, studio, "/sweeps", {
        colorScheme,
        locale,
        viewport,
      });
      await page.getByRole("link", { name: /small/ }).waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await page.getByRole("link", { name: /small/ }).click();
      await page.locator("tbody tr").first().waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test.skipIf(redisServer === undefined)(
    "the queues are a click away, and nothing of theirs is fetched from elsewhere",
    async () => {
      const { page } = await openScreen(browser, studio, "/sweeps");
      const [board] = await Promise.all([
        page.context().waitForEvent("page"),
        page.getByRole("link", { name: "Queues" }).click(),
      ]);
      await board.waitForLoadState();
      const fetched: string[] = [];
      board.on("response", (response) => fetched.push(response.url()));
      await board.reload();
      await board.getByText("latent").first().waitFor();
      await board.locator("nav, aside, header").first().waitFor();
      expect(fetched.length).toBeGreaterThan(3);
      expect(fetched.filter((url) => !url.startsWith(studio.address))).toEqual([]);
      await page.context().close();
    },
  );
});
