import { RandomStream, type Tensor, tensor } from "../tensor/index.js";

/** A red, green, blue or yellow square in the middle of a dark ground of any colour, [n, size, size, 3] as bytes. */
export function colourPictures(n: number, size: number, seed: number): Tensor<"uint8"> {
  const colours = [
    [230, 40, 40],
    [40, 200, 60],
    [50, 80, 240],
    [240, 220, 50],
  ] as const;
  const levels = new RandomStream(seed, "colour-pictures").uniform(new Float64Array(n * 4), 0);
  const pixels = new Uint8Array(n * size * size * 3);
  for (let i = 0; i < n; i++) {
    const [red = 0, green = 0, blue = 0, which = 0] = levels.subarray(4 * i, 4 * i + 4);
    const colour = colours[Math.floor(which * colours.length)] ?? colours[0];
    const ground = [red, green, blue].map((level) => Math.floor(level * 90));
    const within = (at: number): boolean => at >= size / 4 && at < (3 * size) / 4;
    for (let k = 0; k < size * size * 3; k++) {
      const [y, x, channel] = [Math.floor(k / (3 * size)), Math.floor(k / 3) % size, k % 3];
      pixels[i * size * size * 3 + k] = (within(x) && within(y) ? colour[channel] : ground[channel]) ?? 0;
    }
  }
  return tensor("uint8", [n, size, size, 3], pixels);
}
