import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, scratchFolder, writeTinyData } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { openScreen, type RunningStudio, seriousViolations, startStudio } from "./studio.js";

const minutes = 60_000;
const scratch = scratchFolder();
const runs = path.join(scratch.folder, "runs");
const tiny = writeTinyData(path.join(scratch.folder, "tiny"));
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

const untilState = (page: Page, state: string): Promise<void> =>
  page.locator("dd [role=status]", { hasText: state }).waitFor({ timeout: minutes });
const begin = (page: Page): Promise<void> => page.getByRole("button", { name: "Start training" }).click();
const chooseTiny = (page: Page): Promise<void> =>
  page
    .locator("input[type=file]")
    .first()
    .setInputFiles(readdirSync(tiny).map((name) => path.join(tiny, name)));

describe.skipIf(executablePath === undefined)("the native engine", () => {
  test(
    "trains on files of the page with the bits of the command; a second run waits, and is taken out",
    async () => {
      const address = "/train?place=server&data=files&epochs=2&batch=32&seed=3";
      const first = await openScreen(browser, studio, "/train?place=server&epochs=500");
      await begin(first.page);
      await untilState(first.page, "training");

      const { page, complaints } = await openScreen(browser, studio, address);
      await chooseTiny(page);
      await begin(page);
      await page.getByText("waiting, place 1").waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await page.getByRole("link", { name: "Train" }).first().click();
      await page.getByRole("link", { name: "files-z2" }).waitFor();
      await page.getByRole("button", { name: "Take out of the queue files-z2" }).click();
      await expect
        .poll(() => page.getByRole("link", { name: "files-z2" }).count(), { timeout: minutes })
        .toBe(0);
      expect(readdirSync(runs)).not.toContain("files-z2");

      const again = await openScreen(browser, studio, address);
      await chooseTiny(again.page);
      await begin(again.page);
      await again.page.getByText("waiting, place 1").waitFor();
      await first.page.getByRole("button", { name: "Stop" }).click();
      // The same page sees it begin and end.
      await untilState(again.page, "finished");
      expect([...first.complaints, ...complaints, ...again.complaints]).toEqual([]);
      for (const opened of [first, { page }, again]) await opened.page.context().close();

      const told = ["--epochs", "2", "--batch", "32", "--seed", "3", "--no-pictures"];
      const { code, stderr } = await runCli(["train", tiny, "--out", path.join(runs, "command"), ...told]);
      expect(stderr === "" ? code : stderr).toBe(0);
      const [sent, command] = ["files-z2", "command"].map((name) =>
        readFileSync(path.join(runs, name, "model", "weights.safetensors")).toString("base64"),
      );
      expect(sent).toBe(command);
    },
    4 * minutes,
  );
});

describe.skipIf(executablePath === undefined)("runs kept in the browser", () => {
  test(
    "are deleted after asking, but not while another tab trains into them; a full quota is told",
    async () => {
      const { page, complaints } = await openScreen(
        browser,
        studio,
        "/train?data=files&epochs=10000&device=wasm",
      );
      await chooseTiny(page);
      await begin(page);
      await untilState(page, "training");

      const other = await page.context().newPage();
      await other.goto(`${studio.address}/#/`);
      await other.getByText(/What this page keeps takes/).waitFor();
      await other.getByRole("button", { name: /^Delete files z2/ }).click();
      const dialog = other.getByRole("dialog", { name: /^Delete “files z2/ });
      await dialog.getByRole("button", { name: "Delete the run" }).click();
      await dialog.getByText(/another tab/).waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.waitFor({ state: "detached" });

      // What the next checkpoints need is more than there is now.
      const session = await page.context().newCDPSession(page);
      const quota = (quotaSize?: number): Promise<unknown> =>
        session.send("Storage.overrideQuotaForOrigin", {
          origin: studio.address,
          ...(quotaSize !== undefined && { quotaSize }),
        });
      await quota(1);
      await page.getByText("The browser has no more room for the run").waitFor({ timeout: minutes });
      await quota();
      await page.getByRole("link", { name: "To the runs that are kept" }).click();
      await page.getByRole("link", { name: /^Watch files z2/ }).click();
      await untilState(page, "stopped"); // as it was last kept, and whole
      await page.goto(`${studio.address}/#/`);

      await page.getByRole("button", { name: /^Delete files z2/ }).click();
      const asked = page.getByRole("dialog", { name: /^Delete “files z2/ });
      expect(await seriousViolations(page)).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        asked.getByRole("button", { name: "Download it first" }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^files z2.*\.zip$/);
      await page.keyboard.press("Escape");
      await asked.waitFor({ state: "detached" });
      await page.getByRole("button", { name: /^Delete files z2/ }).click();
      await asked.getByRole("button", { name: "Delete the run" }).click();
      await expect
        .poll(() => page.getByRole("link", { name: /^Watch files z2/ }).count(), { timeout: minutes })
        .toBe(0);
      await page.reload();
      await page
        .getByText(/on this computer's disk/)
        .first()
        .waitFor();
      expect(await page.getByRole("link", { name: /^Watch files z2/ }).count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    4 * minutes,
  );
});
