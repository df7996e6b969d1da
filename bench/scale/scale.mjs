// Bulk work beyond what can be tried here, simulated: how many workers are of use, a Redis that is lost, slow workers, a store of few
// requests, and what is left for one machine. Prints tables and draws docs/images/scale-*.svg.
//   node bench/scale/scale.mjs [seed, default 1]
// Takes constants.json, which measure.mjs writes, and a build.
import { readFileSync, writeFileSync } from "node:fs";
import { lines } from "./charts.mjs";
import { simulate } from "./simulate.mjs";

const constants = JSON.parse(readFileSync(new URL("constants.json", import.meta.url), "utf8"));
const seed = Number(process.argv[2] ?? 1);
const { redis, bulk } = constants;
/** What was measured, and object storage as it is usually told of: 30 ms a request. */
const aCommand = redis.serverSecondsAJob / redis.commandsAJob;
const common = {
  seed,
  redisAShard: bulk.commandsAShard * aCommand,
  redisAWorker: redis.idleWorker.commandsASecond * aCommand,
};
const before = { ...common, window: 256, windowAWorker: 0, looks: 1, listRest: 0 };
const now = { ...common, windowAWorker: 2, looks: 32, listRest: 10 };
const objects = { latency: 0.03, page: 1000, writes: 3 };
/** A folder on a network disk: 3 ms a request, a list costs by its keys. */
const folder = { latency: 0.003, page: Math.round(0.003 / constants.folderStore.listAKey.clock), writes: 6 };
const percent = (value) => `${Math.round(100 * value)} %`;
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
const draw = async (name, chart) =>
  writeFileSync(new URL(`../../docs/images/${name}.svg`, import.meta.url), await lines(chart));
const thousands = (value) => value.toLocaleString("en-US");

const counts = [10, 30, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000];
const kinds = {
  "before: 256 jobs": { ...before, ...objects },
  "as it is now": { ...now, ...objects },
  "a network disk": { ...now, ...folder },
  "1,000 requests/s": { ...now, ...objects, requestsASecond: 1000 },
};
console.log("Share of the workers' time that goes into shards of 5 s, 10 each\n");
row("workers", ...Object.keys(kinds), "Redis busy now");
row("---:", ...Object.keys(kinds).map(() => "---:"), "---:");
const series = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
for (const workers of counts) {
  const found = Object.entries(kinds).map(([name, kind]) => {
    const result = simulate({ ...kind, workers, shards: 10 * workers });
    series[name].push({ x: workers, y: result.used });
    return result;
  });
  row(thousands(workers), ...found.map(({ used }) => percent(used)), percent(found[1].redisBusy));
}
await draw("scale-workers", {
  title: "Share of the workers' time that goes into shards",
  caption:
    "Simulated: shards of 5 seconds, 10 for each worker; object storage that answers after 30 ms, a network disk after 3 ms.",
  series,
  x: {
    type: "log",
    domain: [10, 5000],
    ticks: [10, 30, 100, 300, 1000, 3000],
    format: thousands,
    label: "workers",
  },
  y: { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
});

/** Shares done over time, thinned. */
const curve = ({ doneAt }, shards) => {
  const every = Math.max(1, Math.floor(doneAt.length / 1000));
  return [
    { x: 0, y: 0 },
    ...doneAt.flatMap((x, i) =>
      i % every === 0 || i === doneAt.length - 1 ? [{ x, y: (i + 1) / shards }] : [],
    ),
  ];
};
const shards = 20_000;
console.log("\n1,000 workers, 20,000 shards of 5 s, Redis gone after 50 s\n");
row("Redis", "seconds", "shards computed twice");
row("---", "---:", "---:");
const losses = {
  "not lost": undefined,
  "lost and back with its jobs": { at: 50, seconds: 60, persistent: true },
  "lost and back empty": { at: 50, seconds: 60, persistent: false },
  "back empty after 2 s": { at: 50, seconds: 2, persistent: false },
};
const lost = {};
for (const [name, redisGone] of Object.entries(losses)) {
  const result = simulate({ ...now, ...objects, shards, redisGone });
  row(name, result.seconds.toFixed(0), thousands(result.doubled));
  lost[name] = curve(result, shards);
}
await draw("scale-redis", {
  title: "Share of the shards done, Redis gone after 50 seconds",
  caption:
    "Simulated: 1,000 workers, 20,000 shards of 5 seconds. With its jobs or empty, it goes on the same.",
  series: lost,
  x: { domain: [0, 180], ticks: [0, 30, 60, 90, 120, 150, 180], format: String, label: "seconds" },
  y: { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
});

console.log("\n1,000 workers, 10,000 shards of 5 s, some workers ten times as slow\n");
row("slow workers", "seconds", "all but the last per cent", "computed twice");
row("---", "---:", "---:", "---:");
const stragglers = {
  none: { slow: 0 },
  "1 % of the workers": { slow: 0.01 },
  "1 %, last shards begun twice": { slow: 0.01, hedge: true },
  "10 % of the workers": { slow: 0.1 },
};
const slow = {};
for (const [name, kind] of Object.entries(stragglers)) {
  const result = simulate({ ...now, ...objects, ...kind });
  row(name, result.seconds.toFixed(0), result.doneAt[9899].toFixed(0), thousands(result.doubled));
  slow[name] = curve(result, 10_000).filter(({ y }) => y >= 0.9);
}
await draw("scale-slow", {
  title: "Share of the shards done, some workers ten times as slow",
  caption:
    "Simulated: 1,000 workers, 10,000 shards of 5 seconds. Shards begun twice are not built: see the text.",
  series: slow,
  x: { domain: [40, 120], ticks: [40, 60, 80, 100, 120], format: String, label: "seconds" },
  y: { domain: [0.9, 1], ticks: [0.9, 0.92, 0.94, 0.96, 0.98, 1], format: percent },
});

console.log("\n1e9 rows by 1,000 workers, object storage of 30 ms and 100 MB/s to one machine\n");
row(
  "work",
  "rows a shard",
  "shards",
  "seconds of all workers",
  "assembling, one after the other",
  "as it is now, 4 ahead",
);
row("---", "---:", "---:", "---:", "---:", "---:");
const billion = 1e9;
const works = [
  ["encode pictures of 784 numbers to 2", constants.rowsASecond.encode, 8, 4096],
  ["impute a table at an assumed 1,000 rows a second", 1000, 60, 16_384],
];
for (const [what, rate, bytes, piece] of works) {
  const rows = piece * Math.max(1, Math.round(Math.min(5 * rate, (64 << 20) / bytes) / piece));
  const count = Math.ceil(billion / rows);
  const result = simulate({ ...now, ...objects, shards: count, shardSeconds: rows / rate });
  const transfer = (billion * bytes) / 100e6;
  row(
    what,
    thousands(rows),
    thousands(count),
    result.seconds.toFixed(0),
    (3 * count * 0.03 + transfer).toFixed(0),
    Math.max((2 * count * 0.03) / 4 + (count * 0.03) / 32, transfer).toFixed(0),
  );
}
