import { balancedOrder, type DealtBy } from "./balanced.js";
import { type EpochOrder, epochOrder, type Shuffle } from "./order.js";
import { type EngineSplit, readRows, type Reading, settle } from "./split.js";

/** Examples for one call of the training loop. */
export interface Portion extends Reading {
  /** The first of its steps, from 0 in the epoch. */
  readonly first: number;
  readonly steps: number;
  /** Examples a step. */
  readonly batch: number;
}

/** A call's examples of a streamed split take at most so many bytes, or one step's. */
const windowBytes = 2 ** 24;

/**
 * Hands out a split's examples call by call, each epoch in an order of its own, which depends on seed and epoch alone.
 * Of a streamed split it reads one call's examples ahead.
 */
export class Feed {
  readonly stepsPerEpoch: number;
  private readonly fullSteps: number;
  private readonly mostSteps: number;
  private order: EpochOrder | undefined;
  private epoch = -1;
  private next = 0;
  private ahead: Promise<Portion> | undefined;
  private untouched = false;

  /**
   * `loops`: whether a call may be of more than one step. `dealt`: by what labels, if some are to come more often than others.
   */
  constructor(
    private readonly split: EngineSplit,
    private readonly batch: number,
    private readonly seed: number,
    private readonly shuffle: Shuffle,
    loops: boolean,
    private readonly dealt?: DealtBy,
  ) {
    this.stepsPerEpoch = Math.ceil(split.length / batch);
    this.fullSteps = Math.floor(split.length / batch);
    const fit = "windows" in split ? windowBytes / (batch * split.windows.bytesPerExample) : Infinity;
    this.mostSteps = loops ? Math.max(1, Math.floor(fit)) : 1;
  }

  /** Whether steps of this epoch are left to hand out. */
  get more(): boolean {
    return this.ahead !== undefined || this.next < this.stepsPerEpoch;
  }

  /** Goes to a step of an epoch, both from 0; a streamed split's first examples are then on their way. */
  seek(epoch: number, step: number): void {
    if (this.untouched && epoch === this.epoch && step === 0) return;
    if (epoch !== this.epoch) {
      const { shuffle, seed, split, dealt } = this;
      this.order =
        dealt === undefined
          ? epochOrder(shuffle, seed, epoch, split.length, this.order)
          : balancedOrder(dealt.balance, seed, epoch, dealt.labels);
    }
    this.epoch = epoch;
    this.next = step;
    this.untouched = step === 0;
    this.ahead = this.readAhead(8);
  }

  /**
   * Examples for `steps` steps or fewer; undefined at the epoch's end. What was read ahead may be for more, but never for
   * more than `most`. Rejects if they can't be read.
   */
  async take(steps: number, most = Infinity): Promise<Portion | undefined> {
    this.untouched = false;
    if (most < Infinity) await this.putBackMoreThan(most);
    const portion = this.ahead ?? this.read(Math.min(steps, most));
    this.ahead = undefined;
    this.ahead = this.readAhead(steps);
    return portion;
  }

  /** Forgets what was read ahead if it is for more than so many steps. */
  private async putBackMoreThan(most: number): Promise<void> {
    const portion = await this.ahead;
    if (portion === undefined || portion.steps <= most) return;
    this.next = portion.first;
    this.ahead = undefined;
    if (typeof portion.data !== "string") settle(this.split, { data: portion.data });
  }

  private readAhead(steps: number): Promise<Portion> | undefined {
    if (!("windows" in this.split)) return undefined;
    const reading = this.read(steps);
    reading?.catch(() => undefined);
    return reading;
  }

  private read(wanted: number): Promise<Portion> | undefined {
    const { batch, fullSteps, next: first, split } = this;
    const { order } = this;
    if (order === undefined || first >= this.stepsPerEpoch) return undefined;
    const tail = first >= fullSteps;
    const steps = tail ? 1 : Math.min(wanted, this.mostSteps, fullSteps - first);
    const own = tail ? split.length - fullSteps * batch : batch;
    this.next += steps;
    const rows = order.slice(first * batch, first * batch + steps * own);
    return readRows(split, rows).then((reading) => ({ ...reading, first, steps, batch: own }));
  }
}
