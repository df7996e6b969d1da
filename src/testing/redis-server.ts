import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where Debian's redis-server is, or undefined where it isn't installed. */
export const redisServer = ((): string | undefined => {
  try {
    return execFileSync("which", ["redis-server"], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
})();

if (redisServer === undefined)
  process.stderr.write(
    "redis-server is not installed (apt-get install redis-server): tests of the queue are skipped\n",
  );

/** A Redis of its own on a free port, with a folder of its own. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would, and starts it again on the same port: with what was on disk, or with nothing. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A port that is free now, and below those that connections begin from: another process' connection, or even one of a client that
 * looks for the server, could else take it while the server is down.
 */
export async function freePort(): Promise<number> {
  for (let i = 0; i < 100; i++) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return port;
  }
  throw new Error("no port is free");
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.end();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Starts a Redis, which keeps what it is told on disk or not, with more options of redis-server. */
export async function startRedis({
  persistent = false,
  options = [],
  port: wanted,
}: {
  readonly persistent?: boolean;
  readonly options?: readonly string[];
  readonly port?: number;
} = {}): Promise<TestRedis> {
  if (redisServer === undefined) throw new Error("redis-server is not installed");
  const program = redisServer;
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-redis-"));
  const port = wanted ?? (await freePort());
  const kept = persistent ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    child = spawn(program, [...place, ...kept, ...options], { stdio: "ignore" });
    for (let i = 0; i < 200; i++, await sleep(50)) if (await isOpen(port)) return;
    throw new Error(`redis-server does not listen on port ${port}`);
  };
  const end = async (): Promise<void> => {
    const gone = new Promise((resolve) => child?.on("exit", resolve));
    child?.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    restart: async () => {
      await end();
      await start();
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
