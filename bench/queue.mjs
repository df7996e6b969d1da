// What a job over Redis costs, and bulk work by 1 and 2 workers against the command on one machine.
//   node bench/queue.mjs [rows, default 1000000] [numbers a row, default 16]
// Needs redis-server and a build (npm run build).
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, openSync, rmSync, writeSync, closeSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/bundle/main.js", import.meta.url));
const [rows = 1_000_000, width = 16] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-bench-queue-"));

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const redis = spawn(
  "redis-server",
  ["--port", String(port), "--save", "", "--appendonly", "no", "--dir", folder],
  {
    stdio: "ignore",
  },
);
await sleep(1000);
const address = ["--redis", `redis://127.0.0.1:${port}`, "--store"];

/** Writes numbers between 0 and 1 as a NumPy file, block by block. */
function writeNpy(name, count) {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${width}), }`;
  const header = `${dict}${" ".repeat(63 - ((10 + dict.length) % 64))}\n`;
  const head = Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]),
    Buffer.from(header),
  ]);
  const file = openSync(path.join(folder, name), "w");
  writeSync(file, head);
  let state = 1;
  for (let done = 0; done < count; ) {
    const block = new Float32Array(Math.min(100_000, count - done) * width);
    for (let i = 0; i < block.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      block[i] = state / 2 ** 32;
    }
    writeSync(file, new Uint8Array(block.buffer));
    done += block.length / width;
  }
  closeSync(file);
}

const run = (...args) =>
  execFileSync(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });

async function timed(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const asynchronously = (...args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (text) => (told += text));
    child.on("exit", (code) => (code === 0 ? resolve(told) : reject(new Error(told))));
  });

async function hash(name) {
  const made = createHash("sha256");
  for await (const part of createReadStream(path.join(folder, name))) made.update(part);
  return made.digest("hex");
}

const workers = [];
try {
  writeNpy("train.npy", 2000);
  writeNpy("small.npy", 100_000);
  writeNpy("x.npy", rows);
  run(
    "train",
    "train.npy",
    "--epochs",
    "1",
    "--z",
    "8",
    "--hidden",
    "256,256",
    "--out",
    "run",
    "--no-pictures",
  );
  const add = (store) =>
    workers.push(
      spawn(process.execPath, [main, "worker", ...address, store, "--root", "."], {
        cwd: folder,
        stdio: "ignore",
      }),
    );
  const end = () => {
    for (const worker of workers.splice(0)) worker.kill();
  };

  // 50 shards of 2,000 rows against 5 of 20,000: the same work, 45 more jobs
  add("overhead");
  await asynchronously(
    "encode",
    "run",
    "small.npy",
    "--out",
    "warm.npy",
    ...address,
    "overhead",
    "--shard-rows",
    "100000",
  );
  const progress = (told) =>
    Number(/rows; .*?([\d,]+) rows a second(?![^]*rows a second)/.exec(told)?.[1]?.replaceAll(",", ""));
  const seconds = (told) => 100_000 / progress(told);
  const few = seconds(
    await asynchronously(
      "encode",
      "run",
      "small.npy",
      "--out",
      "few.npy",
      ...address,
      "overhead",
      "--shard-rows",
      "20000",
    ),
  );
  const many = seconds(
    await asynchronously(
      "encode",
      "run",
      "small.npy",
      "--out",
      "many.npy",
      ...address,
      "overhead",
      "--shard-rows",
      "2000",
    ),
  );
  console.log(
    `a job over Redis, its shard kept in a folder: ${((1000 * (many - few)) / 45).toFixed(1)} ms more than none`,
  );
  end();

  const one = await timed(() => asynchronously("encode", "run", "x.npy", "--out", "one.npy"));
  console.log(`${rows} rows of ${width} numbers, the command on one machine: ${one.toFixed(1)} s`);
  const wanted = await hash("one.npy");
  for (const count of [1, 2]) {
    const store = `store-${count}`;
    for (let i = 0; i < count; i++) add(store);
    let told = "";
    const all = await timed(async () => {
      told = await asynchronously("encode", "run", "x.npy", "--out", `by-${count}.npy`, ...address, store);
    });
    const same = (await hash(`by-${count}.npy`)) === wanted ? "the same bytes" : "OTHER BYTES";
    console.log(
      `  ${count} worker${count === 1 ? "" : "s"}: ${all.toFixed(1)} s in all, ${progress(told)} rows a second while shards were done; ${same}`,
    );
    end();
    await sleep(1000);
  }
} finally {
  for (const worker of workers) worker.kill();
  redis.kill();
  await sleep(300);
  rmSync(folder, { recursive: true, force: true });
}
