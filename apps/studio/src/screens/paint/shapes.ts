/** Shapes to start from; each draws with the context's stroke and fill into a square of `size` pixels. */
export const shapes = {
  ring(context: CanvasRenderingContext2D, size: number): void {
    context.lineWidth = size * 0.07;
    context.beginPath();
    context.arc(size / 2, size / 2, size * 0.34, 0, 2 * Math.PI);
    context.stroke();
  },
  heart(context: CanvasRenderingContext2D, size: number): void {
    const at = (share: number): number => share * size;
    context.beginPath();
    context.moveTo(at(0.5), at(0.84));
    context.bezierCurveTo(at(0.02), at(0.5), at(0.18), at(0.1), at(0.5), at(0.32));
    context.bezierCurveTo(at(0.82), at(0.1), at(0.98), at(0.5), at(0.5), at(0.84));
    context.fill();
  },
  star(context: CanvasRenderingContext2D, size: number): void {
    context.beginPath();
    for (let i = 0; i < 10; i++) {
      const angle = (i * Math.PI) / 5 - Math.PI / 2;
      const radius = size * (i % 2 === 0 ? 0.42 : 0.18);
      context.lineTo(size / 2 + radius * Math.cos(angle), size / 2 + radius * Math.sin(angle));
    }
    context.closePath();
    context.fill();
  },
  moons(context: CanvasRenderingContext2D, size: number): void {
    context.lineWidth = size * 0.06;
    for (const [x, y, from] of [
      [0.4, 0.57, Math.PI],
      [0.6, 0.43, 0],
    ] as const) {
      context.beginPath();
      context.arc(size * x, size * y, size * 0.24, from, from + Math.PI);
      context.stroke();
    }
  },
  spiral(context: CanvasRenderingContext2D, size: number): void {
    context.lineWidth = size * 0.045;
    context.beginPath();
    for (let i = 0; i <= 200; i++) {
      const angle = (i / 200) * 4.5 * Math.PI;
      const radius = size * (0.03 + 0.37 * (i / 200));
      context.lineTo(size / 2 + radius * Math.cos(angle), size / 2 + radius * Math.sin(angle));
    }
    context.stroke();
  },
} as const;

export type ShapeName = keyof typeof shapes;
export const shapeNames = Object.keys(shapes) as ShapeName[];

/** Writes up to three characters as large as they fit. */
export function letter(context: CanvasRenderingContext2D, size: number, text: string, font: string): void {
  const shown = [...text].slice(0, 3).join("");
  context.textAlign = "center";
  context.textBaseline = "middle";
  let points = size * 0.8;
  context.font = `800 ${points}px ${font}`;
  const { width } = context.measureText(shown);
  if (width > size * 0.86) {
    points *= (size * 0.86) / width;
    context.font = `800 ${points}px ${font}`;
  }
  const measured = context.measureText(shown);
  const middle = (measured.actualBoundingBoxAscent - measured.actualBoundingBoxDescent) / 2;
  context.textBaseline = "alphabetic";
  context.fillText(shown, size / 2, size / 2 + middle);
}
