import { anExampleShape, aTensor, aText, coordinates, twoNumbers, twoTexts } from "./arguments.js";
import {
  be,
  type ChecksOf,
  requireArgument,
  requireOptions,
  tensor,
  type Tensor,
  UserError,
} from "../tensor/index.js";
import { inverseNormal } from "../tensor/inverse-normal.js";
import { composeChart, FONT_SIZE, loadPlot, round } from "./chart.js";
import { imageGrid } from "./image-grid.js";
import { base64 } from "./base64.js";
import { countExamples, type ExampleShape, type GreyRange, layoutOf, requireInteger } from "./pixels.js";
import { encodePng } from "./png.js";
import type { Raster } from "./raster.js";
import { textWidth } from "./text.js";

/** Options of {@link manifoldGrid}. */
export interface ManifoldOptions {
  /** Shape of one example: `[h, w]`, `[h, w, 1]`, `[h, w, 3]` or `[h, w, 4]`. */
  readonly shape: ExampleShape;
  /** The numbers that are drawn black and white; default 0 and 1, for bytes 0 and 255. */
  readonly range?: GreyRange;
  /** Screen pixels a pixel; default 1. */
  readonly scale?: number;
}

/** Options of {@link manifoldMap}. */
export interface ManifoldMapOptions extends ManifoldOptions {
  /** Coordinates of the columns from the left, ascending. */
  readonly axis: readonly number[];
  /** Coordinates of the rows from the bottom, as many; default the columns'. */
  readonly axisY?: readonly number[];
  readonly title?: string;
  readonly caption?: string;
  /** Default `["z₁", "z₂"]`. */
  readonly axisLabels?: readonly [string, string];
}

const manifoldChecks = {
  shape: anExampleShape,
  range: twoNumbers,
  scale: be.whole(1),
} as const satisfies ChecksOf<ManifoldOptions>;

const mapChecks = {
  ...manifoldChecks,
  axis: coordinates,
  axisY: coordinates,
  title: aText,
  caption: aText,
  axisLabels: twoTexts,
} as const satisfies ChecksOf<ManifoldMapOptions>;

/** `size` coordinates at equal steps from `-extent` to `extent`; default 20 from -3 to 3. */
export function linearAxis(size = 20, extent = 3): number[] {
  requireInteger("size", size, 1);
  if (!(extent > 0) || extent === Infinity)
    throw new UserError(`extent must be above 0, got ${String(extent)}`);
  if (size === 1) return [0];
  return Array.from({ length: size }, (_, i) => (extent * (2 * i - (size - 1))) / (size - 1));
}

/**
 * `size` coordinates between which a standard normal variable falls equally often: its quantiles at
 * (i + 1/2) / size, as in figure 4 of Kingma and Welling, "Auto-Encoding Variational Bayes" (2014).
 */
export function normalAxis(size = 20): number[] {
  requireInteger("size", size, 1);
  return Array.from({ length: size }, (_, i) => inverseNormal((i + 0.5) / size - 0.5));
}

/**
 * The codes to decode for {@link manifoldGrid}, `[k * k, 2]` for an ascending axis of `k` coordinates: rows
 * from the top, that is from the highest second coordinate, and in a row from the lowest first coordinate.
 */
export function manifoldCodes(axis: readonly number[], axisY = axis): Tensor<"float32"> {
  requireArgument("manifoldCodes", "the axis", axis, coordinates);
  requireArgument("manifoldCodes", "axisY", axisY, coordinates);
  const k = axis.length;
  const data = new Float32Array(2 * k * k);
  for (let i = 0; i < k * k; i++) {
    data[2 * i] = axis[i % k] ?? 0;
    data[2 * i + 1] = axisY[k - 1 - Math.floor(i / k)] ?? 0;
  }
  return tensor("float32", [k * k, 2], data);
}

/**
 * Images decoded from {@link manifoldCodes}, edge to edge in a square: the top row has the highest second
 * coordinate. Throws a {@link UserError} if their number is no square or the shape is not an image's.
 */
export function manifoldGrid(images: Tensor, options: ManifoldOptions): Raster {
  requireArgument("manifoldGrid", "images", images, aTensor);
  requireOptions("manifoldGrid", options, manifoldChecks);
  return gridOf(images, options);
}

function gridOf(images: Tensor, options: ManifoldOptions): Raster {
  if (layoutOf(options.shape).kind === "table") {
    throw new UserError("a manifold is drawn from images; these examples are rows of a table");
  }
  const n = countExamples(images, options.shape);
  const columns = Math.round(Math.sqrt(n));
  if (columns * columns !== n)
    throw new UserError(`a manifold is a square of images, and ${n} is no square number`);
  const { shape, scale = 1, range } = options;
  return imageGrid(images, { shape, columns, gap: 0, scale, ...(range && { range }) });
}

/** Coordinates with as many decimals as tell neighbours apart, at least one. */
function axisLabels(axis: readonly number[]): string[] {
  const step = Math.abs((axis.at(-1) ?? 0) - (axis[0] ?? 0)) / Math.max(1, axis.length - 1);
  const decimals = step >= 0.05 || step === 0 ? 1 : Math.min(6, Math.ceil(-Math.log10(step)));
  return axis.map((z) =>
    z
      .toFixed(decimals)
      .replace(/^-(0\.0+)$/, "$1")
      .replace("-", "−"),
  );
}

/** {@link manifoldGrid} with axes, as an SVG document. Throws as it does, and if `axis` doesn't fit. */
export async function manifoldMap(images: Tensor, options: ManifoldMapOptions): Promise<string> {
  requireArgument("manifoldMap", "images", images, aTensor);
  requireOptions("manifoldMap", options, mapChecks);
  const { axis, axisY = axis } = options;
  requireArgument("manifoldMap", "axis", axis, coordinates);
  const raster = gridOf(images, options);
  const k = axis.length;
  if (k * k !== images.shape[0]) {
    throw new UserError(`${images.shape[0]} images do not fill a square of ${k} coordinates a side`);
  }
  const [nameX, nameY] = options.axisLabels ?? ["z₁", "z₂"];
  if (axisY.length !== k) throw new UserError("a manifold has as many rows as columns");
  const [labels, labelsY] = [axisLabels(axis), axisLabels(axisY)];
  const steps = Math.max(1, Math.min(k - 1, 9));
  const cells = [
    ...new Set(Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (k - 1)) / steps) + 0.5)),
  ];
  const labelOf =
    (of: readonly string[]) =>
    (cell: number): string =>
      of[Math.floor(cell)] ?? "";
  const marginLeft = Math.ceil(Math.max(...labelsY.map((label) => textWidth(label, FONT_SIZE)))) + 34;
  const [top, right, bottom] = [2, 2, 46];
  const inner = 640;
  const tall = round((inner * raster.height) / raster.width);
  const { Plot, draw } = await loadPlot();
  const common = {
    fontSize: FONT_SIZE,
    fillOpacity: 0.75,
    tickSize: 0,
    labelArrow: "none",
  } as const;
  const axes = draw({
    width: marginLeft + inner + right,
    height: top + tall + bottom,
    marginLeft,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    x: { domain: [0, k] },
    y: { domain: [0, k] },
    marks: [
      Plot.axisX(cells, {
        ...common,
        tickFormat: labelOf(labels),
        label: nameX,
        labelAnchor: "center",
        labelOffset: 42,
      }),
      Plot.axisY(cells, {
        ...common,
        tickFormat: labelOf(labelsY),
        label: nameY,
        labelAnchor: "center",
        labelOffset: marginLeft - 4,
      }),
    ],
  });
  const picture =
    `<image x="${marginLeft}" y="${top}" width="${inner}" height="${tall}" preserveAspectRatio="none" ` +
    `xlink:href="data:image/png;base64,${base64(await encodePng(raster))}"/>`;
  return composeChart({
    width: axes.width,
    title: options.title,
    panels: [{ ...axes, svg: axes.svg + picture, x: 0, y: 0 }],
    caption: options.caption,
    ariaLabel: `${options.title ?? "The latent plane"}: ${k} by ${k} decoded images.`,
  });
}
