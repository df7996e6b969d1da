import type { Covariance } from "../model/spread";

/** A place on a chart: 0 to 1 from the left and from the top. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** On a ball: 1 in front, 0 at the edge, below 0 behind; 1 on all others. */
  readonly depth: number;
}

export interface TilePlace extends Place {
  /** The side of its picture, as a part of the chart's. */
  readonly size: number;
}

/** The codes whose pictures lie on a chart as its ground. */
export interface Tiles {
  /** Says which codes, for the cache. */
  readonly key: string;
  code(tile: number): Float32Array;
  /** All tiles in the order in which to decode them. */
  readonly order: readonly number[];
}

/** A picture of some latent coordinates, on which a code is a point. */
export interface Chart {
  readonly shape: "square" | "ring" | "triangle" | "ball";
  /** The coordinates that it shows. */
  readonly dims: readonly number[];
  /** What its sides are called. */
  readonly axes: readonly { readonly dim: number; readonly range: readonly [number, number] }[];
  place(z: Float32Array): Place;
  /** The code at a place, all coordinates that are not on the chart as in `from`; undefined off the chart. */
  codeAt(x: number, y: number, from: Float32Array): Float32Array | undefined;
  /** A step of the arrow keys: so many to the right and up. */
  nudge(z: Float32Array, right: number, up: number): Float32Array;
  readonly tiles: Tiles;
  placeTile(tile: number): TilePlace;
  /** Codes on the edge of what lies within two standard deviations of a code. */
  around(z: Float32Array, covariance: (a: number, b: number) => Covariance): readonly Float32Array[];
}

/** Angles at equal steps of the whole turn. */
export const turn = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count);

/** A key of the coordinates that a chart does not show. */
export function keyOfOthers(z: Float32Array, shown: readonly number[]): string {
  return Array.from(z, (value, i) => (shown.includes(i) ? "" : value.toFixed(3))).join(",");
}
