import { z } from "zod";
import { canonical, getBlob, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import { readKept, runKeys, shardCount } from "./plan.js";
import { type BulkPlan, savedShard, type ShardRecord } from "./protocol.js";

/** What the shards of a run came to, read from the store and checked. */
export class Outputs {
  constructor(
    private readonly store: Store,
    private readonly run: string,
    private readonly plan: BulkPlan,
  ) {}

  private async record(shard: number): Promise<ShardRecord> {
    const key = runKeys.shard(this.run, shard);
    const record = await readKept(this.store, key, savedShard);
    if (record !== undefined) return record;
    throw new UserError(`${this.store.place}: ${key} is missing; run the same command again`);
  }

  /** All contents of a name, in the order of their shards. */
  async *contents(name: string): AsyncGenerator<Uint8Array> {
    for (let shard = 0; shard < shardCount(this.plan); shard++) {
      const blob = (await this.record(shard)).outputs[name];
      if (blob === undefined) throw new UserError(`${this.store.place}: shard ${shard} has no ${name}`);
      yield await getBlob(this.store, blob);
    }
  }

  /** The lines of JSON in all contents of a name. */
  async *lines<T>(name: string, schema: z.ZodType<T>): AsyncGenerator<T[]> {
    for await (const content of this.contents(name)) {
      const lines = new TextDecoder().decode(content).split("\n").slice(0, -1);
      yield lines.map((line) => schema.parse(JSON.parse(line)));
    }
  }

  /** Numbers of all shards added up, by name. */
  async sums(): Promise<Record<string, number>> {
    const sums: Record<string, number> = {};
    for await (const lines of this.lines("counts", z.record(z.string(), z.number())))
      for (const counts of lines)
        for (const [name, value] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + value;
    return sums;
  }

  /** The columns of the file, as the first shard tells them. */
  async columns(): Promise<{ readonly numbers: string[]; readonly texts: string[] }> {
    const schema = z.strictObject({ numbers: z.array(z.string()), texts: z.array(z.string()) });
    for await (const [first] of this.lines("columns", schema)) if (first !== undefined) return first;
    throw new UserError(`${this.store.place}: the run ${this.run} has no shards`);
  }

  /** Keeps the whole manifest beside the shards: each with its rows and the SHA-256 of what came of it. */
  async keepManifest(): Promise<void> {
    const shards: ShardRecord[] = [];
    for (let shard = 0; shard < shardCount(this.plan); shard++) shards.push(await this.record(shard));
    await this.store.putIfAbsent(`bulk/${this.run}/manifest.json`, canonical({ plan: this.plan, shards }));
  }
}
