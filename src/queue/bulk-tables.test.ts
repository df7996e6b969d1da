import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../store/index.js";
import { BulkPlace } from "../testing/bulk.js";
import { redisServer } from "../testing/redis-server.js";
import { runCli } from "../testing/run-cli.js";

/* Tables: rows entered in the middle of text, Parquet by row numbers; every row's noise is its own. */

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer !== undefined) place = await BulkPlace.make(0, 20_000);
}, 120_000);
afterAll(() => place?.remove());

const impute = ["impute", "rows", "holes.csv", "--draws", "2"];
const cases: readonly (readonly [string, readonly string[], string, string])[] = [
  ["codes", ["encode", "rows", "holes.csv"], "rows.csv", "6000"],
  ["scores", ["score", "rows", "holes.csv"], "row-scores.csv", "8500"],
  ["a filled table", [...impute, "--seed", "5"], "filled.csv", "16384"],
  ["filled tables", [...impute, "--multiple"], "several.jsonl", "16384"],
  ["generated rows", ["generate", "rows", "--n", "3000", "--seed", "2"], "new.csv", "1024"],
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

test.skipIf(redisServer === undefined).each([
  [
    ["--where", "size>=2"],
    /--where draws rows of a table until enough meet.*leave out --redis, or have workers/s,
  ],
  [["--no-copies"], /--no-copies looks at the rows on one machine; leave it out, or --redis/],
])("generate %j of a table says why workers can't, before any is asked", async (flags, message) => {
  const command = ["generate", "rows", "--out", "where.csv", ...flags, ...place.flags];
  const { code, stderr } = await runCli(command, { cwd: place.folder });
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, " ")).toMatch(message);
});

test.skipIf(redisServer === undefined)("strange rows are told of as on one machine", async () => {
  const lines = (await readFile(place.at("holes.csv"), "utf8")).split("\n").slice(0, 1001);
  const strange = lines.map((line, i) => (i > 0 && i % 100 === 0 ? `1.00,"never ${i}",5` : line));
  await writeFile(place.at("strange.csv"), `${strange.join("\n")}\n`);
  const one = await place.cli(["score", "rows", "strange.csv", "--out", "one.csv"]);
  const many = ["score", "rows", "strange.csv", "--out", "many.csv", ...place.flags, "--shard-rows", "400"];
  const { result } = await place.withWorkers(1, () => place.cli(many));
  const words = 'strange.csv: 10 rows hold values of "kind" that no training row has, such as "never 100"';
  expect(one.stderr).toContain(words);
  expect(result.stderr).toContain(words);
});

/** The rows of `holes.csv` in several files, none of which ends where a shard does. */
async function writeParts(folder: string): Promise<void> {
  const [heading, ...lines] = (await readFile(place.at("holes.csv"), "utf8")).trimEnd().split("\n");
  await mkdir(place.at(folder));
  for (const [i, [from, to]] of [
    [0, 7001],
    [7001, 7002],
    [7002, 20_000],
  ].entries())
    await writeFile(
      place.at(`${folder}/part-${i}.csv`),
      `${[heading, ...lines.slice(from, to)].join("\n")}\n`,
    );
}

test.skipIf(redisServer === undefined)(
  "many files below a root, by a pattern and in the store: the bytes of the one that they make up",
  async () => {
    await writeParts("parts");
    await place.cli(["encode", "rows", "holes.csv", "--out", "one-file.csv"]);
    await place.cli(["encode", "rows", "parts", "--out", "one-parts.csv"]);
    expect(await place.same("one-file.csv", "one-parts.csv")).toBe(true);
    const store = await openStore(place.at("store"));
    for (const i of [0, 1, 2])
      await store.putIfAbsent(`inputs/parts/part-${i}.csv`, await readFile(place.at(`parts/part-${i}.csv`)));
    const step = [...place.flags, "--shard-rows", "6000"];
    for (const [i, source] of ["parts/", "parts/part-?.csv", "store:inputs/parts/"].entries()) {
      await place.withWorkers(2, () =>
        place.cli(["encode", "rows", source, "--out", `many-${i}.csv`, ...step]),
      );
      expect(await place.same("one-file.csv", `many-${i}.csv`)).toBe(true);
    }
  },
  90_000,
);

test.skipIf(redisServer === undefined)(
  "Parquet in and out, and how sure each filled cell is",
  async () => {
    const command = [...impute, "--uncertainty"];
    await place.cli([...command, "one-sure.csv", "--out", "one.parquet"]);
    await place.withWorkers(1, async () => {
      await place.cli([
        ...command,
        "many-sure.csv",
        "--out",
        "many.parquet",
        ...place.flags,
        "--shard-rows",
        "16384",
      ]);
      expect(await place.same("one-sure.csv", "many-sure.csv")).toBe(true);
      expect(await place.same("one.parquet", "many.parquet")).toBe(true);
      await place.cli([
        "encode",
        "rows",
        "many.parquet",
        "--out",
        "many-p.csv",
        ...place.flags,
        "--shard-rows",
        "6000",
      ]);
    });
    await place.cli(["encode", "rows", "one.parquet", "--out", "one-p.csv"]);
    expect(await place.same("one-p.csv", "many-p.csv")).toBe(true);
  },
  90_000,
);
