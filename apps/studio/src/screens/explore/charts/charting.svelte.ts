import { untrack } from "svelte";
import type { Bench } from "../model/bench.svelte";
import { type Rotation, turned, unturned } from "./ball";
import { keyOfOthers } from "./chart";
import { chartOf, dimsOf, dimsShown } from "./of-part";

/** The chart of a bench's first part that has one, as it follows the code and what is chosen. */
export class Charting {
  rotation = $state.raw<Rotation>(unturned);
  readonly part = $derived.by(() => this.bench().parts.find((one) => dimsShown(one) > 0));
  readonly shown = $derived.by(() =>
    this.part === undefined ? [] : dimsOf(this.part, this.dims(), this.bench().codes?.order),
  );
  private readonly shownKey = $derived(this.shown.join());
  private readonly othersKey = $derived.by(() => keyOfOthers(this.bench().z, this.shown));
  /** Made anew only where what it shows is another: not while its own point moves. */
  readonly chart = $derived.by(() => {
    void [this.shownKey, this.othersKey, this.bench().codes];
    const { part, rotation } = this;
    const bench = this.bench();
    return untrack(() => part && chartOf(bench, part, this.shown, rotation));
  });

  constructor(
    private readonly bench: () => Bench,
    private readonly dims: () => readonly number[],
  ) {}

  turn = (byX: number, byY: number): void => {
    this.rotation = turned(this.rotation, byX, byY);
  };
}
