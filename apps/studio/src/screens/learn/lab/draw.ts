import { colourOf } from "../../../lib/ui/colours";
import { type Point, seen } from "./view";

/** Colours of the page, as a canvas takes them. */
export interface Paints {
  readonly dark: boolean;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly warn: string;
  readonly surface: string;
}

export function paintsOf(element: Element, dark: boolean): Paints {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name);
  return {
    dark,
    ink: of("--ink"),
    soft: of("--ink-soft"),
    line: of("--line"),
    accent: of("--accent"),
    warn: of("--warn"),
    surface: of("--sunken"),
  };
}

/** An ellipse around a code: one standard deviation each way. */
export interface Ellipse extends Point {
  readonly rx: number;
  readonly ry: number;
  readonly label?: number | undefined;
  /** The one that is looked at. */
  readonly strong?: boolean;
}

export interface Mark extends Point {
  readonly text?: string;
}

/** What a plane of codes shows. */
export interface Scene {
  readonly codes: Float32Array;
  readonly z: number;
  readonly labels: readonly number[] | undefined;
  readonly extent: number;
  /** The middle of the plane; default 0. */
  readonly middle?: number;
  readonly turn?: number;
  /** Circles around the middle, such as one, two and three deviations of the prior. */
  readonly rings?: readonly number[];
  readonly square?: readonly [number, number];
  readonly behind?: Float32Array | undefined;
  readonly ellipses?: readonly Ellipse[];
  readonly marks?: readonly Mark[];
  readonly cursor?: Point | undefined;
}

type Canvas = CanvasRenderingContext2D;
type Place = (x: number, y: number) => readonly [number, number];

function circle(canvas: Canvas, x: number, y: number, rx: number, ry = rx): void {
  canvas.beginPath();
  canvas.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
}

function grounds(canvas: Canvas, scene: Scene, paints: Paints, place: Place, scale: number): void {
  const { square, behind, middle = 0 } = scene;
  const [left, top] = place(middle, middle);
  canvas.strokeStyle = paints.line;
  canvas.lineWidth = 1;
  const [ox, oy] = place(0, 0);
  canvas.beginPath();
  canvas.moveTo(ox, 0);
  canvas.lineTo(ox, 2 * top);
  canvas.moveTo(0, oy);
  canvas.lineTo(2 * left, oy);
  canvas.stroke();
  canvas.setLineDash([4, 4]);
  canvas.strokeStyle = paints.warn;
  canvas.globalAlpha = 0.8;
  if (square) {
    const [x, y] = place(square[0], square[1]);
    canvas.strokeRect(x, y, (square[1] - square[0]) * scale, (square[1] - square[0]) * scale);
  }
  canvas.setLineDash([]);
  if (behind) {
    canvas.globalAlpha = 0.22;
    canvas.fillStyle = paints.warn;
    for (let i = 0; i + 1 < behind.length; i += 2) {
      const [x, y] = place(behind[i] as number, behind[i + 1] as number);
      circle(canvas, x, y, 4);
      canvas.fill();
    }
  }
  canvas.globalAlpha = 1;
}

/** Over the codes, which may hide them; small ones on a light ground of their own. */
function rings(canvas: Canvas, scene: Scene, paints: Paints, place: Place, scale: number): void {
  const [left, top] = place(0, 0);
  for (const ring of scene.rings ?? []) {
    const small = ring * scale < 40;
    circle(canvas, left, top, ring * scale);
    if (small) {
      canvas.lineWidth = 4;
      canvas.strokeStyle = paints.surface;
      canvas.stroke();
    }
    canvas.globalAlpha = small ? 1 : 1 / ring ** 0.5;
    canvas.lineWidth = small ? 2 : 1.2;
    canvas.strokeStyle = small ? paints.ink : paints.warn;
    canvas.setLineDash([4, small ? 2 : 4]);
    canvas.stroke();
    canvas.setLineDash([]);
    canvas.globalAlpha = 1;
  }
}

function points(canvas: Canvas, scene: Scene, paints: Paints, place: Place): void {
  const { codes, z, labels, turn = 0 } = scene;
  const size = codes.length / z > 400 ? 2 : 3;
  for (let i = 0; i + z <= codes.length; i += z) {
    const [a, b, c] = [codes[i] as number, codes[i + 1] ?? 0, z > 2 ? (codes[i + 2] as number) : 0];
    const [x, y, depth] = z > 2 ? seen([a, b, c], turn) : [a, b, 1];
    const [left, top] = place(x, y);
    canvas.globalAlpha = z > 2 ? 0.3 + 0.6 * Math.max(0, Math.min(1, (depth + 1) / 2)) : 0.8;
    canvas.fillStyle = labels ? colourOf(labels[i / z] ?? 0, paints.dark) : paints.accent;
    circle(canvas, left, top, z > 2 ? size * (0.8 + 0.35 * depth) : size);
    canvas.fill();
  }
  canvas.globalAlpha = 1;
}

function ellipses(canvas: Canvas, scene: Scene, paints: Paints, place: Place, scale: number): void {
  for (const { x, y, rx, ry, label, strong } of scene.ellipses ?? []) {
    const [left, top] = place(x, y);
    circle(canvas, left, top, Math.max(1.5, rx * scale), Math.max(1.5, ry * scale));
    const colour = label === undefined ? paints.accent : colourOf(label, paints.dark);
    canvas.fillStyle = colour;
    canvas.globalAlpha = strong ? 0.3 : 0.03;
    canvas.fill();
    canvas.globalAlpha = strong ? 1 : 0.7;
    canvas.strokeStyle = strong ? paints.ink : colour;
    canvas.lineWidth = strong ? 2 : 1.2;
    canvas.stroke();
  }
  canvas.globalAlpha = 1;
}

function marks(canvas: Canvas, scene: Scene, paints: Paints, place: Place): void {
  canvas.font = "600 12px system-ui, sans-serif";
  canvas.textAlign = "center";
  canvas.textBaseline = "middle";
  for (const { x, y, text } of scene.marks ?? []) {
    const [left, top] = place(x, y);
    circle(canvas, left, top, text === undefined ? 3 : 10);
    canvas.fillStyle = paints.ink;
    canvas.fill();
    if (text === undefined) continue;
    canvas.fillStyle = paints.surface;
    canvas.fillText(text, left, top + 0.5);
  }
  if (scene.cursor === undefined) return;
  const [left, top] = place(scene.cursor.x, scene.cursor.y);
  canvas.lineWidth = 5;
  canvas.strokeStyle = paints.surface;
  circle(canvas, left, top, 9);
  canvas.stroke();
  canvas.lineWidth = 2.5;
  canvas.strokeStyle = paints.ink;
  circle(canvas, left, top, 9);
  canvas.stroke();
  circle(canvas, left, top, 2);
  canvas.fillStyle = paints.ink;
  canvas.fill();
}

/** Draws a scene on a square canvas of so many pixels a side, y up. */
export function draw(canvas: Canvas, side: number, scene: Scene, paints: Paints): void {
  const { extent, middle = 0 } = scene;
  const scale = side / 2 / extent;
  const place: Place = (x, y) => [side / 2 + (x - middle) * scale, side / 2 - (y - middle) * scale];
  canvas.clearRect(0, 0, side, side);
  grounds(canvas, scene, paints, place, scale);
  ellipses(canvas, scene, paints, place, scale);
  points(canvas, scene, paints, place);
  rings(canvas, scene, paints, place, scale);
  marks(canvas, scene, paints, place);
}
