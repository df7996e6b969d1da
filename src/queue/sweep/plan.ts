import { z } from "zod";
import { packageVersion } from "../../report/index.js";
import { canonical, sha256, type Store } from "../../store/index.js";
import type { SweepPlan } from "../../sweeps/index.js";
import { UserError } from "../../tensor/index.js";
import { readKept } from "../plan.js";
import { protocolVersion, savedSource, type SourceOfRun } from "../protocol.js";
import { hashOfData, nameBelow } from "../sources.js";

const savedSweep = z.strictObject({
  format: z.literal("latent-sweep"),
  protocol: z.literal(protocolVersion),
  latent: z.string(),
  source: savedSource,
  plan: z.looseObject({ version: z.literal(1), run: z.record(z.string(), z.unknown()) }),
});

/** A sweep as many machines know it: its plan, and where its data are. */
export interface SharedSweep {
  readonly run: string;
  readonly plan: SweepPlan;
  readonly source: SourceOfRun;
}

/** What can change while a sweep goes on is no part of its name. */
function nameOf(kept: z.infer<typeof savedSweep>): string {
  const changeable = new Set(["budget", "concurrency", "refit", "names"]);
  const fixed = Object.entries(kept.plan).filter(([name]) => !changeable.has(name));
  return sha256(canonical({ ...kept, plan: Object.fromEntries(fixed) })).slice(0, 32);
}

const planKey = (run: string): string => `sweeps/${run}/plan.json`;

/** A text in a run's settings that names a file: only the data may, for those are looked up. */
function fileNamed(value: unknown): string | undefined {
  if (typeof value === "string") return /\bfile\s*=/.test(value) ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (name === "file" && typeof inner === "string") return inner;
    const found = fileNamed(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws the UserError for settings that name files of one machine. */
function requireNoFiles(run: Readonly<Record<string, unknown>>): void {
  const found =
    ["schema", "config", "resume"].find((name) => typeof run[name] === "string") ?? fileNamed(run);
  if (found !== undefined)
    throw new UserError(`a sweep over several machines can't name a file beside its data (${found})`, 2);
}

/** Puts a sweep into the store, where workers find it. */
export async function shareSweep(store: Store, plan: SweepPlan, root: string): Promise<SharedSweep> {
  requireNoFiles(plan.run);
  const { data } = plan.run;
  if (typeof data !== "string") throw new UserError("a sweep names its data", 2);
  const source: SourceOfRun =
    data.toLowerCase() === "mnist"
      ? { from: "mnist" }
      : { from: "root", name: await nameBelow(root, data), sha256: await hashOfData(data) };
  const kept = savedSweep.parse({
    format: "latent-sweep",
    protocol: protocolVersion,
    latent: packageVersion(),
    source,
    plan,
  });
  const run = nameOf(kept);
  await store.putIfAbsent(planKey(run), canonical(kept));
  return { run, plan, source };
}

/** Reads a sweep out of the store. Throws a UserError if there is none, or it is another than its name says. */
export async function readSweep(store: Store, run: string): Promise<SharedSweep> {
  const kept = await readKept(store, planKey(run), savedSweep);
  if (kept === undefined) throw new UserError(`${store.place} has no sweep ${run}: is it the same store?`);
  if (nameOf(kept) !== run)
    throw new UserError(`${store.place}: the sweep ${run} is another than its name says`);
  requireNoFiles(kept.plan.run);
  return { run, plan: kept.plan as unknown as SweepPlan, source: kept.source };
}
