/** Examples that are some of a whole: what is random of them, and how they are grouped, is as in the whole. */
export interface PartOfWhole {
  /** The number of the first of them in the whole. */
  readonly first: number;
  /** How many examples the whole has. */
  readonly total: number;
}
