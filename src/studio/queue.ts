import type { Settings } from "../runs/index.js";
import { Refusal } from "./refusal.js";
import type { KeptRun } from "./shelf.js";
import type { RunSummary } from "./types.js";

/** A run that is to be trained, or to go on. */
export interface Wish {
  readonly run: KeptRun;
  readonly settings: Settings;
  readonly resume: boolean;
}

/** More wait for nothing: somebody has lost count. */
const most = 100;

const text = (value: unknown): string =>
  typeof value === "string"
    ? value
    : typeof value === "object" && value !== null && "name" in value
      ? String(value.name)
      : "";

/** What a list shows of a new run, whose folder is empty until it begins. */
function announced(summary: RunSummary, { settings, resume }: Wish): RunSummary {
  if (resume) return summary;
  const rest = { ...summary };
  delete rest.problem;
  const { data, epochs, latent, objective, network } = settings;
  return {
    ...rest,
    data: text(data).split(/[/\\]/).at(-1) ?? "",
    model: text(network),
    objective: text(objective) || "elbo",
    epochs: epochs ?? 0,
    z: latent ?? 0,
  };
}

/** Runs that wait until those before them have ended, in the order in which they were asked for. */
export class Queue {
  private wishes: readonly Wish[] = [];

  /** Those that wait, the next first. */
  get waiting(): readonly Wish[] {
    return this.wishes;
  }

  /** The run of an id, if it waits. */
  find(id: string): Wish | undefined {
    return this.wishes.find(({ run }) => run.id === id);
  }

  /** Adds to the end. Throws a Refusal if the run waits already, or too many do. */
  add(wish: Wish): void {
    if (this.find(wish.run.id) !== undefined) throw new Refusal(409, `"${wish.run.name}" waits already`);
    if (this.wishes.length >= most)
      throw new Refusal(409, `${most} runs wait already: let some of them end first`);
    this.wishes = [...this.wishes, wish];
  }

  /** Takes out the next one. */
  next(): Wish | undefined {
    const [first, ...others] = this.wishes;
    this.wishes = others;
    return first;
  }

  /** Takes out the run of an id, if it waits. */
  remove(id: string): Wish | undefined {
    const found = this.find(id);
    this.wishes = this.wishes.filter((wish) => wish !== found);
    return found;
  }

  /** What a list shows of a run, if it waits. */
  shown(summary: RunSummary): RunSummary | undefined {
    const at = this.wishes.findIndex(({ run }) => run.id === summary.id);
    const wish = this.wishes[at];
    if (wish === undefined) return undefined;
    return { ...announced(summary, wish), state: "waiting", native: true, position: at + 1 };
  }
}
