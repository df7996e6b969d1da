import type { EpochRecord } from "latent/web";
import type { ProgressPoint } from "../../lib/live/live-run.svelte";
import type { Setup } from "./setup";

export type Trouble = "nan" | "diverged" | "collapsed";

interface Seen {
  readonly problem: string | undefined;
  readonly progress: readonly ProgressPoint[];
  readonly history: readonly EpochRecord[];
  readonly objective: string;
}

const lossOf = (terms: Readonly<Record<string, number>>): number | undefined =>
  terms.negativeElbo ?? terms.loss ?? Object.values(terms)[0];

function isDiverged(progress: readonly ProgressPoint[]): boolean {
  const losses = progress.map(({ terms }) => lossOf(terms)).filter((loss) => loss !== undefined);
  const last = losses.at(-1);
  if (last === undefined || losses.length < 5) return false;
  const best = Math.min(...losses);
  const first = losses[0] as number;
  return last > 1.5 * Math.abs(best) + 10 && last > first;
}

/** Codes that say next to nothing of their examples: a KL of less than a twentieth of a nat after an epoch. */
function isCollapsed({ history, objective }: Seen): boolean {
  const kl = history.at(-1)?.evaluation.kl;
  return (
    kl !== undefined &&
    kl !== null &&
    kl < 0.05 &&
    objective !== "autoencoder" &&
    !objective.startsWith("rae")
  );
}

/** Whether it failed because the browser has no more room for the run. */
export const isRoomFull = (problem: string | undefined): boolean =>
  problem !== undefined && /room that the browser gives/.test(problem);

/** What is going wrong with a training, if something is. */
export function troubleOf(seen: Seen): Trouble | undefined {
  if (seen.problem !== undefined && /NaN|not finite|infinit/i.test(seen.problem)) return "nan";
  if (isDiverged(seen.progress)) return "diverged";
  return isCollapsed(seen) ? "collapsed" : undefined;
}

/** The setup to try in its place. */
export function remedy(trouble: Trouble, setup: Setup): Setup {
  if (trouble === "collapsed") {
    if (setup.objective.startsWith("simple")) return { ...setup, objective: "elbo" };
    return { ...setup, objective: "beta-vae(beta=0.25)" };
  }
  return { ...setup, lr: Number((setup.lr / 10).toPrecision(3)), clip: setup.clip > 0 ? setup.clip : 1 };
}
