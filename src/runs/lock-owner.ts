import { randomBytes } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import os from "node:os";
import * as z from "zod/mini";
import { isRunning } from "../data/index.js";

/** Who holds a lock, as its file says. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, in ISO 8601. */
  readonly since: string;
  /** Tells this lock from every other. */
  readonly nonce: string;
  /** The boot and the process namespace in which `pid` means something; empty where the system doesn't tell. */
  readonly machine: string;
  /** When the process started, in clock ticks of its boot; empty where the system doesn't tell. */
  readonly started: string;
}

const schema = z.object({
  pid: z.int().check(z.positive()),
  host: z.string(),
  since: z.iso.datetime(),
  nonce: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  machine: z.string(),
  started: z.string(),
});

/** The owner that a lock's file names, or undefined if it is no such file. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

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
