/** Ten colours that stay apart on white and on black; the first ten classes get them, in this order. */
const FIRST_TEN = [
  "#4c78d8",
  "#f28e2b",
  "#2ca25f",
  "#e0475b",
  "#9467e0",
  "#a0714f",
  "#e377c2",
  "#7a8794",
  "#c0a81a",
  "#17b3c4",
];

/** The colour of classes that share none of their own. */
export const OTHER_COLOUR = "#9aa0a6";

type Lab = readonly [number, number, number];

/**
 * `n` colours (`#rrggbb`) that differ as much as possible, all of middle lightness, to be seen on a light and
 * on a dark page, and none of them glaring. More than ten are found greedily: always the colour farthest from those before it
 * in OKLab (B. Ottosson, 2020), so that the first colours do not depend on `n`.
 */
export function categoricalColours(n: number): string[] {
  const chosen = FIRST_TEN.slice(0, n);
  if (n <= FIRST_TEN.length) return chosen;
  const candidates = middleColours();
  const distance = candidates.map(({ lab }) => Math.min(...FIRST_TEN.map((hex) => apart(lab, labOf(hex)))));
  while (chosen.length < n) {
    let best = 0;
    distance.forEach((d, i) => {
      if (d > (distance[best] ?? 0)) best = i;
    });
    const pick = candidates[best];
    if (pick === undefined) break;
    chosen.push(pick.hex);
    candidates.forEach(({ lab }, i) => {
      distance[i] = Math.min(distance[i] ?? 0, apart(lab, pick.lab));
    });
  }
  return chosen;
}

function middleColours(): { hex: string; lab: Lab }[] {
  const out: { hex: string; lab: Lab }[] = [];
  for (let code = 0; code < 4096; code++) {
    const hex = `#${[code >> 8, (code >> 4) & 15, code & 15].map((d) => d.toString(16).repeat(2)).join("")}`;
    const lab = labOf(hex);
    const chroma = Math.hypot(lab[1], lab[2]);
    if (lab[0] > 0.45 && lab[0] < 0.82 && chroma < 0.2) out.push({ hex, lab });
  }
  return out;
}

function apart(a: Lab, b: Lab): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function labOf(hex: string): Lab {
  const channel = (at: number): number => {
    const level = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  };
  const [r, g, b] = [channel(1), channel(3), channel(5)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
