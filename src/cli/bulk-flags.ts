import { whole, text } from "./fields.js";
import { flag, toggle } from "./flags.js";

/** Flags of commands that can be done by workers. */
export const bulkFlags = {
  redis: flag(
    "redis",
    text(
      "URL",
      "Have it done by workers that meet at this Redis: redis://, rediss:// or env:NAME of a variable",
    ),
  ),
  store: flag(
    "store",
    text("PLACE", "Of workers: the store that they share, a folder or s3://bucket/prefix"),
  ),
  root: flag(
    "root",
    text("DIR", "Of workers: the folder that they have too, in which DATA are [default = that of DATA]"),
  ),
  attempts: flag(
    "attempts",
    whole(1, 1000, "N", "Of workers: how often a shard is tried before it is set aside [default = 5]"),
  ),
  shardRows: flag(
    "shard-rows",
    whole(1, 1_000_000_000, "N", "Of workers: rows a shard [default = about 5 s of work]"),
  ),
  dryRun: toggle("Time a sample and say how long all of it would take; nothing is written"),
} as const;

/** The types of `bulkFlags`. */
export interface BulkFlags {
  readonly redis?: string;
  readonly store?: string;
  readonly root?: string;
  readonly attempts?: number;
  readonly shardRows?: number;
  readonly dryRun?: boolean;
}

/** Whether a command is asked to be done by workers, or only timed. */
export function isBulk({ redis, dryRun }: BulkFlags): boolean {
  return redis !== undefined || dryRun === true;
}
