import { be, requireArgument } from "../catalogue/index.js";
import path from "node:path";
import { readIfThere } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { checkedConfig, type RunConfig } from "./saved-run.js";

/** Names inside a run's folder. */
export const runFiles = {
  config: "config.json",
  metrics: "metrics.jsonl",
  last: path.join("checkpoint", "last.safetensors"),
  best: path.join("checkpoint", "best.safetensors"),
  model: "model",
  images: "images",
  report: "report.html",
} as const;

/** The file with the settings of the run in a folder. */
export function runFile(folder = ""): string {
  return path.join(folder, runFiles.config);
}

/**
 * The settings of the run in a folder, or undefined if it holds none. Throws a UserError that names the file, and the
 * field where it is one, if they are damaged.
 */
export async function readRunConfig(folder: string): Promise<RunConfig | undefined> {
  requireArgument("readRunConfig", "the folder", folder, be.text);
  const file = runFile(folder);
  const text = await readIfThere(file);
  return text && checkedConfig(text.toString("utf8"), file);
}

/** Refuses to begin a run where there is one. */
export function holdsRun(folder: string): UserError {
  return new UserError(`${folder} holds a run already; resume it (\`resume\`), or choose another \`out\``);
}
