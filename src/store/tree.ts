import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { fileError, writeWhole } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { type Blob, canonical, getBlob, putBlob } from "./blobs.js";
import { isKey, type Store } from "./store.js";

/** What describes a content in a manifest. */
export const savedBlob: z.ZodType<Blob> = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
});

const treeManifest = z.strictObject({
  format: z.literal("latent-tree"),
  version: z.literal(1),
  files: z.record(z.string().refine(isKey, "no path that stays inside"), savedBlob),
});

async function filesBelow(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
    else if (entry.isFile() && isKey(path)) found.push(path);
  }
  return found.sort();
}

/**
 * Keeps a folder's files, such as a run's, in a store: each under its SHA-256, and a manifest of all, whose own SHA-256 names the
 * folder. Files whose names can't be keys (locks and parts that begin with a dot) are left out, as are those that `skip` names.
 * Throws a UserError if a file can't be read.
 */
export async function putTree(
  store: Store,
  folder: string,
  skip: (path: string) => boolean = () => false,
): Promise<Blob> {
  const files: Record<string, Blob> = {};
  try {
    for (const path of await filesBelow(folder))
      if (!skip(path)) files[path] = await putBlob(store, await readFile(join(folder, path)));
  } catch (cause) {
    throw fileError(cause, `keep ${folder}`);
  }
  return putBlob(store, canonical({ format: "latent-tree", version: 1, files }));
}

/** Writes the files of a folder that a store keeps below another, each checked. Throws a UserError for a damaged one. */
export async function getTree(store: Store, tree: Blob, folder: string): Promise<void> {
  const text = new TextDecoder().decode(await getBlob(store, tree));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const manifest = treeManifest.safeParse(parsed);
  if (!manifest.success) throw new UserError(`${store.place}: ${tree.sha256} is no folder's manifest`);
  for (const [path, blob] of Object.entries(manifest.data.files)) {
    const target = join(folder, ...path.split("/"));
    const content = await getBlob(store, blob);
    await mkdir(dirname(target), { recursive: true });
    await writeWhole(target, content);
  }
}
