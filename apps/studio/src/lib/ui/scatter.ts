/** The part of the plane that a scatter shows. */
export interface Window2d {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A square part of the plane that holds almost all points and, for comparison with a standard normal, at least -3..3. */
export function windowOf(
  points: ArrayLike<number>,
  width: number,
  [across, up]: readonly [number, number],
): Window2d {
  const count = Math.floor(points.length / width);
  const far: number[] = [];
  for (let i = 0; i < count; i++) {
    const [x = 0, y = 0] = [points[i * width + across], points[i * width + up]];
    if (Number.isFinite(x) && Number.isFinite(y)) far.push(Math.max(Math.abs(x), Math.abs(y)));
  }
  far.sort((a, b) => a - b);
  const reach = Math.max(3, 1.1 * (far[Math.floor(far.length * 0.99)] ?? 0));
  // In steps, so that the frame does not tremble while codes move.
  const stepped = 3 * 1.25 ** Math.ceil(Math.log(reach / 3) / Math.log(1.25));
  return { x: [-stepped, stepped], y: [-stepped, stepped] };
}

/** The point nearest to a place within a reach, or undefined. */
export function nearest(
  points: ArrayLike<number>,
  width: number,
  [across, up]: readonly [number, number],
  [x, y]: readonly [number, number],
  reach: number,
): number | undefined {
  let [found, least]: [number | undefined, number] = [undefined, reach * reach];
  for (let i = 0; i * width < points.length; i++) {
    const dx = (points[i * width + across] as number) - x;
    const dy = (points[i * width + up] as number) - y;
    const distance = dx * dx + dy * dy;
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}
