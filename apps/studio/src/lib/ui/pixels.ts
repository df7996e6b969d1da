/** The shape of a picture: height, width and, with colours, channels last. */
export type PictureShape = readonly number[];

/** Whether examples of this shape can be drawn as pictures. */
export function isPicture(shape: readonly number[]): boolean {
  const [height = 0, width = 0, channels] = shape;
  if (shape.length < 2 || shape.length > 3 || height < 2 || width < 2) return false;
  return channels === undefined || channels === 1 || channels === 3 || channels === 4;
}

const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(value * 255)));

/** Values of 0 to 1 as RGBA; one channel is grey, as MNIST's: 0 black, 1 white. */
export function toImageData(values: ArrayLike<number>, shape: PictureShape, offset = 0): ImageData {
  const [height = 1, width = 1, channels = 1] = shape;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const from = offset + i * channels;
    for (let channel = 0; channel < 3; channel++) {
      image.data[i * 4 + channel] = byte(values[from + (channels < 3 ? 0 : channel)] ?? 0);
    }
    image.data[i * 4 + 3] = channels === 4 ? byte(values[from + 3] ?? 1) : 255;
  }
  return image;
}
