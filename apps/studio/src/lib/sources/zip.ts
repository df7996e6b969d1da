import { unzipSync } from "fflate";

/** The files of a zip by the last part of their names. */
export function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  const files = Object.entries(unzipSync(bytes)).filter(([name]) => !name.endsWith("/"));
  return Object.fromEntries(files.map(([name, content]) => [name.slice(name.lastIndexOf("/") + 1), content]));
}
