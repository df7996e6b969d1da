import path from "node:path";
import { z } from "zod";
import { readIfThere, writeWhole } from "../../data/index.js";
import { addressWithoutSecrets } from "../../queue/index.js";
import { sweepFiles } from "../../sweeps/index.js";
import { UserError } from "../../tensor/index.js";
import type { BulkFlags } from "../bulk-flags.js";

/** Where the workers of a sweep meet. */
export interface SharedPlace {
  readonly redis: string;
  readonly store: string;
  readonly root: string;
}

const savedPlace = z.strictObject({
  store: z.string(),
  root: z.string(),
  /** Left out where the address holds a password. */
  redis: z.string().optional(),
});

const fileOf = (folder: string): string => path.join(folder, sweepFiles.shared);

async function savedIn(folder: string): Promise<z.infer<typeof savedPlace> | undefined> {
  const content = await readIfThere(fileOf(folder));
  if (content === undefined) return undefined;
  try {
    return savedPlace.parse(JSON.parse(content.toString("utf8")));
  } catch (cause) {
    throw new UserError(`${fileOf(folder)} is damaged: remove it, and give --redis and --store again`, 1, {
      cause,
    });
  }
}

/**
 * Where the workers of the sweep in a folder meet: as told, else as it was before; undefined of a sweep of one machine. Throws a
 * UserError where a password has to be told again.
 */
export async function sharedPlace(
  folder: string,
  told: Pick<BulkFlags, "redis" | "store" | "root">,
  usualRoot: string,
): Promise<SharedPlace | undefined> {
  const saved = await savedIn(folder);
  const asked = told.redis !== undefined || told.store !== undefined;
  if (saved === undefined && !asked) return undefined;
  const redis = told.redis ?? saved?.redis;
  const store = told.store ?? saved?.store;
  if (redis === undefined && saved !== undefined)
    throw new UserError(
      `${folder} holds a sweep of several machines; give --redis again: the address with its password is not kept`,
      2,
    );
  if (redis === undefined || store === undefined)
    throw new UserError(
      "--redis needs --store too: a folder that all workers share, or s3://bucket/prefix",
      2,
    );
  return { redis, store, root: told.root ?? saved?.root ?? usualRoot };
}

/** Keeps where workers meet for `latent sweep resume`; a password is not kept. */
export async function keepPlace(folder: string, { redis, store, root }: SharedPlace): Promise<void> {
  const address = addressWithoutSecrets(redis);
  const kept = {
    store: /^[a-z][a-z0-9+.-]*:\/\//i.test(store) ? store : path.resolve(store),
    root: path.resolve(root),
    ...(address !== undefined && { redis: address }),
  };
  await writeWhole(fileOf(folder), `${JSON.stringify(kept, null, 2)}\n`);
}
