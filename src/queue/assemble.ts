import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { type StrangeFound, strangeInAll } from "../data/index.js";
import { canonical, getBlob, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import { readKept, runKeys, shardCount, shardRows } from "./plan.js";
import { hashOfData } from "./sources.js";
import { type BulkPlan, savedShard, type ShardRecord } from "./protocol.js";

const savedStrange = z.strictObject({
  unseen: z.array(z.strictObject({ name: z.string(), rows: z.number(), example: z.string() })),
  against: z.array(z.strictObject({ says: z.string(), share: z.number(), rows: z.number() })),
});

/** Contents, which may have 64 MiB each, and records that are read ahead of the one at hand. */
const [contentsAhead, recordsAhead] = [4, 32];

/** What `work` makes of 0, 1, ... below `count`, in that order; so many are under way at a time. */
async function* inOrder<T>(
  count: number,
  atATime: number,
  work: (i: number) => Promise<T>,
): AsyncGenerator<T> {
  const begun: Promise<T>[] = [];
  for (let next = 0; next < count || begun.length > 0; ) {
    while (next < count && begun.length < atATime) {
      const result = work(next++);
      result.catch(() => undefined); // it is told in its turn
      begun.push(result);
    }
    const first = begun.shift();
    if (first !== undefined) yield await first;
  }
}

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
    if (record !== undefined) return this.checked(record, shard);
    throw new UserError(`${this.store.place}: ${key} is missing; run the same command again`);
  }

  /** Throws a UserError for an entry that lies where another one should. */
  private checked(record: ShardRecord, shard: number): ShardRecord {
    const [from, to] = shardRows(this.plan, shard);
    if (record.shard === shard && record.from === from && record.to === to) return record;
    throw new UserError(
      `${this.store.place}: ${runKeys.shard(this.run, shard)} is damaged: it is of rows ${record.from} to ${record.to - 1}, not ` +
        `${from} to ${to - 1}; remove it, and run the same command again`,
    );
  }

  /** All contents of a name, in the order of their shards; one that a shard may lack is empty there. */
  async *contents(name: string, mayLack = false): AsyncGenerator<Uint8Array> {
    yield* inOrder(shardCount(this.plan), contentsAhead, async (shard) => {
      const blob = (await this.record(shard)).outputs[name];
      if (blob === undefined && mayLack) return new Uint8Array(0);
      if (blob === undefined) throw new UserError(`${this.store.place}: shard ${shard} has no ${name}`);
      return getBlob(this.store, blob);
    });
  }

  /** The lines of JSON in all contents of a name. */
  async *lines<T>(name: string, schema: z.ZodType<T>, mayLack = false): AsyncGenerator<T[]> {
    for await (const content of this.contents(name, mayLack)) {
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

  /** What of a table's rows the model doesn't see, all shards together. */
  async strange(): Promise<StrangeFound> {
    const parts: StrangeFound[] = [];
    for await (const lines of this.lines("strange", savedStrange, true)) parts.push(...lines);
    return strangeInAll(parts);
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
    const all = inOrder(shardCount(this.plan), recordsAhead, (shard) => this.record(shard));
    for await (const record of all) shards.push(record);
    await this.store.putIfAbsent(runKeys.manifest(this.run), canonical({ plan: this.plan, shards }));
  }

  /** Keeps beside the manifest what a file is that was put together of the shards. Returns its SHA-256. */
  async keepFile(file: string): Promise<string> {
    const [hash, { size }] = await Promise.all([hashOfData(file), stat(file)]);
    const told = { name: basename(file), sha256: hash, bytes: size };
    await this.store.putIfAbsent(runKeys.file(this.run, hash), canonical(told));
    return hash;
  }
}
