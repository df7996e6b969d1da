import { z } from "zod";
import { isKey, savedBlob } from "../store/index.js";

/** What jobs, plans and announcements are like. Raised with every change that another version would misread. */
export const protocolVersion = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/, "no SHA-256");

/** A name of a run of work: the first half of its plan's SHA-256. */
export const savedRunName = z.string().regex(/^[0-9a-f]{32}$/, "no name of a run");

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const plainName = /^[^/\\\u0000-\u001f\u007f]{1,200}$/;

/** Whether a text can name data below a root: names between slashes, none of which leads elsewhere. */
export function isSourceName(name: string): boolean {
  const parts = name.split("/");
  return (
    name.length <= 1000 &&
    parts.every((part) => plainName.test(part) && part !== "." && part !== ".." && !/^[a-z]:/i.test(part))
  );
}

/** All that a job carries: which shard of which run. */
export const savedShardJob = z.strictObject({
  protocol: z.literal(protocolVersion),
  run: savedRunName,
  shard: z.int().min(0).max(10_000_000),
});

/** What a run is announced with to workers. */
export const savedAnnouncement = z.strictObject({
  kind: z.enum(["bulk", "sweep"]),
  protocol: z.int().min(0),
  latent: z.string().max(100),
  run: savedRunName,
  /** Milliseconds since 1970 by Redis' clock. */
  since: z.number(),
});

/** What a run is announced with. */
export type Announcement = z.infer<typeof savedAnnouncement>;

/** Objects in the store that are one data set. */
export const savedFiles = z.array(z.strictObject({ key: z.string().refine(isKey, "no key"), sha256: hash }));

export const savedSource = z.discriminatedUnion("from", [
  /** Data below one of the worker's own roots. */
  z.strictObject({
    from: z.literal("root"),
    name: z.string().refine(isSourceName, "no name of data"),
    sha256: hash,
  }),
  /** An object in the store. */
  z.strictObject({ from: z.literal("store"), name: z.string().refine(isKey, "no key"), sha256: hash }),
  /** Many objects in the store, of which it keeps the list. */
  z.strictObject({ from: z.literal("store-files"), list: savedBlob }),
  z.strictObject({ from: z.literal("mnist") }),
]);

/** Where a run's data are. */
export type SourceOfRun = z.infer<typeof savedSource>;

const savedReading = z.strictObject({
  layout: z.enum(["channels-first", "channels-last"]).optional(),
  bytes: z.enum(["unit", "plain"]).optional(),
  pictures: z
    .strictObject({
      size: z.union([z.string().max(40), z.number()]).optional(),
      fit: z.enum(["crop", "fit", "pad"]).optional(),
      colour: z.enum(["grey", "rgb", "rgba"]).optional(),
      background: z.string().max(40).optional(),
      broken: z.enum(["fail", "skip"]).optional(),
    })
    .optional(),
});

/** How arrays and pictures become examples. */
export type SavedReading = z.infer<typeof savedReading>;

const binarize = z.enum(["none", "dynamic", "static", "threshold"]);
const output = z.enum(["npy", "csv"]);
const split = z.enum(["test", "train", "validation"]);

/** What a run held out of its training examples: a share or a number, drawn with a seed. */
const savedHeld = z.strictObject({ validation: z.number().min(0), seed: z.int() });

/** How examples are held out. */
export type SavedHeld = z.infer<typeof savedHeld>;

const exampleFields = {
  binarize,
  split,
  held: savedHeld.optional(),
  /** A line for each example, what it is called. */
  ids: savedBlob.optional(),
};

const savedTask = z.discriminatedUnion("op", [
  z.strictObject({
    op: z.literal("encode"),
    what: z.enum(["means", "deviations", "parameters"]),
    output,
    ...exampleFields,
    reading: savedReading,
  }),
  z.strictObject({
    op: z.literal("score"),
    /** What was learned of the usual examples. */
    usual: savedBlob,
    by: z.string().max(40),
    threshold: z.number(),
    output,
    ...exampleFields,
    seed: z.int(),
    draws: z.int().min(0),
    device: z.string().max(40).optional(),
    reading: savedReading,
  }),
  z.strictObject({
    op: z.literal("impute"),
    draws: z.int().min(1),
    seed: z.int(),
    multiple: z.boolean(),
    uncertainty: z.boolean(),
  }),
  z.strictObject({
    op: z.literal("generate"),
    n: z.int().min(1),
    seed: z.int(),
    draw: z.boolean(),
    temperature: z.number().optional(),
    /** Classes that may come, by number. */
    among: z.array(z.int().min(0)).optional(),
    /** Codes to decode in place of draws of the prior: float32, [n, latent]. */
    codes: savedBlob.optional(),
    rows: z.boolean(),
  }),
]);

/** What is done with each shard. */
export type BulkTask = z.infer<typeof savedTask>;

/** What is to be done, whole: what a run is named after. */
export const savedPlan = z.strictObject({
  format: z.literal("latent-bulk"),
  protocol: z.literal(protocolVersion),
  latent: z.string(),
  model: z.strictObject({ card: savedBlob, weights: savedBlob }),
  source: savedSource.optional(),
  task: savedTask,
  /** Rows, and of what several the first of each shard is. */
  rows: z.int().min(1),
  step: z.int().min(1),
  /** Whether rows have ids of their own. */
  ids: z.boolean(),
});

/** A plan of work in shards of `step` rows. */
export type BulkPlan = z.infer<typeof savedPlan>;

/** Where shards begin in a text file; too long for a plan. */
export const savedOffsets = z.array(z.int().min(0));

/** What a shard came to. */
export const savedShard = z.strictObject({
  shard: z.int().min(0),
  from: z.int().min(0),
  to: z.int().min(1),
  outputs: z.record(z.string().regex(/^[a-z]+\d*$/), savedBlob),
  worker: z.string().max(200),
  seconds: z.number(),
});

/** A shard's entry in the manifest. */
export type ShardRecord = z.infer<typeof savedShard>;
