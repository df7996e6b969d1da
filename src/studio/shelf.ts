import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { fileError, requireFolder } from "../data/index.js";
import { runFiles } from "../runs/index.js";
import { sweepFiles } from "../sweeps/index.js";
import { UserError } from "../tensor/index.js";
import { isInside } from "../data/inside.js";
import { nothing, Refusal } from "./refusal.js";
import { damaged, problemIn, readRun, type RunReading, summaryOf } from "./summary.js";
import type { RunSummary } from "./types.js";

/** Where a run or a sweep is. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  /** Its real path. */
  readonly folder: string;
}

const runName = /^[\p{L}\p{N}_][\p{L}\p{N}_ .()-]{0,79}$/u;
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Whether a name means a device on Windows, whatever follows a dot. */
export const isDeviceName = (name: string): boolean => device.test(name);

/** Throws a Refusal for a name that is not one of a run's folder on every system. */
export function requireRunName(name: string): string {
  if (runName.test(name) && !isDeviceName(name) && !/[. ]$/.test(name)) return name;
  throw new Refusal(
    400,
    `a run can't be called ${JSON.stringify(name.slice(0, 100))}: take letters, digits, spaces, - _ . ( ), at most 80`,
  );
}

function idOf(folder: string): string {
  const slug = path
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${slug || "run"}-${createHash("sha256").update(folder).digest("hex").slice(0, 10)}`;
}

function keptAt(folder: string): KeptRun {
  return { id: idOf(folder), name: path.basename(folder), folder };
}

const holding =
  (file: string) =>
  async (folder: string): Promise<boolean> =>
    (await lstat(path.join(folder, file)).catch(() => undefined)) !== undefined;

const holdsConfig = holding(runFiles.config);
const holdsSweep = holding(sweepFiles.state);

/** The runs in the folders that were named, and the folder where new ones go. */
export class Shelf {
  /** Those that were there when they were last looked for. */
  private known: ReadonlyMap<string, KeptRun> = new Map();

  private constructor(
    private readonly single: Set<string>,
    private readonly shelves: readonly string[],
    /** Folders of sweeps, of which some may be sweeps themselves. */
    private readonly sweepShelves: readonly string[],
    /** Where new runs go. */
    readonly home: string,
  ) {}

  /**
   * Takes the places that were named, each a run, a sweep, or a folder of these; without any, `runs` and `sweeps`. New runs go
   * to the first folder of runs, else to `runs`. Throws a UserError that names what is none of these.
   */
  static async open(places: readonly string[]): Promise<Shelf> {
    const single = new Set<string>();
    const shelves: string[] = [];
    for (const place of places) {
      const real = await realpath(place).catch((error: unknown) => {
        throw fileError(error, `read the folder ${place}`);
      });
      if (!(await stat(real)).isDirectory()) {
        throw new UserError(
          `${place} is a file; give the folder of a run or a sweep, or a folder of these`,
          2,
        );
      }
      if (await holdsConfig(real)) single.add(real);
      else shelves.push(real);
    }
    let home: string | undefined;
    for (const shelf of shelves) if (home === undefined && !(await holdsSweep(shelf))) home = shelf;
    home ??= path.resolve("runs");
    if (places.length > 0) return new Shelf(single, shelves, shelves, home);
    return new Shelf(single, [home], [home, path.resolve("sweeps")], home);
  }

  /** The folders that were named. */
  get places(): readonly string[] {
    return [...this.single, ...this.shelves];
  }

  /** A new empty folder for a run, by a name or numbered after it. Throws a Refusal if a given name is taken. */
  async claim(name: string, numbered: boolean): Promise<KeptRun> {
    await requireFolder(this.home);
    for (let i = 1; ; i++) {
      const folder = path.join(await realpath(this.home), i === 1 ? name : `${name}-${i}`);
      try {
        await mkdir(folder);
        this.single.add(folder);
        return keptAt(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST")
          throw fileError(error, `make the folder ${folder}`);
        if (!numbered) throw new Refusal(409, `there is a run "${name}" already; choose another name`);
      }
    }
  }

  /** Forgets a folder that came to nothing. */
  drop({ folder }: KeptRun): void {
    this.single.delete(folder);
  }

  /** All runs that are there, damaged ones too. */
  async runs(): Promise<KeptRun[]> {
    const inShelves = await Promise.all(this.shelves.map((shelf) => foldersIn(shelf, holdsConfig)));
    const alone: string[] = [];
    for (const folder of this.single) if (await holdsConfig(folder)) alone.push(folder);
    const runs = [...new Set([...alone, ...inShelves.flat()])].map(keptAt);
    this.known = new Map(runs.map((run) => [run.id, run]));
    return runs;
  }

  /** The folders of all runs that are there or where new ones go. */
  async folders(): Promise<readonly string[]> {
    const runs = await this.runs();
    return [...new Set([...runs.map(({ folder }) => folder), ...(await foldersIn(this.home, holdsConfig))])];
  }

  /** The run of an id. Throws a Refusal if there is none. */
  async find(id: string): Promise<KeptRun> {
    const before = this.known.get(id);
    if (before !== undefined && (await holdsConfig(before.folder))) return before;
    const found = (await this.runs()).find((run) => run.id === id) ?? (await this.ofSweeps(id));
    if (found === undefined) throw nothing(`there is no run "${id.slice(0, 100)}"`);
    return found;
  }

  /** All sweeps that are there. */
  async sweeps(): Promise<KeptRun[]> {
    const found = await Promise.all(
      this.sweepShelves.map(async (shelf) => [
        ...((await holdsSweep(shelf)) ? [await realpath(shelf)] : []),
        ...(await foldersIn(shelf, holdsSweep)),
      ]),
    );
    return [...new Set(found.flat())].map(keptAt);
  }

  /** The runs of a sweep, which no list shows, by the names of their folders. */
  async runsOf(sweep: KeptRun): Promise<ReadonlyMap<string, KeptRun>> {
    const folders = await foldersIn(path.join(sweep.folder, sweepFiles.runs), holdsConfig);
    return new Map(
      folders.map((folder) => {
        const hash = path.basename(folder);
        return [hash, { ...keptAt(folder), name: `${sweep.name}/${hash.slice(0, 8)}` }];
      }),
    );
  }

  private async ofSweeps(id: string): Promise<KeptRun | undefined> {
    for (const sweep of await this.sweeps()) {
      for (const run of (await this.runsOf(sweep)).values()) if (run.id === id) return run;
    }
    return undefined;
  }

  /** Whether a run's folder holds none any more. */
  async isGone({ folder }: KeptRun): Promise<boolean> {
    return !(await holdsConfig(folder));
  }

  /** What a list shows of a run; a damaged one with what is wrong. */
  async summary(run: KeptRun): Promise<RunSummary> {
    return (await this.look(run)).summary;
  }

  /** A run as it is read, beside what a list shows of it. */
  async look(
    run: KeptRun,
  ): Promise<{ readonly summary: RunSummary; readonly reading: RunReading | undefined }> {
    try {
      const reading = await readRun(run.folder);
      if (reading === undefined) throw new UserError("the run's folder is gone");
      return { summary: summaryOf(run.id, run.name, reading), reading };
    } catch (error) {
      const updated = Math.round((await stat(run.folder).catch(() => undefined))?.mtimeMs ?? 0);
      return {
        summary: damaged(run.id, run.name, problemIn(error, run.folder), updated),
        reading: undefined,
      };
    }
  }
}

/** The folders in a folder that hold something; those behind links only if they lead to somewhere inside of it. */
async function foldersIn(shelf: string, holds: (folder: string) => Promise<boolean>): Promise<string[]> {
  const root = await realpath(shelf).catch(() => undefined);
  if (root === undefined) return [];
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith(".") && (entry.isDirectory() || entry.isSymbolicLink()))
      .map(async ({ name }) => {
        const real = await realpath(path.join(root, name)).catch(() => undefined);
        return real !== undefined && isInside(real, root) && (await holds(real)) ? [real] : [];
      }),
  );
  return found.flat().sort();
}
