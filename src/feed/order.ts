import { RandomStream } from "../tensor/index.js";

/**
 * How an epoch's order is drawn. `full`: all orders are equally likely. `blocks`: blocks of 64 neighbouring examples in
 * random order, then shuffled among some 8,000 examples at a time, so that a disk reads whole blocks and no table of the
 * order is needed; examples that are neighbours in the file then come close to each other in an epoch.
 */
export type Shuffle = "full" | "blocks";

/** The ways by name. */
export const shuffles: readonly Shuffle[] = ["full", "blocks"];

/** The order of an epoch's examples: a function of seed, epoch and their number alone. */
export interface EpochOrder {
  /** The examples at places `start` to `end` - 1 of the order, as an array of its own. */
  slice(start: number, end: number): Int32Array;
}

/** The order of an epoch. A full one takes 4 bytes an example and is written over `before`, if that is one too. */
export function epochOrder(
  shuffle: Shuffle,
  seed: number,
  epoch: number,
  length: number,
  before?: EpochOrder,
): EpochOrder {
  if (shuffle === "blocks") return new BlockOrder(seed, epoch, length);
  const table = before instanceof Int32Array ? before : undefined;
  return new RandomStream(seed, "shuffle", epoch).permutation(length, table);
}

const blockLength = 64;
const groupLength = 128 * blockLength;

class BlockOrder implements EpochOrder {
  private readonly stream: RandomStream;
  private readonly blocks: Int32Array;
  /** Places after the last block, which may be shorter than the others, are so many too early. */
  private readonly missing: number;
  private readonly shortEnd: number;
  private group: { readonly number: number; readonly order: Int32Array } | undefined;

  constructor(
    seed: number,
    epoch: number,
    private readonly length: number,
  ) {
    this.stream = new RandomStream(seed, "shuffle", epoch, "blocks");
    const count = Math.ceil(length / blockLength);
    this.blocks = this.stream.permutation(count);
    this.missing = count * blockLength - length;
    this.shortEnd = (this.blocks.indexOf(count - 1) + 1) * blockLength - this.missing;
  }

  slice(start: number, end: number): Int32Array {
    const out = new Int32Array(Math.max(0, Math.min(end, this.length) - start));
    for (let i = 0; i < out.length; i++) out[i] = this.at(start + i);
    return out;
  }

  private at(place: number): number {
    const number = Math.floor(place / groupLength);
    if (this.group?.number !== number) {
      const size = Math.min(groupLength, this.length - number * groupLength);
      this.group = { number, order: this.stream.child(number).permutation(size) };
    }
    const inGroup = this.group.order[place - number * groupLength] ?? 0;
    const mixed = number * groupLength + inGroup;
    const whole = mixed >= this.shortEnd ? mixed + this.missing : mixed;
    const block = this.blocks[Math.floor(whole / blockLength)] ?? 0;
    return block * blockLength + (whole % blockLength);
  }
}
