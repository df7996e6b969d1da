import { randomBytes } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import os from "node:os";
import { isRunning } from "../data/index.js";
import type { LockOwner } from "./lock-file.js";

/** This process as the owner of a new lock. */
export async function thisOwner(): Promise<LockOwner> {
  return {
    pid: process.pid,
    host: os.hostname(),
    since: new Date().toISOString(),
    nonce: randomBytes(8).toString("hex"),
    machine: await thisMachine(),
    started: (await processOf(process.pid)) ?? "",
  };
}

/** What is known of an owner: `unknown` where only signs of life tell, as of a process on another computer. */
export async function stateOf(owner: LockOwner): Promise<"alive" | "dead" | "unknown"> {
  if (owner.host !== os.hostname() || owner.machine !== (await thisMachine())) return "unknown";
  if (!isRunning(owner.pid)) return "dead";
  if (owner.started === "") return "unknown";
  // Numbers of processes are used again.
  return (await processOf(owner.pid)) === owner.started ? "alive" : "dead";
}

/** Containers share host names and count their processes each for itself; hence the namespace. */
async function thisMachine(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${boot.trim()} ${namespace}`.trim();
}

/** When a process started, from Linux' `/proc`; undefined if it has ended, or if the system doesn't tell. */
async function processOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the command in parentheses, and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X" ? undefined : fields[19];
}
