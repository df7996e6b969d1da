import { afterAll, beforeAll, expect, test } from "vitest";
import { BulkPlace } from "../testing/bulk.js";
import { redisServer } from "../testing/redis-server.js";
import { readFile } from "node:fs/promises";
import { s3Key, startS3 } from "../testing/s3-server.js";
import { openStore } from "../store/index.js";

/* The command by workers against the command on one machine. Workers are loops in this process; faults.test.ts kills them. */

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer !== undefined) place = await BulkPlace.make(9_300);
}, 120_000);
afterAll(() => place?.remove());

const cases: readonly (readonly [string, readonly string[], string, string])[] = [
  ["codes", ["encode", "run", "x.npy"], "codes.npy", "4000"],
  ["codes as text", ["encode", "run", "x.npy", "--what", "deviations"], "codes.csv", "2000"],
  ["codes as Parquet", ["encode", "run", "x.npy"], "codes.parquet", "8000"],
  ["scores", ["score", "run", "x.npy"], "scores.csv", "3500"],
  [
    "scores with draws",
    ["score", "run", "x.npy", "--draws", "2", "--by", "negativeElbo"],
    "drawn.npy",
    "500",
  ],
  ["generated numbers", ["generate", "run", "--n", "3000", "--draw"], "new.npy", "1024"],
];

test.skipIf(redisServer === undefined).each(cases)(
  "%s: the bytes of one machine",
  async (_, command, out, step) => {
    await place.cli([...command, "--out", `one-${out}`]);
    const { result, events } = await place.withWorkers(2, () =>
      place.cli([...command, "--out", `many-${out}`, ...place.flags, "--shard-rows", step]),
    );
    expect(result.stdout.trim()).toBe(`many-${out}`);
    expect(events.filter(({ kind }) => kind === "failed" || kind === "differs")).toEqual([]);
    expect(await place.same(`one-${out}`, `many-${out}`)).toBe(true);
  },
);

test.skipIf(redisServer === undefined)("data and shards in object storage", async () => {
  const s3 = await startS3();
  const environment = {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3Key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
    XDG_CACHE_HOME: place.at("cache"),
  };
  const bucket = "s3://test-bucket/bulk";
  try {
    const store = await openStore(bucket, environment);
    await store.putIfAbsent("inputs/x.npy", await readFile(place.at("x.npy")));
    const command = ["encode", "run", "store:inputs/x.npy", "--out", "s3.npy", "--redis", place.redis.url];
    await place.withWorkers(
      2,
      () => place.cli([...command, "--store", bucket, "--shard-rows", "4000"], environment),
      { store: bucket, environment },
    );
    await place.cli(["encode", "run", "x.npy", "--out", "one.npy"]);
    expect(await place.same("one.npy", "s3.npy")).toBe(true);
    expect(await store.list("bulk")).not.toEqual([]);
  } finally {
    await s3.close();
  }
});
