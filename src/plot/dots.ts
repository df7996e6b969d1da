import { PAPER, text } from "./chart.js";
import type { PointClass } from "./classes.js";
import { textWidth } from "./text.js";
import { maximum, minimum } from "./ticks.js";

/** A point and the number of its class. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly group: number;
}

/** The classes' dots are drawn in this many alternating layers, so that no class covers all others. */
const LAYERS = 8;
const NAME_SIZE = 15;

/** The finaliser of MurmurHash3: takes 0, 1, 2, ... to numbers all over 0..2^32 - 1, without a repeat. */
export function scramble(i: number): number {
  let h = i + 1;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** At most `most` of the items in a mixed order; which and how depends on nothing but their count. */
export function pickEvenly<T>(items: readonly T[], most: number): T[] {
  const order = items.map((_, i) => i).sort((a, b) => scramble(a) - scramble(b));
  return order.slice(0, most).flatMap((i) => items[i] ?? []);
}

/** Dots at pixel positions as SVG: a path for each layer and class, in it 12 bytes or so a dot. */
export function dotPaths(dots: readonly Dot[], classes: readonly PointClass[]): string {
  const many = dots.length > 3000;
  const width = many ? 3.2 : dots.length > 500 ? 4.5 : 6;
  const perLayer = Math.ceil(dots.length / LAYERS);
  let paths = "";
  for (let start = 0; start < dots.length; start += perLayer) {
    const pieces = classes.map(() => [] as string[]);
    // A line of no length with a round cap is a dot.
    for (const { x, y, group } of dots.slice(start, start + perLayer)) {
      pieces[group]?.push(`M${x.toFixed(1)},${y.toFixed(1)}h0`);
    }
    classes.forEach(({ colour }, g) => {
      if (pieces[g]?.length) paths += `<path stroke="${colour}" d="${pieces[g].join("")}"/>`;
    });
  }
  return (
    `<g class="latent-dots" fill="none" stroke-linecap="round" stroke-width="${width}" ` +
    `stroke-opacity="${many ? 0.6 : 0.8}">${paths}</g>`
  );
}

/** The classes' names in the middle (median) of their dots, left out where they would cover one another or everything. */
export function dotNames(dots: readonly Dot[], classes: readonly PointClass[]): string {
  const spread = (values: number[]): number => maximum(values) - minimum(values);
  if (Math.max(spread(dots.map((dot) => dot.x)), spread(dots.map((dot) => dot.y))) < 3 * NAME_SIZE) return "";
  const boxes: { x: number; y: number; width: number }[] = [];
  let names = "";
  classes.forEach(({ name }, g) => {
    const own = dots.filter((dot) => dot.group === g);
    if (name === "" || own.length < 5 || classes.length > 40) return;
    const x = median(own.map((dot) => dot.x));
    const y = median(own.map((dot) => dot.y));
    const width = textWidth(name, NAME_SIZE) * 1.13;
    const free = boxes.every(
      (box) => Math.abs(box.x - x) > (box.width + width) / 2 + 3 || Math.abs(box.y - y) > NAME_SIZE + 1,
    );
    if (!free || width > 120) return;
    boxes.push({ x, y, width });
    const style =
      `class="latent-halo" font-size="${NAME_SIZE}" font-weight="700" stroke="${PAPER}" stroke-width="4" ` +
      'stroke-linejoin="round" paint-order="stroke"';
    names += text(name, x, y + NAME_SIZE * 0.36, style);
  });
  return names;
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
