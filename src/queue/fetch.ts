import { createHash } from "node:crypto";
import { requireKey, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import { fetched } from "./sources.js";

/** Brings data out of a store to this machine's cache, and says what they are. Throws a UserError if there are none of that name. */
export async function fetchToCache(
  store: Store,
  key: string,
): Promise<{ readonly source: string; readonly stored: { readonly key: string; readonly sha256: string } }> {
  requireKey(key);
  const content = await store.stream(key);
  if (content === undefined) throw new UserError(`${store.place} has no ${key}`);
  const hash = createHash("sha256");
  for await (const part of content) hash.update(part);
  const sha256 = hash.digest("hex");
  return { source: await fetched(store, key, sha256), stored: { key, sha256 } };
}
