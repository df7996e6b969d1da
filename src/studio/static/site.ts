import { createWriteStream } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as z from "zod/mini";
import { fileError, readIfThere, requireFolder } from "../../data/index.js";
import { runFiles } from "../../runs/index.js";
import { UserError } from "../../tensor/index.js";
import { policyInPage } from "../headers.js";
import { PageFiles } from "../page-files.js";
import { readRunFiles, zipOf } from "../run-zip.js";
import type { KeptRun } from "../shelf.js";
import { Studio, type StudioOptions } from "../studio.js";
import type { OfferedData, RunSummary, StudioTools } from "../types.js";
import { isolationScript, isolationWorker } from "./isolation.js";

/** What a static page reads in place of the server's `api/session` and `api/runs`. */
export interface StaticSite {
  readonly version: string;
  readonly runs: readonly RunSummary[];
  readonly data: readonly OfferedData[];
  /** What was written, so that the next build takes it away again. */
  readonly files: readonly string[];
}

const siteFile = "static.json";

const safeName = z
  .string()
  .check(z.refine((name) => name !== "" && !path.isAbsolute(name) && !name.split(/[/\\]/).includes("..")));
const siteSchema = z.object({
  version: z.string(),
  runs: z.array(z.unknown()),
  data: z.array(z.unknown()),
  files: z.array(safeName),
});

/** The files of an earlier build in a folder; undefined if it is empty or not there. Throws a UserError for another folder. */
async function earlierFiles(folder: string): Promise<readonly string[] | undefined> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(error, `read the folder ${folder}`);
  });
  if (names.length === 0) return undefined;
  const text = await readIfThere(path.join(folder, siteFile));
  try {
    const { data } = siteSchema.safeParse(JSON.parse(text?.toString("utf8") ?? ""));
    if (data !== undefined) return data.files;
  } catch {
    // told below
  }
  throw new UserError(
    `${folder} holds other files than those of an earlier build; give --build a folder that is empty or new`,
  );
}

/** Writes files below a folder and keeps their names. */
class Writer {
  readonly written: string[] = [];

  constructor(private readonly folder: string) {}

  async path(name: string): Promise<string> {
    const file = path.join(this.folder, ...name.split("/"));
    await mkdir(path.dirname(file), { recursive: true });
    this.written.push(name);
    return file;
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(await this.path(name), content);
  }
}

/** The page's start with its policy and the isolation's script, both before anything else of it. */
export function staticIndex(html: string): string {
  const own =
    `<meta http-equiv="Content-Security-Policy" content="${policyInPage}" />\n    ` +
    `<script src="./isolation.js"></script>`;
  const head = /<head[^>]*>\s*(<meta\s+charset[^>]*>)?/i.exec(html);
  if (head === null)
    throw new UserError("the page's index.html has no <head>; build it again: npm run build");
  const end = head.index + head[0].length;
  return `${html.slice(0, end)}\n    ${own}${html.slice(end)}`;
}

async function writePage(writer: Writer, page: PageFiles): Promise<void> {
  for (const name of await page.names()) {
    if (name === "index.html") {
      await writer.write(name, staticIndex(await readFile(path.join(page.folder, name), "utf8")));
    } else await copyFile(path.join(page.folder, ...name.split("/")), await writer.path(name));
  }
  await writer.write("isolation.js", isolationScript);
  await writer.write("isolation-worker.js", isolationWorker);
  // A host of static files that takes names with _ for its own leaves them be.
  await writer.write(".nojekyll", "");
}

/** Writes a run's files; answers its summary, or says why it is left out. */
async function writeRun(writer: Writer, studio: Studio, run: KeptRun): Promise<RunSummary | string> {
  try {
    const { summary, reading } = await studio.open(run.id);
    const { files: model } = await studio.snapshots.newest(run, reading);
    const files = await readRunFiles(run.folder);
    for (const [name, content] of model) await writer.write(`runs/${run.id}/model/${name}`, content);
    for (const name of [runFiles.config, runFiles.metrics]) {
      await writer.write(`runs/${run.id}/${name}`, files.get(name) ?? "");
    }
    const zip = createWriteStream(await writer.path(`runs/${run.id}/run.zip`));
    await pipeline(Readable.fromWeb(zipOf(files) as Parameters<typeof Readable.fromWeb>[0]), zip);
    // Nobody trains this copy.
    return summary.state === "training" ? { ...summary, state: "interrupted" } : summary;
  } catch (error) {
    return `${run.name} is left out: ${(error as Error).message}`;
  }
}

/** What a build is told. */
export interface SiteOptions extends StudioOptions {
  /** The folder of the page's build. */
  readonly page: string;
  /** The folder to write to. */
  readonly out: string;
}

/**
 * Writes the page and runs as static files for any host, in a folder of any name. Throws a UserError for a folder that
 * holds anything else than an earlier build.
 */
export async function buildSite(tools: StudioTools, options: SiteOptions): Promise<StaticSite> {
  const { out } = options;
  const page = await PageFiles.open(options.page);
  const earlier = await earlierFiles(out);
  const studio = await Studio.open(tools, page, options);
  await requireFolder(out);
  for (const name of earlier ?? []) await rm(path.join(out, name), { force: true });
  await removeEmpty(out, earlier ?? []);

  const writer = new Writer(out);
  await writePage(writer, page);
  const runs: RunSummary[] = [];
  for (const run of await studio.shelf.runs()) {
    const written = await writeRun(writer, studio, run);
    if (typeof written === "string") tools.note(written);
    else runs.push(written);
  }
  for (const [name, file] of studio.mnist) await copyFile(file, await writer.path(`data/mnist/${name}`));
  const data = studio.offered.list().filter(({ id }) => id === "mnist");
  const site: StaticSite = { version: tools.version, runs, data, files: [...writer.written, siteFile] };
  await writeFile(path.join(out, siteFile), `${JSON.stringify(site, null, 1)}\n`);
  return site;
}

/** Removes the folders of files that were removed, where nothing else is in them. */
async function removeEmpty(out: string, names: readonly string[]): Promise<void> {
  const folders = new Set(
    names.flatMap((name) => {
      const parts = name.split("/").slice(0, -1);
      return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
    }),
  );
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    await rmdir(path.join(out, folder)).catch(() => undefined);
  }
}
