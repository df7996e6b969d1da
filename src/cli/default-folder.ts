import { mkdir, rmdir } from "node:fs/promises";
import path from "node:path";
import { errorCode, fileError, requireFolder } from "../data/index.js";

/** A folder that is this run's alone. */
export interface ClaimedFolder {
  readonly folder: string;
  /** Removes it, and what was made above it, unless there is something in it by now. */
  giveBack(): Promise<void>;
}

/** Makes one folder. False if there is something of that name already. */
async function makeNew(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw fileError(error, `make the folder ${folder}`);
  }
}

/**
 * Makes the folder where a run goes unless told otherwise: `runs/mnist-z2`, `runs/mnist-z2-2`, ... It is the first that
 * isn't there, and of several runs at once each gets its own.
 */
export async function claimFolder(data: string, latent: number, parent = "runs"): Promise<ClaimedFolder> {
  await requireFolder(parent);
  const first = path.join(parent, `${path.basename(path.resolve(data)).toLowerCase()}-z${latent}`);
  let folder = first;
  for (let i = 2; !(await makeNew(folder)); i++) folder = `${first}-${i}`;
  return {
    folder,
    async giveBack() {
      for (const made of [folder, parent]) await rmdir(made).catch(() => undefined);
    },
  };
}
