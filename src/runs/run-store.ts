import { requireOptions, type ChecksOf } from "../catalogue/index.js";
import { aWritableFolder, type FolderHandle, isNamed } from "../model/folder-handle.js";
import { UserError } from "../tensor/index.js";
import type { Progress } from "../train/portable.js";
import { parseProgress } from "../train/progress-schema.js";
import { lockFile } from "./lock-file.js";
import { handleError } from "./place/handle-error.js";
import { handlePlace, type HandlePlace } from "./place/handle-place.js";
import { holderOf } from "./place/page-lock.js";
import { configIn, runFiles } from "./run-files.js";
import type { RunConfig } from "./saved-run.js";

/** A run that a browser keeps. */
export interface StoredRun {
  readonly name: string;
  /** `training`: something trains into it now, this page or another tab; `damaged`: its files can't be read. */
  readonly state: "training" | "interrupted" | "finished" | "damaged";
  /** Epochs finished, and those that it is to have. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done since its start, as saved. */
  readonly step: number;
  /** When it was last written, in ISO 8601. */
  readonly updated: string;
  /** Its settings; undefined where they are damaged. */
  readonly config: RunConfig | undefined;
  /** What is wrong with it, if it is damaged. */
  readonly problem?: string;
}

/** Where a page keeps its runs. */
export interface RunStore {
  /** The runs in it, the one that was last written first. */
  list(): Promise<StoredRun[]>;
  /** Whether it has a run of that name. */
  has(name: string): Promise<boolean>;
  /** The folder of a run, for `train`'s `out`, `openRun` and `zipRun`; made if it is missing. */
  folder(name: string): Promise<FolderHandle>;
  /** Removes a run for good. Throws a UserError if there is none, or if something trains into it. */
  remove(name: string): Promise<void>;
  /** Gives a run another name. Throws a UserError if that is taken, or if something trains into it. */
  rename(name: string, to: string): Promise<void>;
}

/** Where runs are kept. */
export interface RunStoreOptions {
  /** The folder of the runs' folders; default `latent-runs` in the origin's private file system (OPFS). */
  readonly folder?: FolderHandle;
}

const checks = { folder: aWritableFolder } as const satisfies ChecksOf<RunStoreOptions>;

interface Storage {
  getDirectory?(): Promise<FolderHandle>;
}

async function privateFolder(): Promise<FolderHandle> {
  const { navigator } = globalThis as { readonly navigator?: { readonly storage?: Storage } };
  const { storage } = navigator ?? {};
  if (storage?.getDirectory === undefined) {
    throw new UserError(
      "runs can't be kept here: the browser has no private file system, which only pages of https addresses or of localhost have",
    );
  }
  try {
    return await (await storage.getDirectory()).getDirectoryHandle("latent-runs", { create: true });
  } catch (error) {
    throw handleError(error, "open the browser's private file system");
  }
}

function requireName(name: unknown): asserts name is string {
  const plain = typeof name === "string" && name !== "" && name.length <= 200 && name.trim() === name;
  if (plain && !/[/\\\0-\x1f]/.test(name) && name !== "." && name !== "..") return;
  throw new UserError(
    "a run's name is a text of 1 to 200 characters without / and \\, and without spaces around it",
    2,
  );
}

/** Where a run stands, from the head of its last checkpoint alone. */
async function progressIn(place: HandlePlace): Promise<Progress | undefined> {
  const file = await place.stored(runFiles.last);
  if (file === undefined) return undefined;
  const source = place.at(runFiles.last);
  const part = async (begin: number, end: number): Promise<Uint8Array> =>
    new Uint8Array(await file.slice(begin, end).arrayBuffer());
  const [size] = file.size < 8 ? [] : new BigUint64Array((await part(0, 8)).buffer as ArrayBuffer);
  if (size === undefined || size > BigInt(file.size - 8))
    throw new UserError(`${source} is damaged: it is cut off`);
  try {
    const head = JSON.parse(new TextDecoder().decode(await part(8, 8 + Number(size)))) as {
      readonly __metadata__?: { readonly progress?: string };
    };
    return parseProgress(head.__metadata__?.progress ?? "", source);
  } catch (cause) {
    throw cause instanceof UserError ? cause : new UserError(`${source} is damaged`, 1, { cause });
  }
}

async function storedRun(place: HandlePlace): Promise<StoredRun | undefined> {
  const times = [runFiles.config, runFiles.last, runFiles.metrics].map((file) => place.written(file));
  const [created, ...later] = await Promise.all(times);
  if (created === undefined) return undefined;
  const updated = new Date(Math.max(created, ...later.map((time) => time ?? 0))).toISOString();
  const about = { name: place.name, updated };
  let config: RunConfig | undefined;
  try {
    config = await configIn(place);
    const progress = await progressIn(place);
    const { epoch = 0, step = 0, finished = false } = progress ?? {};
    const trained = (await holderOf(place)) !== undefined;
    const state = trained ? "training" : finished ? "finished" : "interrupted";
    return { ...about, state, epoch, epochs: config?.epochs ?? epoch, step, config };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...about, state: "damaged", epoch: 0, epochs: config?.epochs ?? 0, step: 0, config, problem };
  }
}

async function copyAll(from: HandlePlace, to: HandlePlace): Promise<void> {
  const names = (await from.files()).filter((name) => name !== lockFile && name !== runFiles.config);
  // With its settings the new place holds a run.
  for (const name of [...names, runFiles.config]) {
    const folders = name.split("/").slice(0, -1);
    for (let i = 1; i <= folders.length; i++) await to.makeFolder(folders.slice(0, i).join("/"));
    const content = await from.read(name);
    if (content !== undefined) await to.writeWhole(name, content);
  }
}

/**
 * The runs that a page keeps, each in a folder of its own: nothing is read before it is asked. Its methods throw a UserError
 * where the browser refuses to have files.
 */
export function runStore(options: RunStoreOptions = {}): RunStore {
  requireOptions("runStore", options, checks);
  let opening: Promise<FolderHandle> | undefined;
  const root = (): Promise<FolderHandle> => {
    const { folder } = options;
    opening ??= folder === undefined ? privateFolder() : Promise.resolve(folder);
    return opening;
  };
  const placeOf = async (name: string): Promise<HandlePlace | undefined> => {
    requireName(name);
    try {
      return handlePlace(await (await root()).getDirectoryHandle(name));
    } catch (error) {
      if (isNamed(error, "NotFoundError")) return undefined;
      throw handleError(error, `open the run ${name}`);
    }
  };
  const runOf = async (name: string): Promise<HandlePlace> => {
    const place = await placeOf(name);
    if (place !== undefined && (await place.stored(runFiles.config)) !== undefined) return place;
    throw new UserError(`there is no run named ${name}`);
  };
  /** Does `work` with a run that nothing trains into, then removes its folder. */
  const removeAfter = async (name: string, work: (place: HandlePlace) => Promise<void>): Promise<void> => {
    const place = await runOf(name);
    const held = await place.hold();
    try {
      await work(place);
      await (await root()).removeEntry(name, { recursive: true });
    } catch (error) {
      throw handleError(error, `remove the run ${name}`);
    } finally {
      await held.release();
    }
  };
  const store: RunStore = {
    async list() {
      const runs: StoredRun[] = [];
      for await (const [name, { kind }] of (await root()).entries()) {
        const place = kind === "directory" ? await placeOf(name) : undefined;
        const run = place && (await storedRun(place));
        if (run !== undefined) runs.push(run);
      }
      return runs.sort((a, b) => b.updated.localeCompare(a.updated) || a.name.localeCompare(b.name));
    },
    async has(name) {
      return (await (await placeOf(name))?.stored(runFiles.config)) !== undefined;
    },
    async folder(name) {
      requireName(name);
      try {
        return await (await root()).getDirectoryHandle(name, { create: true });
      } catch (error) {
        throw handleError(error, `make the run ${name}`);
      }
    },
    remove: (name) => removeAfter(name, async () => undefined),
    async rename(name, to) {
      requireName(to);
      if (await store.has(to)) throw new UserError(`there is a run named ${to} already`);
      await removeAfter(name, async (place) => copyAll(place, handlePlace(await store.folder(to))));
    },
  };
  return store;
}
