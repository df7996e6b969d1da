/** A drawing: darkness of ink from 0 to 1, row after row. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest box with all of the ink, or undefined without any. */
export function inkBox({ width, height, values }: Ink): Box | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((values[y * width + x] ?? 0) <= 0.05) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left && bottom > top ? { left, top, right, bottom } : undefined;
}

/** The mean of ink over a rectangle with edges that may lie within pixels. */
function meanOver({ width, height, values }: Ink, x0: number, y0: number, x1: number, y1: number): number {
  let sum = 0;
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(height, y1); y++) {
    const tall = Math.min(y + 1, y1) - Math.max(y, y0);
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(width, x1); x++) {
      sum += (values[y * width + x] ?? 0) * tall * (Math.min(x + 1, x1) - Math.max(x, x0));
    }
  }
  return sum / Math.max(1e-9, (x1 - x0) * (y1 - y0));
}

/** The centre of mass of ink about a box, in the drawing's coordinates. */
function centreOf({ width, values }: Ink, { left, top, right, bottom }: Box): readonly [number, number] {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = values[y * width + x] ?? 0;
      mass += value;
      sumX += value * (x + 0.5);
      sumY += value * (y + 0.5);
    }
  }
  return [sumX / mass, sumY / mass];
}

/**
 * A drawing as MNIST's digits were prepared (LeCun et al., 1998): the ink's box is brought to 20 of 28 pixels on its longer
 * side, its centre of mass to the middle. All zeros without ink.
 */
export function centredInk(ink: Ink, height = 28, width = 28): Float32Array {
  const out = new Float32Array(width * height);
  const box = inkBox(ink);
  if (box === undefined) return out;
  const side = Math.max(box.right - box.left, box.bottom - box.top);
  const step = side / ((20 / 28) * Math.min(width, height));
  const [cx, cy] = centreOf(ink, box);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [left, top] = [cx + (x - width / 2) * step, cy + (y - height / 2) * step];
      out[y * width + x] = Math.min(1, meanOver(ink, left, top, left + step, top + step));
    }
  }
  return out;
}
