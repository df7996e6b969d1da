import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { UserError } from "../tensor/index.js";

/** What the worker is called beside bundled code; `worker.js` may well be a program's own. */
const bundledName = "./latent-worker.js";

/**
 * Where the built worker is: in dist/ beside this file or, when this file runs from its TypeScript source, from there.
 * Bundled into a program, this file looks for a bundle of `latent/worker` named `latent-worker.js` beside the program, then
 * for the installed package. Throws a UserError if there is neither.
 */
export function workerUrl(here: string = import.meta.url): URL {
  if (here.endsWith("/runtime/worker-url.ts")) return new URL("../../dist/runtime/worker.js", here);
  if (here.endsWith("/runtime/worker-url.js")) return new URL("./worker.js", here);
  const beside = new URL(bundledName, here);
  if (existsSync(beside)) return beside;
  try {
    return pathToFileURL(createRequire(here).resolve("latent/worker"));
  } catch (cause) {
    throw new UserError(
      "the program was bundled without the engine's worker thread: bundle `latent/worker`, too, as latent-worker.js " +
        "beside it, or keep the package latent installed where it runs",
      1,
      { cause },
    );
  }
}
