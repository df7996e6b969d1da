/** A split that lies in the engine as `resident`, [examples, numbers]. */
export interface ResidentSplit {
  readonly name: string;
  readonly resident: string;
  readonly length: number;
}
