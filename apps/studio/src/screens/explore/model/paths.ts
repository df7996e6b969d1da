import { wrapped } from "./moves";
import type { LatentPart } from "./space";

export type PathKind = "linear" | "spherical";

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** On the straight line from `a` (t = 0) to `b` (t = 1). */
export const straight = (a: Float32Array, b: Float32Array, t: number): Float32Array =>
  a.map((value, i) => value + ((b[i] ?? 0) - value) * t);

/**
 * On the great arc from `a` to `b` (slerp; Shoemake, 1985), with lengths between theirs: it keeps to where the mass of a
 * normal prior of many coordinates is, which a straight line leaves. Straight where the two point the same or the opposite way.
 */
export function onArc(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const [la, lb] = [Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b))];
  if (la < 1e-9 || lb < 1e-9) return straight(a, b, t);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(a, b) / la / lb)));
  const sine = Math.sin(angle);
  if (sine < 1e-5) return straight(a, b, t);
  const length = la + (lb - la) * t;
  const [wa, wb] = [Math.sin((1 - t) * angle) / sine / la, Math.sin(t * angle) / sine / lb];
  return a.map((value, i) => length * (wa * value + wb * (b[i] ?? 0)));
}

function partBetween(
  { kind, group }: LatentPart,
  a: Float32Array,
  b: Float32Array,
  t: number,
  path: PathKind,
): Float32Array {
  if (kind === "sphere" || (kind === "circle" && group === 2)) return onArc(a, b, t);
  if (kind === "circle") return a.map((value, i) => wrapped(value + wrapped((b[i] ?? 0) - value) * t));
  return kind === "plane" && path === "spherical" ? onArc(a, b, t) : straight(a, b, t);
}

/** The code at `t` from 0 to 1 on the way from `a` to `b`, each part in its own geometry. */
export function between(
  parts: readonly LatentPart[],
  a: Float32Array,
  b: Float32Array,
  t: number,
  path: PathKind,
): Float32Array {
  const z = new Float32Array(a.length);
  for (const part of parts) {
    const [from, to] = [part.start, part.start + part.size];
    z.set(partBetween(part, a.subarray(from, to), b.subarray(from, to), t, path), from);
  }
  return z;
}

/** A code that is the sum of others times factors, brought back to where each part's codes are. */
export function combined(
  parts: readonly LatentPart[],
  terms: readonly { readonly code: Float32Array; readonly factor: number }[],
): Float32Array {
  const z = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0));
  for (const { code, factor } of terms) code.forEach((value, i) => (z[i] = (z[i] ?? 0) + factor * value));
  for (const { kind, start, size, group, range } of parts) {
    const own = z.subarray(start, start + size);
    if (kind === "sphere" || (kind === "circle" && group === 2)) {
      const length = Math.sqrt(dot(own, own)) || 1;
      own.forEach((value, i) => (own[i] = value / length));
    } else if (kind === "circle") own.forEach((value, i) => (own[i] = wrapped(value)));
    else if (kind === "simplex") {
      own.forEach((value, i) => (own[i] = Math.max(0, value)));
      const total = own.reduce((sum, value) => sum + value, 0) || 1;
      own.forEach((value, i) => (own[i] = value / total));
    } else if (kind === "bits" || kind === "choice" || (range[0] >= 0 && range[1] <= 1)) {
      own.forEach((value, i) => (own[i] = Math.min(1, Math.max(0, value))));
    }
  }
  return z;
}
