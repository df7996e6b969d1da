import { encodeNpy } from "../data/index.js";
import { tensor } from "../tensor/index.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BulkPlace } from "../testing/bulk.js";
import { redisServer } from "../testing/redis-server.js";
import { readFile, writeFile } from "node:fs/promises";
import { runCli } from "../testing/run-cli.js";
import { s3Key, startS3 } from "../testing/s3-server.js";
import { blobOf, openStore } from "../store/index.js";

/* The command by workers against the command on one machine. Workers are loops in this process; faults.test.ts kills them. */

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer === undefined) return;
  place = await BulkPlace.make(9_300);
  const held = ["--validation", "0.1", "--seed", "3", "--epochs", "1", "--z", "2", "--hidden", "8"];
  await place.cli(["train", "train.npy", ...held, "--out", "held", "--no-pictures"]);
  const pictures = Uint8Array.from({ length: 150 * 12 }, (_, i) => (i * 37) % 251);
  await writeFile(place.at("pictures.npy"), encodeNpy(tensor("uint8", [150, 4, 3], pictures)));
  const small = ["--epochs", "1", "--z", "2", "--hidden", "4", "--no-pictures"];
  await place.cli(["train", "pictures.npy", ...small, "--out", "pictures"]);
  const ids = Array.from({ length: 9_300 }, (_, i) => `"${i}", é`);
  await writeFile(place.at("ids.txt"), `${ids.join("\r\n")}\r\n`);
}, 120_000);
afterAll(() => place?.remove());

const cases: readonly (readonly [string, readonly string[], string, string])[] = [
  ["codes", ["encode", "run", "x.npy"], "codes.npy", "4000"],
  ["codes as text", ["encode", "run", "x.npy", "--what", "deviations"], "codes.csv", "2000"],
  ["codes as Parquet", ["encode", "run", "x.npy"], "codes.parquet", "8000"],
  ["codes of pictures in arrays", ["encode", "pictures", "pictures.npy"], "of-pictures.npy", "70"],
  ["scores of pictures in arrays", ["score", "pictures", "pictures.npy"], "of-pictures.csv", "70"],
  ["scores", ["score", "run", "x.npy"], "scores.csv", "3500"],
  [
    "scores with draws",
    ["score", "run", "x.npy", "--draws", "2", "--by", "negativeElbo"],
    "drawn.npy",
    "500",
  ],
  ["codes with ids", ["encode", "run", "x.npy", "--ids", "ids.txt"], "own-ids.csv", "4000"],
  ["scores with ids", ["score", "run", "x.npy", "--ids", "ids.txt"], "own-ids-scores.csv", "4500"],
  ["codes held out", ["encode", "held", "x.npy", "--split", "validation"], "held.csv", "500"],
  ["codes not held out", ["encode", "held", "x.npy", "--split", "train"], "not-held.csv", "4000"],
  ["generated numbers", ["generate", "run", "--n", "3000", "--draw"], "new.npy", "1024"],
  ["a sampler's", ["generate", "run", "--n", "2500", "--sampler", "gmm(components=2)"], "gmm.npy", "1024"],
];

test.skipIf(redisServer === undefined).each(cases)(
  "%s: the bytes of one machine",
  async (_, command, out, step) => {
    await place.cli([...command, "--out", `one-${out}`]);
    const { result, events } = await place.withWorkers(2, () =>
      place.cli([...command, "--out", `many-${out}`, ...place.flags, "--shard-rows", step]),
    );
    expect(result.stdout.trim()).toBe(`many-${out}`);
    // The last line of progress, of a run that may have taken less than a second.
    expect(result.stderr).toMatch(/(\d+) of \1 shards, .*; [12] workers?, [^\n]*\n(?!.* shards, )/);
    const bytes = await readFile(place.at(`many-${out}`));
    const { sha256, bytes: length } = blobOf(bytes);
    expect(result.stderr).toContain(`sha256 ${sha256}  many-${out}`);
    const [, run] = /run ([0-9a-f]{32})/.exec(result.stderr) ?? [];
    const kept = await readFile(place.at(`store/bulk/${run}/files/${sha256}.json`), "utf8");
    expect(JSON.parse(kept)).toEqual({ name: `many-${out}`, sha256, bytes: length });
    expect(events.filter(({ kind }) => kind === "failed" || kind === "differs")).toEqual([]);
    expect(await place.same(`one-${out}`, `many-${out}`)).toBe(true);
  },
);

test.skipIf(redisServer === undefined)("what workers can't do says what to do instead", async () => {
  const refused = async (args: readonly string[], message: RegExp): Promise<void> => {
    const { code, stderr } = await runCli([...args, ...place.flags], { cwd: place.folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  };
  await writeFile(place.at("few.txt"), "a\nb\n");
  await refused(
    ["encode", "run", "x.npy", "--ids", "few.txt"],
    /few\.txt: has 2 lines, but there are 9300 examples/,
  );
  await refused(
    ["score", "pictures", "pictures.npy", "--worst", "w.png"],
    /--worst looks at all examples at once.*leave out --redis/,
  );
});

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
