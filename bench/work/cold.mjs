import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { python, torchEnvironment } from "../lib/competitors.mjs";
import { latentCommand, root } from "../lib/latent.mjs";
import { raceProcesses } from "../lib/process.mjs";
import { withFolder } from "./scratch.mjs";

export const title = "Cold start: 16 images from a trained model, the whole process";
export const unit = "s";

/** Seconds and peak memory of a process that loads a model, draws 16 images and writes them. */
export function run({ rounds, seconds, log }) {
  return withFolder(async (folder) => {
    const cli = latentCommand();
    const model = path.join(folder, "run");
    execFileSync(
      process.execPath,
      [cli, "train", "mnist", "--epochs", "1", "--no-pictures", "--out", model],
      {
        stdio: "ignore",
      },
    );
    const latent = (name, out) => ({
      name,
      launch: {
        command: process.execPath,
        args: [cli, "generate", model, "--n", "16", "--out", path.join(folder, out)],
      },
    });
    const { command, missing } = python();
    const script = path.join(root, "bench/peers/torch_generate.py");
    const weights = path.join(folder, "decoder.pt");
    if (!missing) execFileSync(command, [script, weights, "", "save"]);
    const torch = (name, out, best) => ({
      name,
      launch: { command, args: [script, weights, path.join(folder, out)], env: torchEnvironment(best) },
    });
    const pairs = [
      [
        "numbers only",
        [
          latent("latent", "a.npy"),
          ...(missing ? [] : [torch("torch-best", "b.bin", true), torch("torch", "c.bin", false)]),
        ],
      ],
      [
        "as PNG",
        [
          latent("latent", "d.png"),
          ...(missing ? [] : [torch("torch-best", "e.png", true), torch("torch", "f.png", false)]),
        ],
      ],
    ];
    const results = [];
    for (const [name, entries] of pairs) {
      const found = await raceProcesses(entries, { rounds, seconds: seconds(25), log });
      for (const [competitor, result] of Object.entries(found))
        results.push({ case: `16 images, ${name}`, competitor, ...result });
    }
    if (readFileSync(path.join(folder, "d.png")).length < 100)
      throw new Error("latent generate wrote no picture");
    return { results, missing: missing ? { "torch-best": missing, torch: missing } : {} };
  });
}
