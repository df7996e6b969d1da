import { startSession } from "./session.svelte";
import type { OpenedRun, RunCard, RunSource, SourceName } from "./types";

/** A source's code is fetched when it is first asked. */
const sources: Readonly<Record<SourceName, () => Promise<RunSource>>> = {
  server: async () => (await import("./server")).serverRuns,
  static: async () => (await import("./static")).staticRuns,
  page: async () => (await import("./page")).pageRuns,
};

/** Whether anything is kept in this browser: found out without the code that reads it. */
async function hasPageRuns(): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("latent-runs");
    for await (const _ of folder.keys()) return true;
  } catch {
    // No private file system, or no such folder in it.
  }
  return false;
}

/** All runs that this page can look at, the newest first. */
export async function listRuns(): Promise<readonly RunCard[]> {
  const { kind } = await startSession();
  const kept = await hasPageRuns();
  const asked = kept ? [sources[kind](), sources.page()] : [sources[kind]()];
  const found = await Promise.all(asked.map(async (source) => (await source).list()));
  return found.flat().sort((a, b) => b.updated - a.updated);
}

/** Opens a run by where it is kept and its id there. */
export async function openRun(source: string, id: string): Promise<OpenedRun> {
  if (!Object.hasOwn(sources, source)) throw new Error(`no runs are kept in "${source}"`);
  return (await sources[source as SourceName]()).open(id);
}
