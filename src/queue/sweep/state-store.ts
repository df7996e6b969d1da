import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { canonical, type Store } from "../../store/index.js";
import { UserError } from "../../tensor/index.js";
import {
  changed,
  type StateChange,
  type StateStore,
  type SweepState,
  type TrialRecord,
} from "../../sweeps/index.js";
import { readKept } from "../plan.js";
import { prefix, redisNow } from "../redis.js";

/** Changes fields of a hash if its version is still what it was read at. Returns whether it did. */
const swap = `
if (redis.call('hget', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do redis.call('hset', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1`;

/** So many versions are left free for what Redis knew and the log doesn't. */
const gap = 1_000_000;

const savedChange = z.looseObject({
  control: z.looseObject({ state: z.enum(["running", "paused", "stopped"]) }).optional(),
  trials: z.array(z.looseObject({ number: z.int().min(0), jobs: z.array(z.unknown()) })).optional(),
});

/** A trial without what is of the moment: leases and how far runs under way are. */
const lasting = (trial: TrialRecord): unknown => ({
  ...trial,
  jobs: trial.jobs.map(({ rung, seed, epochs, state, report }) => ({
    rung,
    seed,
    epochs,
    report,
    done: state === "done",
  })),
});

const isLasting = (before: SweepState, { control, trials = [] }: StateChange): boolean =>
  control !== undefined ||
  trials.some((trial) => {
    const old = before.trials[trial.number];
    return old === undefined || JSON.stringify(lasting(old)) !== JSON.stringify(lasting(trial));
  });

/**
 * The state of a sweep in Redis, for many machines at once: changed only from the version that was read, by Redis' clock. What is to
 * last (new trials, reports, changes of budget) is logged in the store, out of which the state is made again when Redis has lost it.
 */
export class RedisStateStore implements StateStore {
  private readonly key: string;
  private readonly log: string;
  private known: { readonly version: string; readonly state: SweepState } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Redis,
    private readonly store: Store,
    run: string,
    private readonly first: SweepState,
  ) {
    this.key = `${prefix}:sweep:${run}`;
    this.log = `sweeps/${run}/log`;
  }

  update<T>(
    step: (state: SweepState, now: number) => { readonly change?: StateChange; readonly result: T },
  ): Promise<T> {
    const next = this.last.then(() => this.attempt(step));
    this.last = next.catch(() => undefined);
    return next;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async attempt<T>(
    step: (state: SweepState, now: number) => { readonly change?: StateChange; readonly result: T },
  ): Promise<T> {
    for (let tries = 0; tries < 1000; tries++) {
      const { version, state } = await this.read();
      const { change, result } = step(state, await redisNow({ client: this.client }));
      if (change === undefined) return result;
      const next = String(Number(version) + 1);
      const fields = Object.entries(fieldsOf(change)).flat();
      if ((await this.client.eval(swap, 1, this.key, version, "version", next, ...fields)) !== 1) continue;
      this.known = { version: next, state: changed(state, change) };
      if (isLasting(state, change)) {
        const name = `${next.padStart(16, "0")}-${randomBytes(4).toString("hex")}`;
        await this.store.putIfAbsent(`${this.log}/${name}.json`, canonical(change));
      }
      return result;
    }
    throw new UserError("the sweep's state in Redis changes faster than this machine can follow");
  }

  private async read(): Promise<{ readonly version: string; readonly state: SweepState }> {
    for (;;) {
      const version = await this.client.hget(this.key, "version");
      if (version === null) await this.rebuild();
      else if (this.known?.version === version) return this.known;
      else {
        const fields = await this.client.hgetall(this.key);
        const state = stateOf(fields);
        if (state !== undefined && fields.version !== undefined) {
          this.known = { version: fields.version, state };
          return this.known;
        }
        if (state === undefined && fields.version !== undefined)
          throw new UserError(
            `the sweep's state in Redis (${this.key}) is damaged: delete it, and it is made again`,
          );
      }
    }
  }

  /** Makes the state again of the log, or begins it; whoever else did so first is right. */
  private async rebuild(): Promise<void> {
    let state = this.first;
    let version = 0;
    for (const key of await this.store.list(this.log)) {
      const change = await readKept(this.store, key, savedChange);
      if (change !== undefined) state = changed(state, change as unknown as StateChange);
      version = Number(/\/(\d{16})-/.exec(key)?.[1] ?? version);
    }
    if (!state.trials.every((trial, i) => trial?.number === i))
      throw new UserError(`${this.store.place}: ${this.log} lacks a trial; is it the whole store?`);
    const begun = String(version === 0 ? 0 : version + gap);
    const fields = Object.entries(fieldsOf(state)).flat();
    await this.client.eval(swap, 1, this.key, "", "version", begun, ...fields);
  }
}

function fieldsOf({ control, trials = [] }: StateChange): Record<string, string> {
  return {
    ...(control !== undefined && { control: JSON.stringify(control) }),
    ...Object.fromEntries(trials.map((trial) => [`trial:${trial.number}`, JSON.stringify(trial)])),
  };
}

function stateOf(fields: Readonly<Record<string, string>>): SweepState | undefined {
  try {
    const trials: TrialRecord[] = [];
    for (const [name, text] of Object.entries(fields)) {
      const number = /^trial:(\d{1,9})$/.exec(name)?.[1];
      if (number !== undefined) trials[Number(number)] = JSON.parse(text) as TrialRecord;
    }
    const control = JSON.parse(fields.control ?? "") as SweepState["control"];
    const checked = savedChange.safeParse({ control, trials });
    return checked.success && trials.every((trial, i) => trial.number === i)
      ? { control, trials }
      : undefined;
  } catch {
    return undefined;
  }
}
