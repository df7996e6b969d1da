import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Blob, canonical, getTree, putTree, savedBlob, type Store } from "../../store/index.js";
import { readKept } from "../plan.js";

const below = (sweep: string, id: string): string => `sweeps/${sweep}/runs/${id}`;

/** Epochs that a run's folder in the store has done, from its key. */
function epochsOf(key: string): number {
  return Number(/\/(\d{8})\.json$/.exec(key)?.[1] ?? -1);
}

/** The folder of a run with most epochs done, or undefined if none has been kept. */
export async function latestRun(store: Store, sweep: string, id: string): Promise<Blob | undefined> {
  const key = (await store.list(below(sweep, id))).sort((a, b) => epochsOf(a) - epochsOf(b)).at(-1);
  return key === undefined ? undefined : readKept(store, key, savedBlob);
}

const fetchedRuns = new Map<string, string>();

/** Makes a run's folder here what the store has of it: to be gone on with. */
export async function fetchRun(store: Store, sweep: string, id: string, runs: string): Promise<void> {
  const folder = join(runs, id);
  const latest = await latestRun(store, sweep, id);
  if (latest === undefined || fetchedRuns.get(folder) === latest.sha256) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await getTree(store, latest, folder);
  fetchedRuns.set(folder, latest.sha256);
}

/** Keeps a run's folder as it is after some epochs. */
export async function keepRun(
  store: Store,
  sweep: string,
  id: string,
  runs: string,
  epochs: number,
): Promise<void> {
  const folder = join(runs, id);
  const tree = await putTree(store, folder, (path) => path === "run.lock" || path.endsWith(".part"));
  await store.putIfAbsent(`${below(sweep, id)}/${String(epochs).padStart(8, "0")}.json`, canonical(tree));
  fetchedRuns.set(folder, tree.sha256);
}
