/** What an objective knows of examples that are pictures; their numbers lie as [height, width, channels]. */
export interface PictureLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Black and white as the model's numbers, such as 0 and 1; missing where they are not the same for all pixels. */
  readonly range?: readonly [black: number, white: number];
}
