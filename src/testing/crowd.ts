import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BulkPlace } from "./bulk.js";
import type { TestRedis } from "./redis-server.js";

/** The built command. */
export const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));

/** Worker processes that can be killed. */
export class Crowd {
  private readonly members: ChildProcess[] = [];
  private readonly ready = new Map<ChildProcess, Promise<void>>();
  /** What all of them have said. */
  said = "";

  constructor(
    private readonly place: BulkPlace,
    private readonly redis: TestRedis,
    private readonly store = "store",
    private readonly more: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
  ) {}

  add(): void {
    const args = ["worker", "--redis", this.redis.url, "--store", this.store, "--root", "."];
    const child = spawn(
      process.execPath,
      [main, ...args, "--lease", "1", "--losses", "1000", ...(this.more.args ?? [])],
      {
        cwd: this.place.folder,
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...this.more.env },
      },
    );
    this.members.push(child);
    const ready = new Promise<void>((resolve) => {
      child.stderr?.on("data", (text: Buffer) => {
        this.said += `${child.pid}: ${text.toString()}`;
        if (/ready for work/.test(text.toString())) resolve();
      });
      child.once("exit", () => resolve());
    });
    this.ready.set(child, ready);
  }

  /** Kills one that has come to be at work, so that it can't say goodbye, and has another take its place. */
  async kill(which: number): Promise<void> {
    const [child] = this.members.splice(which % this.members.length, 1);
    if (child !== undefined) await this.ready.get(child);
    await ended(child, "SIGKILL");
    this.add();
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((child) => ended(child, "SIGKILL")));
  }
}

export async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

/** A command that workers do: scores of `x.npy`. */
export const command = (out: string, redis: TestRedis, step: string, store = "store"): string[] => [
  ...["score", "run", "x.npy", "--out", out, "--redis", redis.url],
  ...["--store", store, "--shard-rows", step, "--attempts", "50"],
];
