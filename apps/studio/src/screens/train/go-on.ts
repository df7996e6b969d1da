import { type PlacedFile, type RunConfig, type RunSpec, specOfRun } from "latent/web";
import type { TrainingRequest } from "../../lib/live/protocol";

/** Whether a run's data are MNIST or its first digits, which this page has. */
export function isMnist({ source, dataset }: RunConfig): boolean {
  return source === "mnist" || (source === null && dataset.name === "MNIST");
}

/** Where a run was trained before is no matter where it goes on. */
const elsewhere = new Set(["data", "device", "threads", "out"]);

/** What asks a kept run to go on, to so many epochs; `files` are its data, unless they are MNIST. */
export function goingOn(
  name: string,
  config: RunConfig,
  epochs: number,
  at: string,
  files: readonly PlacedFile[],
): TrainingRequest {
  const told = Object.entries(specOfRun(config)).filter(([name]) => !elsewhere.has(name));
  const spec = Object.fromEntries(told) as RunSpec;
  const { train, test } = config.dataset;
  return {
    keep: { name, resume: true },
    spec: { ...spec, epochs },
    data: isMnist(config)
      ? { kind: "mnist", at, limit: train, testLimit: test }
      : { kind: "files", files, ...(config.size !== undefined && { size: config.size }) },
  };
}
