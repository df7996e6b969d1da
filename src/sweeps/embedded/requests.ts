import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { requireFolder, writeWhole } from "../../data/index.js";
import type { Control } from "../state.js";

/** What may be asked of a sweep that goes on in another process. A budget's entries are merged into its own. */
export type ControlRequest = Partial<Control>;

const folderOf = (folder: string): string => path.join(folder, "control");

/** Leaves a request for the process that runs the sweep, which takes them in order; if none runs, for the next. */
export async function leaveRequest(folder: string, request: ControlRequest): Promise<void> {
  await requireFolder(folderOf(folder));
  const name = `${String(Date.now()).padStart(15, "0")}-${randomBytes(4).toString("hex")}.json`;
  await writeWhole(path.join(folderOf(folder), name), JSON.stringify(request));
}

const namePattern = /^\d{15}-[0-9a-f]{8}\.json$/;

/** The files of the requests that were left, the oldest first. */
async function requestsIn(folder: string): Promise<string[]> {
  const names = await readdir(folderOf(folder)).catch(() => []);
  return names
    .filter((one) => namePattern.test(one))
    .sort()
    .map((name) => path.join(folderOf(folder), name));
}

/**
 * Removes requests to pause or to stop that nobody has taken: of a sweep that has ended, or that is to go on whatever was asked before.
 * What they ask besides stays asked.
 */
export async function forgetHalts(folder: string): Promise<void> {
  for (const file of await requestsIn(folder)) {
    const { state, ...others } = checked(await readFile(file, "utf8").catch(() => ""));
    if (state !== "paused" && state !== "stopped") continue;
    if (Object.keys(others).length > 0) await writeWhole(file, JSON.stringify(others));
    else await rm(file, { force: true });
  }
}

/** Takes the requests that were left, the oldest first, and removes each after `apply` has kept it. */
export async function takeRequests(
  folder: string,
  apply: (request: ControlRequest) => Promise<void>,
): Promise<void> {
  for (const file of await requestsIn(folder)) {
    await apply(checked(await readFile(file, "utf8")));
    await rm(file, { force: true });
  }
}

const count = (value: unknown): value is number => typeof value === "number" && value > 0;

/** What of a request is one: anything else is left out, so that a damaged file does nothing. */
function checked(text: string): ControlRequest {
  let told: Readonly<Record<string, unknown>>;
  try {
    told = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
  const { state, budget, concurrency } = told;
  const limits = Object.entries((budget ?? {}) as Readonly<Record<string, unknown>>).filter(
    ([name, value]) => ["trials", "seconds", "epochs"].includes(name) && count(value),
  );
  return {
    ...(["running", "paused", "stopped"].includes(String(state)) && { state: state as Control["state"] }),
    ...(limits.length > 0 && { budget: Object.fromEntries(limits) }),
    ...(count(concurrency) && Number.isInteger(concurrency) && { concurrency }),
  };
}
