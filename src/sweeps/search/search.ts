import type { Entry, Json } from "../../catalogue/index.js";
import type { Space } from "../space/space.js";
import type { Point } from "../state.js";

/** What is known of a point that has been tried. */
export interface Observation {
  readonly point: Point;
  /** What is minimised; Infinity for points that failed or violate a constraint, undefined while it isn't known. */
  readonly value: number | undefined;
}

/** What a search goes by. */
export interface SearchRequest {
  readonly space: Space;
  /** All points so far, in the order in which they were proposed. */
  readonly history: readonly Observation[];
  /** How many have been proposed; more than `history` tells where some proposals had been there already. */
  readonly index: number;
  readonly seed: number;
}

/** A way of choosing points: a function of what it is given, so that a resumed sweep proposes the same ones. */
export interface Search {
  readonly name: string;
  readonly config: Readonly<Record<string, Json>>;
  /** How many points it has to propose, if it ends by itself. */
  count?(space: Space): number;
  /** The next point, or undefined if there are no more. */
  propose(request: SearchRequest): Point | undefined;
}

/** A search as the catalogue knows it. */
export type SearchInfo = Entry<Search>;

/** The members that tell a search from other things. */
export const searchMembers = ["name", "config", "propose"] as const;
