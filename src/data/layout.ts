import { formatShape, UserError } from "../tensor/index.js";
import type { ExampleData } from "./source.js";

/** Where an example's channels are: `[channels, height, width]`, as PyTorch has them, or `[height, width, channels]`. */
export type ChannelLayout = "channels-first" | "channels-last";

export const channelLayouts: readonly ChannelLayout[] = ["channels-first", "channels-last"];

/** Grey, colour, colour with alpha: what can be drawn as a picture. */
export const drawnChannels: readonly number[] = [1, 3, 4];

/** How examples of a shape are taken. */
export interface PlannedLayout {
  /** The shape of one example, channels last. */
  readonly shape: readonly number[];
  /** Whether the channels are first in the data, and each example is turned. */
  readonly turned: boolean;
  readonly notes: readonly string[];
}

/**
 * Where the channels of examples are. Without `layout`, three dimensions are channels first if the first is 1, 3 or 4
 * and the last isn't. Throws a UserError if both are, unless `trusted` says that the shape was given as [height,
 * width, channels], and if `layout` doesn't fit.
 */
export function planLayout(
  shape: readonly number[],
  layout: ChannelLayout | undefined,
  source: string,
  trusted = false,
): PlannedLayout {
  if (layout !== undefined && !channelLayouts.includes(layout)) {
    throw new UserError(`layout must be ${channelLayouts.join(" or ")}, got ${String(layout)}`, 2);
  }
  if (shape.length !== 3) {
    if (layout === undefined || shape.length < 3) return { shape, turned: false, notes: [] };
    throw new UserError(
      `${source}: layout is about examples of three dimensions, these are ${formatShape(shape)}`,
      2,
    );
  }
  const [first = 0, height = 0, last = 0] = shape;
  const [maybeFirst, maybeLast] = [drawnChannels.includes(first), drawnChannels.includes(last)];
  if (layout === undefined && maybeFirst && maybeLast && !trusted) {
    throw new UserError(
      `${source}: examples of shape ${formatShape(shape)} have their channels first or last, which can't be told ` +
        'from the shape; say it with the option layout: "channels-first" or "channels-last"',
    );
  }
  const turned = layout === undefined ? maybeFirst && !maybeLast : layout === "channels-first";
  if (!turned) return { shape, turned, notes: channelNotes(shape) };
  const out = [height, last, first];
  const note = `Examples of shape ${formatShape(shape)} have their channels first; they were turned to ${formatShape(out)}.`;
  return { shape: out, turned, notes: [note, ...channelNotes(out)] };
}

function channelNotes(shape: readonly number[]): string[] {
  const channels = shape[2] ?? 1;
  if (drawnChannels.includes(channels)) return [];
  return [
    `Examples of shape ${formatShape(shape)} have ${channels} channels, and only 1 (grey), 3 (RGB) or 4 (RGBA) make ` +
      "pictures: they are trained on as numbers and drawn as heat maps.",
  ];
}

/** Turns examples from [channels, height, width] to [height, width, channels] = `shape`, in place. */
export function turnChannelsLast(data: ExampleData, shape: readonly number[]): void {
  const [height = 0, width = 0, channels = 0] = shape;
  const pixels = height * width;
  const size = pixels * channels;
  if (channels === 1 || size === 0) return;
  const one = data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  for (let start = 0; start < data.length; start += size) {
    one.set(data.subarray(start, start + size));
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) data[start + p * channels + c] = one[c * pixels + p] ?? 0;
    }
  }
}
