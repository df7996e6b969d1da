import { type PictureShape, toImageData } from "../../../lib/ui/pixels";

/** Pictures side by side on a canvas, each pixel `scale` pixels large. */
export function gridCanvas(
  values: ArrayLike<number>,
  shape: PictureShape,
  count: number,
  columns: number,
  scale = 4,
): HTMLCanvasElement {
  const [height = 1, width = 1] = shape;
  const size = shape.reduce((product, each) => product * each, 1);
  const small = document.createElement("canvas");
  Object.assign(small, { width: columns * width, height: Math.ceil(count / columns) * height });
  const from = small.getContext("2d");
  for (let i = 0; i < count; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    from?.putImageData(toImageData(values, shape, i * size), column * width, row * height);
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: small.width * scale, height: small.height * scale });
  const to = canvas.getContext("2d");
  if (to) {
    to.imageSmoothingEnabled = false;
    to.drawImage(small, 0, 0, canvas.width, canvas.height);
  }
  return canvas;
}

/** How large to draw a pixel of pictures that are small. */
export const scaleFor = ([height = 28]: PictureShape, wanted = 224): number =>
  Math.max(1, Math.round(wanted / height));
