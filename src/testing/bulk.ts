import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeNpy } from "../data/index.js";
import { nodePlatform } from "../node.js";
import { openRedis, type WorkerEvent, WorkerLoop } from "../queue/index.js";
import { openStore } from "../store/index.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { startRedis, type TestRedis } from "./redis-server.js";
import { type CliResult, runCli } from "./run-cli.js";

/** Lines of a table of numbers and categories, with holes. */
export function tableText(count: number): string {
  const u = new RandomStream(3, "table").uniform(new Float64Array(count * 4), 0);
  const lines = Array.from({ length: count }, (_, i) => {
    const [a = 0, b = 0, c = 0, hole = 0] = u.subarray(4 * i, 4 * i + 4);
    const kind = a < 0.3 ? 'low, "quoted"' : a < 0.7 ? "mid é" : "high";
    const cells = [(10 * a + b).toFixed(2), `"${kind.replaceAll('"', '""')}"`, String(Math.round(100 * c))];
    if (hole < 0.3) cells[Math.floor(hole * 10)] = "";
    return cells.join(",");
  });
  return `size,kind,count\n${lines.join("\n")}\n`;
}

/** A Redis, and a folder with data, models and a store. */
export class BulkPlace {
  private constructor(
    readonly folder: string,
    readonly redis: TestRedis,
  ) {}

  /** With `x.npy` of so many rows and the model `run`; and, if asked for, `holes.csv` of so many and the model `rows`. */
  static async make(rows: number, tableRows = 0): Promise<BulkPlace> {
    const place = new BulkPlace(await mkdtemp(join(tmpdir(), "latent-bulk-")), await startRedis());
    const numbers = new RandomStream(1, "bulk").uniform(new Float32Array(Math.max(rows, 300) * 6), 0);
    const train = ["--epochs", "1", "--z", "2", "--no-pictures"];
    if (rows > 0) {
      await writeFile(place.at("x.npy"), encodeNpy(tensor("float32", [rows, 6], numbers.slice(0, rows * 6))));
      await writeFile(place.at("train.npy"), encodeNpy(tensor("float32", [300, 6], numbers.slice(0, 1800))));
      await place.cli(["train", "train.npy", "--hidden", "8", "--out", "run", ...train]);
    }
    if (tableRows > 0) {
      await writeFile(place.at("train.csv"), tableText(500));
      await writeFile(place.at("holes.csv"), tableText(tableRows));
      await place.cli(["train", "train.csv", "--out", "rows", ...train]);
    }
    return place;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** Flags of a command that workers do. */
  get flags(): string[] {
    return ["--redis", this.redis.url, "--store", "store"];
  }

  /** Runs a command in the folder. Throws an Error unless it succeeds, within a time that no machine is too slow for. */
  async cli(args: readonly string[], env?: Record<string, string>): Promise<CliResult> {
    const result = await runCli(args, { cwd: this.folder, within: 200, ...(env && { env }) });
    if (result.code !== 0) throw new Error(`${args.join(" ")}: ${result.stderr}`);
    return result;
  }

  /** Whether two files are there and the same, byte for byte. */
  async same(a: string, b: string): Promise<boolean> {
    const [one, other] = [await readFile(this.at(a)), await readFile(this.at(b))];
    return one.equals(other) && one.length > 0;
  }

  /** Does `work` while some workers run in this process. Returns what they told. */
  async withWorkers<T>(
    count: number,
    work: () => Promise<T>,
    {
      store: at = this.at("store"),
      environment = process.env,
      version,
      roots = [this.folder],
    }: {
      readonly store?: string;
      readonly environment?: Record<string, string | undefined>;
      readonly version?: string;
      readonly roots?: readonly string[];
    } = {},
  ): Promise<{ result: T; events: WorkerEvent[] }> {
    const stop = new AbortController();
    const events: WorkerEvent[] = [];
    const running = Array.from({ length: count }, async () => {
      const redis = await openRedis(this.redis.url);
      const store = await openStore(at, environment);
      const loop = new WorkerLoop({
        redis,
        store,
        roots,
        platform: nodePlatform,
        signal: stop.signal,
        lease: 2,
        ...(version !== undefined && { version }),
        onEvent: (event) => events.push(event),
      });
      await loop.run();
      await redis.close();
    });
    try {
      return { result: await work(), events };
    } finally {
      stop.abort();
      await Promise.all(running);
    }
  }

  async remove(): Promise<void> {
    await this.redis.stop();
    await rm(this.folder, { recursive: true });
  }
}
