import { toImageData } from "../../../lib/ui/pixels";
import type { Chart } from "../charts/chart";
import type { Cells } from "../model/backdrop";

const pictures = new WeakMap<Float32Array, HTMLCanvasElement>();

function pictureOf(values: Float32Array, shape: readonly number[]): HTMLCanvasElement {
  const known = pictures.get(values);
  if (known) return known;
  const made = document.createElement("canvas");
  const [height = 1, width = 1] = shape;
  Object.assign(made, { width, height });
  made.getContext("2d")?.putImageData(toImageData(values, shape), 0, 0);
  pictures.set(values, made);
  return made;
}

/** Paints the pictures of a chart's tiles where they lie; on a ball those in front last, and fainter towards the edge. */
export function paintGround(
  context: CanvasRenderingContext2D,
  cells: Cells,
  chart: Chart,
  shape: readonly number[],
): void {
  const { width } = context.canvas;
  context.clearRect(0, 0, width, width);
  context.imageSmoothingEnabled = chart.shape !== "square";
  const tiles = [...cells].map(([tile, values]) => ({ place: chart.placeTile(tile), values }));
  if (chart.shape === "ball") tiles.sort((a, b) => a.place.depth - b.place.depth);
  for (const { place, values } of tiles) {
    if (place.depth <= 0.02) continue;
    const size = place.size * width;
    const [x, y] = [place.x * width - size / 2, place.y * width - size / 2];
    const picture = pictureOf(values, shape);
    context.globalAlpha = chart.shape === "ball" ? Math.min(1, 0.25 + place.depth) : 1;
    if (chart.shape === "square") {
      // Edge to edge, on whole pixels.
      const [left, top] = [Math.round(x), Math.round(y)];
      context.drawImage(picture, left, top, Math.round(x + size) - left, Math.round(y + size) - top);
    } else context.drawImage(picture, x, y, size, size);
  }
  context.globalAlpha = 1;
}

/** The ground of a chart on a canvas of its own, four pixels a pixel of MNIST. */
export function groundCanvas(cells: Cells, chart: Chart, shape: readonly number[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const side =
    chart.shape === "square" ? Math.round(1 / chart.placeTile(0).size) * (shape[1] ?? 28) * 2 : 1200;
  Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  if (context) paintGround(context, cells, chart, shape);
  return canvas;
}
