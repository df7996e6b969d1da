import { UserError } from "../../tensor/index.js";
import { changed, type StateStore } from "../board.js";
import type { StateChange } from "../protocol.js";
import type { SweepPlan } from "../plan.js";
import type { Control, SweepState, TrialRecord } from "../state.js";
import { openSqlite, type Sqlite } from "./sqlite.js";

/** A sweep's state in an SQLite file, of which this process is the only user. */
export interface KeptSweep {
  readonly plan: SweepPlan;
  readonly store: StateStore;
}

const tables = `
  create table if not exists sweep (id integer primary key check (id = 1), plan text not null, control text not null);
  create table if not exists trials (number integer primary key, record text not null);
`;

function textAt(row: Readonly<Record<string, unknown>> | undefined, name: string): string {
  const value = row?.[name];
  if (typeof value !== "string") throw new Error(`the column ${name} holds no text`);
  return value;
}

function transaction(db: Sqlite, work: () => void): void {
  db.exec("begin immediate");
  try {
    work();
    db.exec("commit");
  } catch (error) {
    db.exec("rollback");
    throw error;
  }
}

function write(db: Sqlite, { control, trials = [] }: StateChange): void {
  if (control !== undefined) db.run("update sweep set control = ? where id = 1", [JSON.stringify(control)]);
  for (const trial of trials) {
    db.run("insert or replace into trials (number, record) values (?, ?)", [
      trial.number,
      JSON.stringify(trial),
    ]);
  }
}

function read(
  db: Sqlite,
  file: string,
): { readonly plan: SweepPlan; readonly state: SweepState } | undefined {
  const [row] = db.all("select plan, control from sweep");
  if (row === undefined) return undefined;
  try {
    const plan = JSON.parse(textAt(row, "plan")) as SweepPlan;
    const control = JSON.parse(textAt(row, "control")) as Control;
    const trials = db
      .all("select record from trials order by number")
      .map((one) => JSON.parse(textAt(one, "record")) as TrialRecord);
    if (trials.every((trial, i) => trial.number === i)) return { plan, state: { control, trials } };
    throw new Error("a trial is missing");
  } catch (cause) {
    throw new UserError(`${file} is damaged: ${cause instanceof Error ? cause.message : String(cause)}`, 1, {
      cause,
    });
  }
}

/**
 * Opens the state of a sweep, or begins it with `fresh`. The caller holds the sweep's lock. Throws a UserError if the file can't be
 * opened, is damaged, or holds no sweep where none is to be begun.
 */
export async function openKept(
  file: string,
  fresh?: { readonly plan: SweepPlan; readonly state: SweepState },
): Promise<KeptSweep> {
  const db = await openSqlite(file);
  try {
    db.exec(tables);
    const found = read(db, file);
    if (found === undefined && fresh === undefined) throw new UserError(`${file} holds no sweep`, 2);
    const begun = found ?? fresh;
    if (begun === undefined) throw new UserError(`${file} holds no sweep`, 2);
    if (found === undefined) {
      transaction(db, () =>
        db.run("insert into sweep (id, plan, control) values (1, ?, ?)", [
          JSON.stringify(begun.plan),
          JSON.stringify(begun.state.control),
        ]),
      );
    }
    return { plan: begun.plan, store: storeOf(db, begun.state) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeOf(db: Sqlite, first: SweepState): StateStore {
  let state = first;
  return {
    async update(step) {
      const { change, result } = step(state, Date.now());
      if (change !== undefined) {
        // a process that takes over gives up all leases, and runs say themselves how far they are
        if (change.passing !== true) transaction(db, () => write(db, change));
        state = changed(state, change);
      }
      return Promise.resolve(result);
    },
    close() {
      db.close();
      return Promise.resolve();
    },
  };
}
