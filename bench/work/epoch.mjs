import os from "node:os";
import path from "node:path";
import { python, torchEnvironment } from "../lib/competitors.mjs";
import { latentCommand, root } from "../lib/latent.mjs";
import { raceProcesses } from "../lib/process.mjs";
import { layOutForTorchvision, withFolder } from "./scratch.mjs";

export const title = "One epoch of MNIST from a cold process, data loading and test set included";
export const unit = "s";

/** Seconds from start to end of a process that loads MNIST, trains one epoch and measures the test set. */
export function run({ rounds, seconds, quick, log }) {
  return withFolder(async (folder) => {
    layOutForTorchvision(folder);
    const { command, missing } = python();
    const torch = (name, workers, best) => ({
      name,
      launch: {
        command,
        args: [
          path.join(root, "bench/peers/torch_epoch.py"),
          folder,
          String(workers),
          best ? "best" : "defaults",
        ],
        env: torchEnvironment(best),
      },
    });
    let run = 0;
    const train = {
      command: process.execPath,
      get args() {
        const out = path.join(folder, `run-${run++}`);
        return [
          latentCommand(),
          "train",
          "mnist",
          "--z",
          "2",
          "--epochs",
          "1",
          "--no-pictures",
          "--out",
          out,
        ];
      },
    };
    const entries = [
      { name: "latent", launch: train },
      ...(missing ? [] : [torch("torch-best", 0, true), torch("torch", 0, false)]),
      ...(missing || quick ? [] : [torch("torch-workers", os.availableParallelism(), true)]),
    ];
    const found = await raceProcesses(entries, { rounds: Math.min(rounds, 5), seconds: seconds(120), log });
    return {
      results: Object.entries(found).map(([competitor, result]) => ({
        case: "MNIST, batch 128, z 2",
        competitor,
        ...result,
      })),
      missing: missing ? { "torch-best": missing, torch: missing } : {},
    };
  });
}
