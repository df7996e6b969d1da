import { UserError } from "../../tensor/index.js";
import type { RunPlace } from "./place.js";
import { webSha256 } from "./web-crypto.js";

/** Files by name as a place that is only read from. */
export function filesPlace(name: string, files: Readonly<Record<string, Uint8Array>>): RunPlace {
  const refuse = (): Promise<never> =>
    Promise.reject(new UserError(`${name} can't be written to: it is files by name`));
  return {
    name,
    at: (file) => file,
    read: async (file) => (Object.hasOwn(files, file) ? files[file] : undefined),
    files: async () => Object.keys(files).sort(),
    writeWhole: refuse,
    removeWhole: refuse,
    append: refuse,
    copyNew: refuse,
    makeFolder: refuse,
    removeFolder: refuse,
    sweep: refuse,
    hold: refuse,
    sha256: webSha256,
  };
}
