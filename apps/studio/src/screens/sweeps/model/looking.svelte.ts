import { SvelteMap } from "svelte/reactivity";
import { keepQuery, queryNow } from "../../../lib/address";
import type { Sweep, Trial } from "../../../lib/sources/sweeps";
import { type Filter, filtersOf, filtersText, passes, type Ranked, ranked } from "./trials";

/** So many trials can be looked at beside each other. */
export const most = 6;

/** A sweep as it is looked at: which trial is in focus, which are let through, which were chosen. All charts share it. */
export class Looking {
  sweep = $state.raw<Sweep>();
  /** The number of the trial under pointer or keys. */
  focused = $state<number>();
  readonly filters = new SvelteMap<string, Filter>();
  chosen = $state.raw<readonly number[]>([]);

  readonly trials = $derived<readonly Trial[]>(this.sweep?.trials ?? []);
  /** All that were measured, from the best on. */
  readonly all = $derived<readonly Ranked[]>(
    this.sweep === undefined ? [] : ranked(this.sweep.trials, this.sweep.summary.direction),
  );
  /** Those of them that pass the filters. */
  readonly shown = $derived(this.all.filter(({ trial }) => passes(trial, this.filters)));
  readonly focus = $derived(
    this.focused === undefined ? undefined : this.trials.find(({ trial }) => trial === this.focused),
  );

  constructor() {
    const query = new URLSearchParams(queryNow());
    for (const [path, filter] of filtersOf(query.get("filter") ?? "")) this.filters.set(path, filter);
    this.chosen = (query.get("trials") ?? "")
      .split(",")
      .filter((text) => /^\d+$/.test(text))
      .map(Number)
      .slice(0, most);
  }

  filter(path: string, filter: Filter | undefined): void {
    if (filter === undefined) this.filters.delete(path);
    else this.filters.set(path, filter);
    this.keep();
  }

  clear(): void {
    this.filters.clear();
    this.keep();
  }

  choose(trial: number, chosen: boolean): void {
    const others = this.chosen.filter((one) => one !== trial);
    this.chosen = chosen ? [...others, trial].slice(-most) : others;
    this.keep();
  }

  private keep(): void {
    const query = new URLSearchParams({
      ...(this.filters.size > 0 && { filter: filtersText(this.filters) }),
      ...(this.chosen.length > 0 && { trials: this.chosen.join(",") }),
    });
    keepQuery(query.toString());
  }
}
