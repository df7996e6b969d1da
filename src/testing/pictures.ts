/** Numbers of an example [height, width, channels] by place, for references in plain JavaScript. */
export class Picture {
  constructor(
    readonly height: number,
    readonly width: number,
    readonly channels: number,
    private readonly data: readonly number[],
  ) {}

  static of(data: readonly number[], shape: readonly number[]): Picture {
    const [height = 1, width = 1, channels = 1] = shape;
    return new Picture(height, width, channels, data);
  }

  /** The number at a place, or `outside`. */
  at(row: number, column: number, channel: number, outside = 0): number {
    const inside = row >= 0 && column >= 0 && row < this.height && column < this.width;
    return inside ? (this.data[(row * this.width + column) * this.channels + channel] as number) : outside;
  }

  /** All numbers of one channel. */
  channel(channel: number): number[] {
    return this.data.filter((_, i) => i % this.channels === channel);
  }
}

/** The numbers of an example of a shape, each by its place. */
export function drawnPicture(
  [height = 1, width = 1, channels = 1]: readonly number[],
  of: (row: number, column: number, channel: number) => number,
): number[] {
  return Array.from({ length: height * width * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return of(Math.floor(pixel / width), pixel % width, i % channels);
  });
}

/** Mean of numbers. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Mean and standard deviation of numbers, `eps` added to the variance. */
export function momentsOf(
  values: readonly number[],
  eps: number,
): readonly [mean: number, deviation: number] {
  const mean = meanOf(values);
  return [mean, Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)) + eps)];
}
