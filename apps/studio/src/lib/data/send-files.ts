import { Zip, ZipPassThrough } from "fflate";
import type { PlacedFile } from "latent/web";
import { sendZip } from "../sources/http";
import type { OfferedData } from "../sources/session.svelte";

/** Bytes of files that the server takes at once. */
export const mostBytes = 512 * 2 ** 20;

/** Names of files of data: what else lies in a folder is not sent. */
const ofData =
  /\.(png|jpe?g|jfif|webp|gif|npy|csv|tsv|tab|txt|jsonl|ndjson|json)(\.gz)?$|(^|[/.-])idx\d-ubyte(\.gz)?$/i;

/** Those of some files that are data; all of them if none is, for the server to say what is wrong. */
export function dataAmong(files: readonly PlacedFile[]): readonly PlacedFile[] {
  const found = files.filter(({ path }) => ofData.test(path));
  return found.length === 0 ? files : found;
}

/** Files as a zip, not compressed: what is large in them is so already, and the way is short. */
export async function zipped(files: readonly PlacedFile[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, part) => {
    if (error) failure = error;
    else parts.push(part);
  });
  for (const { path, file } of files) {
    const entry = new ZipPassThrough(path);
    zip.add(entry);
    entry.push(new Uint8Array(await file.arrayBuffer()), true);
    if (failure !== undefined) throw failure;
  }
  zip.end(); // what is not compressed comes at once
  return new Blob(parts, { type: "application/zip" });
}

/** Sends files to the server, to be trained on there; pictures are brought to `size`. */
export async function sendFiles(files: readonly PlacedFile[], size: string): Promise<OfferedData> {
  const query = size === "" ? "" : `?size=${encodeURIComponent(size)}`;
  return sendZip<OfferedData>(`api/data${query}`, await zipped(dataAmong(files)));
}
