// What things cost that work for many machines is made of: constants of the simulation beside, written to constants.json.
//   node bench/scale/measure.mjs
// Needs redis-server and a build. Times are of the processor where they can be, else the least of several: other programs may run.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { createJiti } from "jiti";
import { datasets, loadModel, tensor } from "../../dist/bundle/index.js";
import { canonical, FolderStore, openStore, putBlob } from "../../dist/store/index.js";

const jiti = createJiti(import.meta.url);
const { startRedis } = await jiti.import("../../src/testing/redis-server.ts");
const { s3Key } = await jiti.import("../../src/testing/s3-server.ts");

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-scale-"));
const run = (...args) =>
  execFileSync(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
const three = (value) => Number(value.toPrecision(3));

/** The least seconds, by the clock and of this process' processor, that one of `count` calls takes in `rounds` rounds. */
async function cost(count, rounds, work) {
  let [clock, cpu] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < count; i++) await work(round * count + i);
    const used = process.cpuUsage(before);
    clock = Math.min(clock, (performance.now() - began) / 1000 / count);
    cpu = Math.min(cpu, (used.user + used.system) / 1e6 / count);
  }
  return { clock: three(clock), cpu: three(cpu) };
}

async function info(client) {
  const text = await client.info();
  const number = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1]);
  return {
    commands: number("total_commands_processed"),
    memory: number("used_memory"),
    cpu: number("used_cpu_user") + number("used_cpu_sys"),
    clients: number("connected_clients"),
  };
}

/** Jobs as the coordinator adds them, by a worker that does nothing. */
async function redisCosts() {
  const redis = await startRedis();
  const connection = { host: "127.0.0.1", port: redis.port, maxRetriesPerRequest: null };
  const client = new Redis(connection);
  const queue = new Queue("run-0123456789abcdef0123456789abcdef", { connection, prefix: "latent" });
  await queue.waitUntilReady();
  const job = (shard) => ({
    name: "shard",
    data: { protocol: 1, run: "0123456789abcdef0123456789abcdef", shard },
    opts: {
      jobId: `shard-${shard}`,
      attempts: 5,
      backoff: { type: "exponential", delay: 1000, jitter: 0.3 },
      removeOnComplete: true,
    },
  });
  const count = 1024;
  const empty = await info(client);
  for (let at = 0; at < count; at += 256)
    await queue.addBulk(Array.from({ length: 256 }, (_, i) => job(at + i)));
  const full = await info(client);
  const before = process.cpuUsage();
  const began = performance.now();
  let done = 0;
  const worker = new Worker(queue.name, async () => void done++, {
    connection,
    prefix: "latent",
    concurrency: 1,
    drainDelay: 1,
    lockDuration: 300_000,
  });
  while (done < count) await sleep(20);
  const seconds = (performance.now() - began) / count / 1000;
  const used = process.cpuUsage(before);
  await sleep(200);
  const after = await info(client);
  await worker.close();
  await queue.close();

  // real workers that have nothing to do
  const idle = await info(client);
  const workers = Array.from({ length: 2 }, () =>
    spawn(process.execPath, [main, "worker", "--redis", redis.url, "--store", "store", "--root", "."], {
      cwd: folder,
      stdio: "ignore",
    }),
  );
  await sleep(8000);
  const waiting = await info(client);
  await sleep(5000);
  const later = await info(client);
  for (const one of workers) one.kill();
  client.disconnect();
  await redis.stop();
  return {
    bytesAJob: three((full.memory - empty.memory) / count),
    commandsAJob: three((after.commands - empty.commands) / count),
    serverSecondsAJob: three((after.cpu - empty.cpu) / count),
    workerSecondsAJob: three((used.user + used.system) / 1e6 / count),
    clockSecondsAJob: three(seconds),
    idleWorker: {
      commandsASecond: three((later.commands - waiting.commands) / 5 / 2),
      serverSecondsASecond: three((later.cpu - waiting.cpu) / 5 / 2),
      bytes: three((waiting.memory - idle.memory) / 2),
      connections: (waiting.clients - idle.clients) / 2,
    },
  };
}

/** A whole run of bulk work, coordinator, worker and store: what it asks of Redis for a shard. */
async function shardCosts() {
  const redis = await startRedis();
  const client = new Redis({ host: "127.0.0.1", port: redis.port });
  const there = ["--redis", redis.url, "--store", "bulk-store"];
  const worker = spawn(process.execPath, [main, "worker", ...there, "--root", "."], {
    cwd: folder,
    stdio: "ignore",
  });
  await sleep(3000);
  const before = await info(client);
  run("generate", "mnist", "--n", "102400", "--out", "draws.npy", ...there, "--shard-rows", "1024");
  const after = await info(client);
  worker.kill();
  client.disconnect();
  await redis.stop();
  return {
    commandsAShard: three((after.commands - before.commands) / 100),
    serverSecondsAShard: three((after.cpu - before.cpu) / 100),
  };
}

async function storeCosts(store) {
  const record = (i) =>
    canonical({
      shard: i,
      from: i * 1000,
      to: i * 1000 + 1000,
      outputs: {
        rows: { sha256: String(i).padStart(64, "0"), bytes: 1000 },
        columns: { sha256: "f".repeat(64), bytes: 60 },
      },
      worker: "host-0123456789:12345",
      seconds: 4.987,
    });
  const keyOf = (i) => `bulk/0123/shards/${String(i).padStart(8, "0")}.json`;
  const put = await cost(250, 3, (i) => store.putIfAbsent(keyOf(i), record(i)));
  const has = await cost(250, 3, (i) => store.has(keyOf(i % 750)));
  const get = await cost(250, 3, (i) => store.get(keyOf(i % 750)));
  const list = await cost(1, 5, () => store.list("bulk/0123/shards"));
  const blob = new Uint8Array(4 << 20);
  const large = await cost(4, 4, (i) => putBlob(store, blob.fill(i + 1)));
  const perKey = ({ clock, cpu }) => ({ clock: three(clock / 750), cpu: three(cpu / 750) });
  const perMiB = ({ clock, cpu }) => ({ clock: three(clock / 4), cpu: three(cpu / 4) });
  return {
    recordBytes: record(123456).length,
    put,
    has,
    get,
    listAKey: perKey(list),
    putAMiB: perMiB(large),
  };
}

async function s3Costs() {
  const server = fileURLToPath(new URL("../../src/testing/s3-server.ts", import.meta.url));
  const jitiAt = import.meta.resolve("jiti");
  const code = `import { createJiti } from ${JSON.stringify(jitiAt)};
    const { startS3 } = await createJiti(${JSON.stringify(import.meta.url)}).import(${JSON.stringify(server)});
    console.log((await startS3()).endpoint);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await new Promise((resolve) =>
    child.stdout.once("data", (text) => resolve(String(text).split("\n"))),
  );
  const place = await openStore("s3://test-bucket/scale", {
    AWS_ACCESS_KEY_ID: s3Key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
    AWS_ENDPOINT_URL: line,
  });
  const costs = await storeCosts(place);
  child.kill();
  return costs;
}

const bytesBelow = (at) =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size, 0);

/** Bytes of a run, and how fast its checkpoints are kept. */
async function runCosts() {
  run("train", "mnist", "--epochs", "1", "--out", "mnist", "--no-pictures", "--threads", "1");
  const at = (...names) => path.join(folder, "mnist", ...names);
  const checkpoint = statSync(
    at(
      "checkpoint",
      readdirSync(at("checkpoint")).find((name) => name.startsWith("last")),
    ),
  ).size;
  const sizes = { checkpoint, model: bytesBelow(at("model")), folder: bytesBelow(at()) };
  const store = new FolderStore(path.join(folder, "checkpoints"));
  const content = new Uint8Array(checkpoint);
  const kept = await cost(5, 3, (i) => putBlob(store, content.fill(i + 1)));
  return { ...sizes, checkpointKept: kept };
}

/** Rows a second of a core, by the processor's time. */
async function rowCosts() {
  const model = await loadModel(path.join(folder, "mnist"));
  const { train } = await datasets.mnist();
  const rows = 16_384;
  const x = tensor("uint8", [rows, 28, 28], train.examples.data.subarray(0, rows * 784));
  await model.encode(x);
  const encode = await cost(1, 8, () => model.encode(x));
  const generate = await cost(1, 8, () => model.generate(rows));
  await model.close();
  return { encode: three(rows / encode.cpu), generate: three(rows / generate.cpu) };
}

try {
  const told = async (name, work) => {
    const found = await work();
    process.stderr.write(`${name} ${JSON.stringify(found)}\n`);
    return found;
  };
  const constants = {
    machine: `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, shared with other programs`,
    node: process.version,
    run: await told("run", () => runCosts()),
    rowsASecond: await told("rowsASecond", () => rowCosts()),
    redis: await told("redis", () => redisCosts()),
    bulk: await told("bulk", () => shardCosts()),
    folderStore: await told("folderStore", () =>
      storeCosts(new FolderStore(path.join(folder, "store-costs"))),
    ),
    s3Store: await told("s3Store", () => s3Costs()),
  };
  writeFileSync(new URL("constants.json", import.meta.url), `${JSON.stringify(constants, null, 2)}\n`);
  console.log(JSON.stringify(constants, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
