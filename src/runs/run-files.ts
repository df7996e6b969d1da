import { UserError } from "../tensor/index.js";
import { type RunPlace, textOf } from "./place/place.js";
import { checkedConfig, type RunConfig } from "./saved-run.js";

/** Names inside a run's folder. */
export const runFiles = {
  config: "config.json",
  metrics: "metrics.jsonl",
  last: "checkpoint/last.safetensors",
  best: "checkpoint/best.safetensors",
  model: "model",
  images: "images",
  report: "report.html",
} as const;

/** The settings of the run in a place, or undefined if it holds none. Throws a UserError that names the file if they are damaged. */
export async function configIn(place: RunPlace): Promise<RunConfig | undefined> {
  const bytes = await place.read(runFiles.config);
  return bytes && checkedConfig(textOf(bytes), place.at(runFiles.config));
}

/** Refuses to begin a run where there is one. */
export function holdsRun(folder: string): UserError {
  return new UserError(`${folder} holds a run already; resume it (\`resume\`), or choose another \`out\``);
}
