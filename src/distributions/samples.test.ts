import { describe, expect, it } from "vitest";
import { decodePng, encodePng } from "../plot/png.js";
import { NoiseFeed } from "../testing/noise-feed.js";
import { expectClose, numbers } from "../testing/support.js";
import { klDivergence } from "./kl.js";
import { normal } from "./normal.js";
import { parseSpec } from "../catalogue/index.js";
import { pointsFromPicture } from "./points.js";
import { distributions } from "./registry.js";
import { empirical, readSamples, samples } from "./samples.js";

const context = { dtype: "float64", weights: {} } as const;

describe("draws", () => {
  it.each(["float32", "float64"] as const)("are the points, equally often (%s)", async (dtype) => {
    const points = [
      [0, 1],
      [2, -3],
      [5, 5],
      [7, 0.5],
      [-1, -1],
    ];
    const noise = new NoiseFeed(dtype, 1);
    const n = 20_000;
    const drawn = await numbers(empirical(points, 0, dtype).sample?.(noise, [n]) as never, noise.feeds);
    const counts = points.map(
      ([x, y]) => drawn.filter((value, i) => i % 2 === 0 && value === x && drawn[i + 1] === y).length,
    );
    const chi = counts.reduce((sum, count) => sum + (count - n / 5) ** 2 / (n / 5), 0);
    expect(counts.reduce((a, b) => a + b)).toBe(n);
    expect(chi).toBeLessThan(23.5); // chi-square with 4 degrees of freedom exceeds it once in 10,000
  });

  it("have the stated moments, jitter included", async () => {
    const points = [
      [0, 4],
      [2, -4],
    ];
    const d = empirical(points, 0.5, "float64");
    expect(await numbers(d.mean?.() as never)).toEqual([1, 0]);
    expect(await numbers(d.variance?.() as never)).toEqual([1.25, 16.25]);
    const noise = new NoiseFeed("float64", 2);
    const x = d.sample?.(noise, [40_000]) as NonNullable<ReturnType<NonNullable<typeof d.sample>>>;
    const got = await numbers(
      x
        .sub(d.mean?.() as never)
        .square()
        .mean(0),
      noise.feeds,
    );
    // five standard errors of a mean of squares whose own deviation is below 1.6 and 4.1
    expectClose(got, [1.25, 16.25], (5 * 1.3) / 200, 1);
  });
});

describe("the prior", () => {
  it("has no density, and says what to do", () => {
    const prior = samples({ points: [[0, 0]] }).prior([2], context);
    expect(prior.sampledOnly).toBe(true);
    const p = normal().prior([2], context);
    expect(() => klDivergence(p, prior, p.mean?.() as never)).toThrow("wae-mmd or sliced-wasserstein");
  });

  it("is refused where it does not fit", () => {
    expect(() => distributions.from("samples")).toThrow("needs a file or points");
    expect(() => distributions.from("samples(file=a.csv)").prior([2], context)).toThrow(
      "a.csv have not been read",
    );
    expect(() => distributions.from("samples(points=[[1, 2], [3, 4]])").prior([3], context)).toThrow(
      "use `latent` 2",
    );
    expect(() => distributions.from("samples(points=[[1, 2], [3]])")).toThrow("point 2");
    expect(() => distributions.from("samples(points=[[]])")).toThrow("at least one point");
  });

  it("keeps its points in the config, in nested families too", async () => {
    const spec = parseSpec("product(a=[2, samples(file=ring.png, jitter=0.1)], b=normal)");
    const read = await readSamples(spec, async (file) => (file === "ring.png" ? [[1, 2]] : []));
    const family = distributions.from(JSON.parse(JSON.stringify(read)) as typeof read);
    expect(family.config).toEqual({
      a: [2, { name: "samples", config: { file: "ring.png", points: [[1, 2]], jitter: 0.1 } }],
      b: { name: "normal", config: {} },
    });
    expect(family.prior([5], context).sampledOnly).toBe(true);
  });
});

describe("reading points", () => {
  it("from dark pixels, transparent ones being paper", async () => {
    const data = new Uint8Array(4 * 2 * 4).fill(255);
    data.set([0, 0, 0, 255], 0); // top left, black
    data.set([0, 0, 0, 0], 4); // beside it: invisible
    data.set([90, 90, 90, 255], 4 * 7); // bottom right, dark grey
    const picture = await decodePng(await encodePng({ width: 4, height: 2, channels: 4, data }));
    expect(pointsFromPicture(picture)).toEqual([
      [-1.5, 0.5],
      [1.5, -0.5],
    ]);
    expect(pointsFromPicture(picture, { extent: 4, threshold: 0.2 })).toEqual([[-3, 1]]);
    expect(pointsFromPicture(picture, { limit: 1 }).length).toBe(1);
    const white = { width: 1, height: 1, channels: 1, data: new Uint8Array([255]) };
    expect(() => pointsFromPicture(white)).toThrow("no dark pixels");
  });
});
