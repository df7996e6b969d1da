import type { EpochRecord, RunConfig } from "latent/web";
import { get, getJson } from "./http";
import { mnistAddress, startSession } from "./session.svelte";
import type { RunCard, RunSource } from "./types";

const at = (id: string, file: string): string => `runs/${encodeURIComponent(id)}/${file}`;

const lines = (text: string): EpochRecord[] =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as EpochRecord);

const cards = async (): Promise<RunCard[]> =>
  (await startSession()).runs.map((run) => ({ ...run, source: "static" }));

/** The runs that were put beside the page when it was built as static files. */
export const staticRuns: RunSource = {
  name: "static",
  list: cards,
  open: async (id) => {
    const card = (await cards()).find((run) => run.id === id);
    if (card === undefined) throw new Error(`there is no run "${id}" with this page`);
    const [config, metrics] = await Promise.all([
      getJson<RunConfig>(at(id, "config.json")),
      get(at(id, "metrics.jsonl")).then((response) => response.text()),
    ]);
    return {
      card,
      config,
      history: lines(metrics),
      model: async () => {
        const { loadModel } = await import("latent/web");
        return loadModel(new URL(at(id, "model"), document.baseURI), { threads: 1 });
      },
      examples: async (count) => {
        if (card.data !== "mnist") return undefined;
        const { mnistExamples } = await import("../data/mnist");
        return mnistExamples(mnistAddress(), count);
      },
      zip: async () => (await get(at(id, "run.zip"))).blob(),
    };
  },
};
