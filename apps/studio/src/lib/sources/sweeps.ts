import { getJson, post } from "./http";

export type SweepState = "running" | "paused" | "interrupted" | "stopped" | "finished" | "damaged";
export type TrialState = "running" | "waiting" | "complete" | "stopped" | "pruned" | "failed";
export type SweepAction = "pause" | "resume" | "stop";
export type Direction = "minimize" | "maximize";
export type Settings = Readonly<Record<string, number | string>>;

/** The best trial so far. */
export interface BestTrial {
  readonly trial: number;
  readonly value: number;
  readonly spread: number | null;
  readonly epochs: number;
  readonly complete: boolean;
  readonly settings: Settings;
  readonly split: string;
  readonly binarize: string;
}

/** A sweep as lists show it. */
export interface SweepCard {
  readonly id: string;
  readonly name: string;
  readonly state: SweepState;
  /** Whether a process runs it, which hears what it is asked. */
  readonly alive: boolean;
  readonly metric: string;
  readonly direction: Direction;
  readonly search: string;
  readonly stopping: string;
  readonly data: string;
  readonly settings: readonly string[];
  readonly counts: Readonly<Record<TrialState, number>>;
  readonly used: { readonly trials: number; readonly seconds: number; readonly epochs: number };
  readonly budget: { readonly trials?: number; readonly seconds?: number; readonly epochs?: number };
  readonly planned: number | null;
  readonly best: BestTrial | null;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly problem?: string;
}

/** A setting as an axis. */
export interface Axis {
  readonly name: string;
  readonly path: string;
  readonly scale: "linear" | "log" | "options";
  readonly whole: boolean;
  readonly from: number;
  readonly to: number;
  readonly options: readonly string[];
}

export interface Trial {
  readonly trial: number;
  readonly state: TrialState;
  readonly reason: string;
  /** Values by the axes' paths; of options their place. */
  readonly point: Readonly<Record<string, number>>;
  readonly epochs: number;
  readonly value: number | null;
  readonly spread: number | null;
  readonly seconds: number;
  /** Ids of its runs, by seed; null of one that has no folder here. */
  readonly runs: readonly (string | null)[];
}

export interface Importances {
  readonly settings: readonly { readonly path: string; readonly name: string; readonly total: number }[];
  readonly trials: number;
  readonly epochs?: number;
  /** Share of the variance that the forest foretells of trials that it has not seen. */
  readonly explained: number;
}

/** A sweep whole. */
export interface Sweep {
  readonly summary: SweepCard;
  readonly axes: readonly Axis[];
  readonly trials: readonly Trial[];
  readonly seeds: number;
  readonly epochs: number;
  readonly constraints: readonly string[];
  readonly importance: Importances | null;
}

const at = (id: string, rest = ""): string => `api/sweeps/${encodeURIComponent(id)}${rest}`;

export const listSweeps = async (): Promise<readonly SweepCard[]> => getJson<SweepCard[]>("api/sweeps");

/** Hears of a sweep now and whenever it changes, until the server has no such sweep any more; returns what ends it. */
export function followSweep(
  id: string,
  hear: (sweep: Sweep) => void,
  onGone: (message: string) => void,
): () => void {
  const events = new EventSource(at(id, "/events"));
  events.addEventListener("sweep", ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as Sweep));
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return;
    getJson(at(id)).then(
      () => undefined,
      (error: unknown) => onGone(error instanceof Error ? error.message : String(error)),
    );
  });
  return () => events.close();
}

export const askSweep = async (id: string, action: SweepAction): Promise<void> =>
  void (await post(at(id, "/control"), { action }));

/** Lets a sweep that goes on end after so many trials in place of those that it was told. */
export const limitTrials = async (id: string, trials: number): Promise<void> =>
  void (await post(at(id, "/control"), { budget: { trials } }));

/** Where the table of a sweep is, as CSV. */
export const tableAddress = (id: string): string => at(id, "/trials.csv");
