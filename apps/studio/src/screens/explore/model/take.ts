import { unzip } from "fflate";
import { takeZip } from "../../../lib/sources/page";
import { limits, requireSize } from "./files";
import { openFiles } from "./opened";

/** Names of the files in a zip; none if it is no zip. */
function namesIn(bytes: Uint8Array): Promise<readonly string[]> {
  const names: string[] = [];
  const filter = ({ name }: { readonly name: string }): boolean => {
    names.push(name.slice(name.lastIndexOf("/") + 1));
    return false;
  };
  return new Promise((resolve) => {
    unzip(bytes, { filter }, (error) => resolve(error ? [] : names));
  });
}

const canKeep = (): boolean => navigator.storage?.getDirectory !== undefined;

/** Whether a zip is of a run's whole folder, which goes on under `latent train --resume` and is worth keeping. */
async function isRun(zip: File): Promise<boolean> {
  requireSize(zip.name, zip.size);
  const names = await namesIn(new Uint8Array(await zip.arrayBuffer()));
  return ["config.json", "metrics.jsonl"].every((name) => names.includes(name));
}

/**
 * Opens files; returns where the screen then shows them. A run's zip is kept among this browser's runs, all else is in memory
 * only. Throws an Error that names what can't be opened.
 */
export async function placeOfFiles(files: readonly File[]): Promise<string> {
  if (files.length > limits.files) {
    throw new Error(`${files.length} files are too many; up to ${limits.files} are opened at once`);
  }
  const zip = files.find(({ name }) => /\.zip$/i.test(name));
  if (zip !== undefined && canKeep() && (await isRun(zip))) {
    return `page/${encodeURIComponent(await takeZip(zip))}`;
  }
  return `file/${await openFiles(files)}`;
}
