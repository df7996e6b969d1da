import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The command's own studio on a free port, as a person starts it. */
export interface RunningStudio {
  readonly address: string;
  /** The id of a run that it serves, by the name of its folder. */
  idOf(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function startStudio(...folders: readonly string[]): Promise<RunningStudio> {
  const command = path.join(root, "dist", "bundle", "main.js");
  const child = spawn(process.execPath, [command, "studio", ...folders, "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let told = "";
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (part: Buffer): void => {
      told += part.toString();
      const found = /http:\/\/[^\s/]+/.exec(told);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`latent studio ended with ${code}: ${told}`)));
  });
  return {
    address,
    async idOf(name) {
      const runs = (await (await fetch(`${address}/api/runs`)).json()) as { id: string; name: string }[];
      const run = runs.find((one) => one.name === name);
      if (run === undefined) throw new Error(`the studio serves no run "${name}"`);
      return run.id;
    },
    close: () =>
      new Promise((resolve) => {
        child.on("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

/** A page of the studio, with all that the browser complained of and all that it asked of others than its own origin. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

export async function openScreen(
  browser: Browser,
  { address }: RunningStudio,
  hash: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(blob|data):/.test(url) && !url.startsWith(address)) complaints.push(`asked for ${url}`);
  });
  await page.goto(`${address}/#${hash}`);
  return { page, complaints };
}

const axe = readFileSync(path.join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds serious or critical, with the first place of each. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<readonly Violation[]>("axe.run().then(({ violations }) => violations)");
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120) ?? ""}`);
}
