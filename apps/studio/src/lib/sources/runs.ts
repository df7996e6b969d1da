import { startSession } from "./session.svelte";
import type { OpenedRun, RunCard, RunSource, SourceName } from "./types";

/** A source's code is fetched when it is first asked. */
const sources: Readonly<Record<SourceName, () => Promise<RunSource>>> = {
  server: async () => (await import("./server")).serverRuns,
  static: async () => (await import("./static")).staticRuns,
  page: async () => (await import("./page")).pageRuns,
};

/** All runs that this page can look at, the newest first. */
export async function listRuns(): Promise<readonly RunCard[]> {
  const { kind } = await startSession();
  const found = await Promise.all(
    [sources[kind](), sources.page()].map(async (source) => (await source).list()),
  );
  return found.flat().sort((a, b) => b.updated - a.updated);
}

/** Opens a run by where it is kept and its id there. */
export async function openRun(source: string, id: string): Promise<OpenedRun> {
  if (!Object.hasOwn(sources, source)) throw new Error(`no runs are kept in "${source}"`);
  return (await sources[source as SourceName]()).open(id);
}
