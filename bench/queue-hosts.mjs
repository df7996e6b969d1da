// Bulk work over hosts that are network namespaces: a Redis and a coordinator in one, a worker in each of two others, with 20 ms of
// delay each way, and cuts of some seconds. Takes root and iproute2; says so and ends where that is not allowed. Where the kernel has no
// netem, a relay before Redis holds back what it passes on.
//   sudo node bench/queue-hosts.mjs [cuts, default 4] [seed, default 1]
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/bundle/main.js", import.meta.url));
const [cuts = 4, seed = 1] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-hosts-"));
const ip = (...args) => execFileSync("ip", args, { stdio: ["ignore", "pipe", "pipe"] });
const hosts = ["a", "b"];
const name = (host) => `latent-${process.pid % 1000}-${host}`;
const link = (host) => `lt${process.pid % 1000}${host}`;

try {
  for (const [i, host] of hosts.entries()) {
    ip("netns", "add", name(host));
    ip("link", "add", link(host), "type", "veth", "peer", "name", "eth0", "netns", name(host));
    ip("addr", "add", `10.213.${i}.1/24`, "dev", link(host));
    ip("link", "set", link(host), "up");
    ip("-n", name(host), "addr", "add", `10.213.${i}.2/24`, "dev", "eth0");
    ip("-n", name(host), "link", "set", "eth0", "up");
    ip("-n", name(host), "link", "set", "lo", "up");
  }
} catch (error) {
  console.log(`network namespaces are not allowed here: ${String(error.stderr ?? error).trim()}`);
  for (const host of hosts)
    try {
      ip("netns", "del", name(host));
    } catch {
      /* not made */
    }
  rmSync(folder, { recursive: true });
  process.exit(0);
}
let delayed = "20 ms of delay each way";
let relayed = false;
for (const host of hosts) {
  try {
    execFileSync("tc", ["qdisc", "add", "dev", link(host), "root", "netem", "delay", "20ms"], {
      stdio: "pipe",
    });
  } catch {
    delayed = "20 ms of delay each way (by a relay: netem is not there)";
    relayed = true;
  }
}

let state = seed;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const redis = spawn(
  "redis-server",
  ["--port", relayed ? "6392" : "6391", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""],
  {
    cwd: folder,
    stdio: "ignore",
  },
);
/** Passes on what comes in after 20 ms, in its order. */
function held(from, to) {
  from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), 20));
  from.on("close", () => setTimeout(() => to.destroy(), 20));
  from.on("error", () => undefined);
}
const relay = createServer((socket) => {
  const inside = connect(6392, "127.0.0.1");
  held(socket, inside);
  held(inside, socket);
});
if (relayed) relay.listen(6391, "0.0.0.0");
const workers = [];
try {
  await sleep(700);
  const rows = 40_000;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, 6), }`;
  const header = `${dict}${" ".repeat(63 - ((10 + dict.length) % 64))}\n`;
  const head = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  const numbers = Float32Array.from({ length: rows * 6 }, random);
  writeFileSync(
    path.join(folder, "x.npy"),
    Buffer.concat([head, Buffer.from(header), Buffer.from(numbers.buffer)]),
  );
  const cli = (...args) => execFileSync(process.execPath, [main, ...args], { cwd: folder, stdio: "pipe" });
  cli("train", "x.npy", "--epochs", "1", "--z", "2", "--hidden", "8", "--out", "run", "--no-pictures");
  cli("score", "run", "x.npy", "--out", "one.csv");
  for (const [i, host] of hosts.entries()) {
    const args = [
      "worker",
      "--redis",
      `redis://10.213.${i}.1:6391`,
      "--store",
      "store",
      "--root",
      ".",
      "--lease",
      "3",
      "--losses",
      "1000",
    ];
    const worker = spawn("ip", ["netns", "exec", name(host), process.execPath, main, ...args], {
      cwd: folder,
      stdio: "pipe",
    });
    worker.stderr.on(
      "data",
      (text) => /Redis|declined/.test(text) && process.stdout.write(`  ${host}: ${text}`),
    );
    workers.push(worker);
  }
  const work = spawn(
    process.execPath,
    [
      main,
      "score",
      "run",
      "x.npy",
      "--out",
      "many.csv",
      "--redis",
      "redis://127.0.0.1:6391",
      "--store",
      "store",
      "--shard-rows",
      "500",
      "--attempts",
      "50",
    ],
    { cwd: folder, stdio: "inherit" },
  );
  const ended = new Promise((resolve) => work.on("exit", resolve));
  let over = false;
  ended.then(() => (over = true));
  let made = 0;
  for (; made < cuts && !over; made++) {
    await sleep(500 + 1500 * random());
    const host = hosts[Math.floor(random() * hosts.length)];
    ip("link", "set", link(host), "down");
    await sleep(1000 + 4000 * random());
    ip("link", "set", link(host), "up");
  }
  const code = await ended;
  const same = readFileSync(path.join(folder, "one.csv")).equals(readFileSync(path.join(folder, "many.csv")));
  console.log(
    `${hosts.length} hosts, ${delayed}, ${made} cuts: exit code ${code}, ${same ? "the same bytes" : "OTHER BYTES"}`,
  );
  process.exitCode = code === 0 && same ? 0 : 1;
} finally {
  for (const worker of workers) worker.kill();
  relay.close();
  redis.kill();
  await sleep(500);
  for (const host of hosts) ip("netns", "del", name(host));
  rmSync(folder, { recursive: true, force: true });
}
