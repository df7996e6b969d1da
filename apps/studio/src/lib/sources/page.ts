import { openRun, type RunConfig, runStore, type StoredRun, unzipRun, zipRun } from "latent/web";
import { mnistExamples } from "../data/mnist";
import { sizeOfFolder } from "./room";
import { mnistAddress } from "./session.svelte";
import type { RunCard, RunExamples, RunNews, RunSource } from "./types";

const store = runStore();

const latentOf = ({ model }: RunConfig): number => model.latent ?? 2;

const cardOf = ({ name, state, epoch, epochs, step, updated, config, problem }: StoredRun): RunCard => ({
  source: "page",
  id: name,
  name,
  state,
  native: false,
  epoch,
  epochs,
  step,
  model: config === undefined ? "" : described(config),
  objective: config?.objective.name ?? "",
  data: config?.source ?? config?.dataset.name ?? "",
  z: config === undefined ? 0 : latentOf(config),
  updated: Date.parse(updated),
  ...(problem !== undefined && { problem }),
});

/** What a run takes of this browser's room. */
async function bytesOf({ name }: StoredRun): Promise<{ bytes?: number }> {
  try {
    return { bytes: await sizeOfFolder((await store.folder(name)) as unknown as FileSystemDirectoryHandle) };
  } catch {
    return {}; // it goes meanwhile
  }
}

/** The model in a few words: its latent and its distributions. */
function described({ model }: RunConfig): string {
  const name = (family: { readonly name: string } | undefined): string => family?.name ?? "normal";
  return `z ${model.latent ?? 2}, ${name(model.posterior)} | ${name(model.prior)}`;
}

async function examplesOf({ source }: RunConfig, count: number): Promise<RunExamples | undefined> {
  return source === "mnist" ? mnistExamples(mnistAddress(), count) : undefined;
}

/** The runs that are kept in this browser; without a private file system there are none. */
export const pageRuns: RunSource = {
  name: "page",
  list: async () => {
    if (navigator.storage?.getDirectory === undefined) return [];
    return Promise.all(
      (await store.list()).map(async (run) => ({ ...cardOf(run), ...(await bytesOf(run)) })),
    );
  },
  open: async (id) => {
    if (!(await store.has(id))) throw new Error(`there is no run "${id}" in this browser`);
    const stored = (await store.list()).find(({ name }) => name === id);
    const folder = await store.folder(id);
    const opened = () => openRun(folder, { threads: 1 });
    const run = await opened();
    return {
      card: cardOf(stored as StoredRun),
      config: run.config,
      history: run.history,
      model: async () => (await opened()).model("last"),
      follow: (listener) => followKept(id, listener),
      examples: (count) => examplesOf(run.config, count),
      zip: async () => new Blob([(await zipRun(folder)) as BlobPart], { type: "application/zip" }),
    };
  },
};

/** Milliseconds between two looks at a run that another tab may be training. */
const interval = 2000;

/** Tells what another tab, or this one, writes of a run. */
function followKept(id: string, listener: (news: RunNews) => void): () => void {
  let [step, state, epochs, ended] = [-1, "", -1, false];
  const look = async (): Promise<void> => {
    const stored = (await store.list()).find(({ name }) => name === id);
    if (stored === undefined || ended) return;
    const card = cardOf(stored);
    if (epochs >= 0 && card.epoch > epochs) {
      const { history } = await openRun(await store.folder(id), { threads: 1 });
      for (const record of history.slice(epochs)) listener({ type: "epoch", record });
    }
    if (card.state !== state || card.epoch !== epochs) listener({ type: "state", card });
    if (step >= 0 && card.step !== step) listener({ type: "snapshot", step: card.step });
    [step, state, epochs] = [card.step, card.state, card.epoch];
  };
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void look().catch(() => undefined); // it is being written
  }, interval);
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

/** Deletes a run for good. Throws if something trains into it, in this tab or in another. */
export const removeRun = (id: string): Promise<void> => store.remove(id);

/** Takes the zip of a run into this browser, under its name or the next free one; returns that. */
export async function takeZip(file: File): Promise<string> {
  const name = await freeName(file.name.replace(/\.zip$/i, "").slice(0, 80) || "run");
  try {
    await unzipRun(new Uint8Array(await file.arrayBuffer()), await store.folder(name));
  } catch (error) {
    await store.remove(name).catch(() => undefined);
    throw error;
  }
  return name;
}

/** A name that no run has yet: the one wished for, or with a number behind it. */
export async function freeName(wished: string): Promise<string> {
  const taken = new Set((await store.list()).map(({ name }) => name));
  if (!taken.has(wished)) return wished;
  for (let i = 2; ; i++) if (!taken.has(`${wished} ${i}`)) return `${wished} ${i}`;
}
