import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const linux = process.platform === "linux";

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Nanoseconds on a core and waiting for one, over all threads of a process. */
function threadTimes(pid) {
  let ran = 0;
  let waited = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    const [on = 0, off = 0] = read(`/proc/${pid}/task/${thread}/schedstat`).split(" ").map(Number);
    ran += on;
    waited += off;
  }
  return { ran, waited };
}

/** pid -> its times and parent, of all processes. Empty where there is no /proc. */
export function scan() {
  const times = new Map();
  if (!linux) return times;
  for (const name of list("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (stat === "") continue;
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    times.set(Number(name), { parent, ...threadTimes(name) });
  }
  return times;
}

/**
 * What happened between two scans: `foreign`, nanoseconds that processes other than `root` and its descendants
 * were on a core, and `waited`, nanoseconds that `root` and its descendants waited for one. A process that has
 * ended in between is not seen.
 */
export function between(before, after, root) {
  const own = (pid) => {
    for (let at = pid; at > 1; at = after.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  let foreign = 0;
  let waited = 0;
  for (const [pid, now] of after) {
    const then = before.get(pid) ?? { ran: 0, waited: 0 };
    if (own(pid)) waited += Math.max(0, now.waited - then.waited);
    else if (pid !== process.pid) foreign += Math.max(0, now.ran - then.ran);
  }
  return { foreign, waited };
}

/** Above this share of one core used by others, a sample counts as disturbed. */
export const disturbance = 0.04;

/** Runs `work` and says whether other processes were busy meanwhile. */
export async function watched(root, work) {
  const before = scan();
  const start = performance.now();
  const result = await work();
  const wall = (performance.now() - start) * 1e6;
  const { foreign, waited } = between(before, scan(), typeof root === "function" ? root() : root);
  return {
    result,
    foreign: foreign / wall,
    waited: waited / wall,
    clean: linux && foreign / wall < disturbance,
  };
}

/** Seconds that all cores together have been busy since the machine started; NaN where there is no /proc/stat. */
export function busySeconds() {
  const [user, nice, system, , , interrupts, softInterrupts, stolen] = read("/proc/stat")
    .split("\n", 1)[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) / 100;
}

/** Waits until nothing else has wanted a core for a few milliseconds, or until `limit` milliseconds are over. */
export async function quiet(limit = 400) {
  const end = performance.now() + limit;
  let calm = 0;
  await sleep(8);
  while (calm < 3 && performance.now() < end) {
    const running = Number(read("/proc/loadavg").split(" ")[3]?.split("/")[0] ?? 1);
    calm = running <= 1 ? calm + 1 : 0;
    await sleep(4);
  }
}

/** What the figures were measured on. */
export function machine() {
  const cpus = os.cpus();
  const flags = read("/proc/cpuinfo").match(/^flags\s*:(.*)$/m)?.[1] ?? "";
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    vectors: ["avx512f", "avx2"].find((name) => flags.split(" ").includes(name)) ?? os.arch(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    loadAtStart: os.loadavg().map((load) => Math.round(load * 100) / 100),
  };
}
