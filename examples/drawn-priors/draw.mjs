// Draws ring.png, moons.png and star.png, black on white, to be used as priors.
//   node examples/drawn-priors/draw.mjs
import { writeFileSync } from "node:fs";
import { encode } from "fast-png";

const size = 160;

/** Distance of (x, y) to the line from a to b. */
function toSegment(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** Distance to the arc of a circle above (side 1) or below (side -1) its centre. */
function toHalfCircle(x, y, cx, cy, r, side) {
  if ((y - cy) * side >= 0) return Math.abs(Math.hypot(x - cx, y - cy) - r);
  return Math.min(Math.hypot(x - cx - r, y - cy), Math.hypot(x - cx + r, y - cy));
}

const tips = Array.from({ length: 5 }, (_, i) => {
  const angle = Math.PI / 2 + (i * 4 * Math.PI) / 5;
  return [0.85 * Math.cos(angle), 0.85 * Math.sin(angle)];
});

/** True where there is ink; x to the right and y up, both -1..1. */
const drawings = {
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.7) < 0.06,
  moons: (x, y) =>
    Math.min(toHalfCircle(x, y, -0.27, -0.14, 0.55, 1), toHalfCircle(x, y, 0.27, 0.14, 0.55, -1)) < 0.07,
  star: (x, y) => tips.some((tip, i) => toSegment(x, y, tip, tips[(i + 1) % 5]) < 0.035),
};

for (const [name, ink] of Object.entries(drawings)) {
  const data = Uint8Array.from({ length: size * size }, (_, pixel) => {
    const x = ((pixel % size) + 0.5) * (2 / size) - 1;
    const y = 1 - (Math.floor(pixel / size) + 0.5) * (2 / size);
    return ink(x, y) ? 0 : 255;
  });
  writeFileSync(
    new URL(`${name}.png`, import.meta.url),
    encode({ width: size, height: size, channels: 1, data }),
  );
}
