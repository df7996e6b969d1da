import { constant, type Expr } from "../../graph/index.js";
import { tensor } from "../../tensor/index.js";
import { area, coarseOf, type Geometry, numberOf, places } from "./geometry.js";

/**
 * Which blocks a product gathers. A side of an image is a list of blocks, one for each pixel and group (the group
 * fastest), and after them a block of zeros, which stands for what lies outside.
 */
export interface Lookup {
  /** The blocks' numbers, row by row: [pixels, groups, offsets]. */
  readonly blocks: readonly number[];
  /** Pixels of the result. */
  readonly pixels: number;
  /** Blocks for each pixel and group. */
  readonly offsets: number;
  /** The number of the block of zeros. */
  readonly zero: number;
  /**
   * For each offset, the blocks' numbers [pixels, groups] in a list that has a block for each of the kernel's places in
   * place of every block: products with the kernel, which are gathered and added up.
   */
  readonly parts: readonly (readonly number[])[];
}

/** Whether a lookup needs the block of zeros. */
export function leavesImage({ blocks, zero }: Lookup): boolean {
  return blocks.includes(zero);
}

const at = (list: readonly number[], axis: number): number => list[axis] ?? 1;

interface Offset {
  /** The number of the kernel's place. */
  readonly place: number;
  /** The pixel that is read for one of the result. */
  readonly read: (pixel: readonly number[]) => readonly number[];
}

function lookup(
  from: readonly number[],
  to: readonly number[],
  { groups, kernel }: Geometry,
  offsets: readonly Offset[],
): Lookup {
  const zero = area(from) * groups;
  const total = area(kernel);
  const blocks = places(to).flatMap((pixel) => {
    const found = offsets.map(({ read }) => numberOf(read(pixel), from));
    return Array.from({ length: groups }, (_, group) =>
      found.map((number) => (number === undefined ? zero : number * groups + group)),
    ).flat();
  });
  const parts = offsets.map(({ place }, i) =>
    blocks
      .filter((_, at) => at % offsets.length === i)
      .map((number) => (number === zero ? zero * total : number * total + place)),
  );
  return { blocks, parts, pixels: area(to), offsets: offsets.length, zero };
}

/** The numbers of all places of the kernel. */
export function allPlaces({ kernel }: Geometry): number[] {
  return places(kernel).map((_, place) => place);
}

/** For each coarse pixel, the fine ones under the kernel. */
export function columnsOfFine(geometry: Geometry): Lookup {
  const { fine, kernel, stride, dilation, before } = geometry;
  const offsets = places(kernel).map((offset, place) => ({
    place,
    read: (pixel: readonly number[]) =>
      pixel.map(
        (q, axis) => q * at(stride, axis) - at(before, axis) + (offset[axis] ?? 0) * at(dilation, axis),
      ),
  }));
  return lookup(fine, coarseOf(geometry), geometry, offsets);
}

/** For each fine pixel, the coarse ones that reach it by each place of the kernel; only of stride 1. */
export function columnsOfCoarse(geometry: Geometry): Lookup {
  const { fine, kernel, dilation, before } = geometry;
  const offsets = places(kernel).map((offset, place) => ({
    place,
    read: (pixel: readonly number[]) =>
      pixel.map((p, axis) => p + at(before, axis) - (offset[axis] ?? 0) * at(dilation, axis)),
  }));
  return lookup(coarseOf(geometry), fine, geometry, offsets);
}

/** The fine pixels that lie alike between the coarse ones, to which the same places of the kernel reach. */
export interface Phase {
  /** The places of the kernel that reach them, by number. */
  readonly kernel: readonly number[];
  /** For each of the pixels, the coarse ones from which those places reach it. */
  readonly lookup: Lookup;
  /** The numbers of the pixels on the fine side. */
  readonly fine: readonly number[];
}

function phasesOf(geometry: Geometry): Phase[] {
  const { fine, kernel, stride, dilation, before } = geometry;
  const coarse = coarseOf(geometry);
  const all = places(stride).filter((phase) => phase.every((by, axis) => by < (fine[axis] ?? 0)));
  return all.map((phase) => {
    const lengths = fine.map((length, axis) =>
      Math.max(0, Math.ceil((length - (phase[axis] ?? 0)) / at(stride, axis))),
    );
    const shiftsOf = (offset: readonly number[]): number[] =>
      offset.map(
        (k, axis) => ((phase[axis] ?? 0) + at(before, axis) - k * at(dilation, axis)) / at(stride, axis),
      );
    const reaching = places(kernel)
      .map((offset, place) => ({ place, shifts: shiftsOf(offset) }))
      .filter(({ shifts }) => shifts.every(Number.isInteger));
    const offsets = reaching.map(({ place, shifts }) => ({
      place,
      read: (pixel: readonly number[]) => pixel.map((q, axis) => q + (shifts[axis] ?? 0)),
    }));
    const numbers = places(lengths).map((place) =>
      numberOf(
        place.map((q, axis) => q * at(stride, axis) + (phase[axis] ?? 0)),
        fine,
      ),
    );
    return {
      kernel: reaching.map(({ place }) => place),
      lookup: lookup(coarse, lengths, geometry, offsets),
      fine: numbers.map((number) => number ?? 0),
    };
  });
}

/** The fine side as its phases, and where each of its pixels (and groups) then lies. */
export interface Phases {
  readonly phases: readonly Phase[];
  /** The block of each fine pixel and group when the phases stand one after another. */
  readonly order: readonly number[];
}

/** The phases, and how they are put together. */
export function phased(geometry: Geometry): Phases {
  const phases = phasesOf(geometry);
  const order: number[] = [];
  phases
    .flatMap(({ fine }) => fine)
    .forEach((pixel, place) => {
      for (let group = 0; group < geometry.groups; group++) {
        order[pixel * geometry.groups + group] = place * geometry.groups + group;
      }
    });
  return { phases, order };
}

const mostKept = 256;
const plans = new Map<string, unknown>();

/** What `plan` gives for a geometry, made once: equal lists of indices must be one list to be one constant of a graph. */
export function planOf<T>(geometry: Geometry, plan: (geometry: Geometry) => T): T {
  const key = `${plan.name} ${JSON.stringify(geometry)}`;
  if (!plans.has(key)) {
    if (plans.size >= mostKept) plans.clear();
    plans.set(key, plan(geometry));
  }
  return plans.get(key) as T;
}

const constants = new WeakMap<readonly number[], Expr>();

/** Whole numbers as a constant: the same node for the same list. */
export function indices(numbers: readonly number[]): Expr {
  const known = constants.get(numbers);
  const node = known ?? constant(tensor("int32", [numbers.length], Int32Array.from(numbers)));
  if (known === undefined) constants.set(numbers, node);
  return node;
}
