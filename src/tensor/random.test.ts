import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "./errors.js";
import { RandomStream } from "./random.js";

type Floats = Float32Array | Float64Array;

const types = [
  ["float32", (n: number) => new Float32Array(n)],
  ["float64", (n: number) => new Float64Array(n)],
] as const;

describe("the first values of a stream", () => {
  // From a separate implementation in Python integers and mpmath with 60 digits: these pin the scheme, and the
  // bits on every platform. Normals in float64 may differ from the exact ones in the last digit or two.
  it("of seed 42, noise/0", () => {
    const stream = new RandomStream(42, "noise/0");
    expect([0, 1, 2].map((i) => stream.bits(i))).toEqual([
      0xd4d753d1fddcced0n,
      0xbf39ae518c344533n,
      0x1916c0db8aaf0005n,
    ]);
    expect([...stream.uniform(new Float32Array(6), 0)]).toEqual([
      0.8314105868339539, 0.7469738721847534, 0.09800343215465546, 0.3498113453388214, 0.8837383389472961,
      0.9568080306053162,
    ]);
    expect([...stream.uniform(new Float64Array(6), 0)]).toEqual([
      0.8314105861705093, 0.7469738466484371, 0.09800343272575479, 0.34981135581560574, 0.8837383474030729,
      0.9568080299333014,
    ]);
    expect([...stream.normal(new Float32Array(6), 0)]).toEqual([
      0.9597545862197876, 0.6649972796440125, -1.2930121421813965, -0.38582974672317505, 1.1938843727111816,
      1.7147895097732544,
    ]);
    expect([...stream.normal(new Float64Array(6), 0)]).toEqual([
      0.9597546158464557, 0.6649973036808752, -1.2930120915275842, -0.38582976002977193, 1.1938843763520866,
      1.7147895067769265,
    ]);
    expect([...stream.integers(new Int32Array(12), 10, 0)]).toEqual([9, 3, 3, 2, 6, 2, 4, 3, 0, 7, 9, 8]);
    // A bound that refuses a quarter of all words: rows 0, 4, 5, 10 and 11 are second and third tries.
    expect([...stream.integers(new Int32Array(12), 3 * 2 ** 29, 0)]).toEqual([
      1581748885, 1597615697, 420921563, 1502428422, 770153824, 243047216, 895153868, 629798657, 348623394,
      513528851, 1179657836, 1355723280,
    ]);
    expect([...new RandomStream(42, "shuffle", 3).permutation(12)]).toEqual([
      7, 0, 8, 2, 1, 3, 4, 9, 5, 6, 10, 11,
    ]);
  });

  it("of a negative seed, across the border of the block counter's first word", () => {
    const stream = new RandomStream(-5, "weights", "décodeur/0.weight");
    const position = 2 ** 34 - 2;
    expect([...stream.uniform(new Float64Array(4), position)]).toEqual([
      0.3925226603294871, 0.7068889432382276, 0.38425072956118245, 0.9567634391558679,
    ]);
    expect([...stream.normal(new Float32Array(4), position)]).toEqual([
      -0.27275004982948303, 0.5443189144134521, -0.2943355441093445, 1.7143034934997559,
    ]);
    const long = stream.uniform(new Float64Array(5000), position - 3000);
    expect(long.subarray(3000, 3004)).toEqual(stream.uniform(new Float64Array(4), position));
  });

  it("of no path are plain Philox4x32-10 with the seed as key", () => {
    const stream = new RandomStream(0);
    const high = [0, 1, 2, 3].map((i) => stream.bits(i) >> 32n);
    expect(high).toEqual([0x6627e8d5n, 0xe169c58dn, 0xbc57ac4cn, 0x9b00dbd8n]);
  });
});

describe("positions", () => {
  it.each(types)("%s: any division into calls gives the same numbers", (_, allocate) => {
    const stream = new RandomStream(3, "chunks");
    const whole = 5000;
    for (const draw of [stream.uniform, stream.normal]) {
      const start = 12_345;
      const expected = draw.call(stream, allocate(whole), start);
      const cuts = fc.array(fc.integer({ min: 0, max: whole }), { maxLength: 6 });
      fc.assert(
        fc.property(cuts, (inner) => {
          const borders = [0, ...inner.sort((a, b) => a - b), whole];
          const pieced = allocate(whole);
          borders.slice(1).forEach((end, i) => {
            const from = borders[i] ?? 0;
            draw.call(stream, pieced.subarray(from, end), start + from);
          });
          expect(pieced).toEqual(expected);
        }),
        { seed: 1, numRuns: 50 },
      );
    }
  });

  it("element by element, integers included", () => {
    const stream = new RandomStream(4, "single");
    const all = stream.integers(new Int32Array(300), 3 * 2 ** 29, 2 ** 40 + 1);
    const single = Int32Array.from(all, (_, i) =>
      Number(stream.integers(new Int32Array(1), 3 * 2 ** 29, 2 ** 40 + 1 + i)[0]),
    );
    expect(single).toEqual(all);
  });

  it("float32 and float64 draw the same noise", () => {
    const stream = new RandomStream(5, "both");
    const wide = stream.uniform(new Float64Array(10_000), 0);
    const narrow = stream.uniform(new Float32Array(10_000), 0);
    // 2^-33 of the bits left out and 2^-25 of float32's rounding.
    narrow.forEach((u, i) => expect(Math.abs(u - (wide[i] ?? 0))).toBeLessThan(2 ** -33 + 2 ** -25));
    const wideNormal = stream.normal(new Float64Array(10_000), 0);
    // The density at |z| < 4.5 is above 1.5e-5, so 2^-33 in probability is below 8e-6.
    stream
      .normal(new Float32Array(10_000), 0)
      .forEach((z, i) => expect(Math.abs(z - (wideNormal[i] ?? 0))).toBeLessThan(8e-6));
  });

  it("reaches the last safe integer and refuses what lies outside", () => {
    const stream = new RandomStream(0);
    expect(stream.normal(new Float32Array(4), Number.MAX_SAFE_INTEGER - 4).every(Number.isFinite)).toBe(true);
    expect(stream.normal(new Float32Array(0), 7)).toEqual(new Float32Array(0));
    for (const position of [-1, 0.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER]) {
      expect(() => stream.normal(new Float32Array(4), position)).toThrow(UserError);
      expect(() => stream.bits(position)).toThrow(UserError);
    }
  });
});

describe("extreme words", () => {
  // Found by searching 2^32 words: at these positions the upper word is 0x00000000 and 0xffffffff.
  const lowest = { stream: new RandomStream(1), position: 364_375_560 };
  const highest = { stream: new RandomStream(2), position: 1_899_991_958 };

  it("stay finite and inside (0, 1)", () => {
    expect(lowest.stream.bits(lowest.position) >> 32n).toBe(0n);
    expect(highest.stream.bits(highest.position) >> 32n).toBe(0xffffffffn);
    const at = (out: Floats, { stream, position }: typeof lowest) => [
      stream.uniform(out, position)[0],
      stream.normal(out, position)[0],
    ];
    // From mpmath; without the factor 1 - 2^-24 the highest uniform would round to 1.
    expect(at(new Float32Array(1), lowest)).toEqual([1.1641531488804091e-10, -6.337957859039307]);
    expect(at(new Float32Array(1), highest)).toEqual([1 - 2 ** -24, 6.337957859039307]);
    const [u64 = 0, z64] = at(new Float64Array(1), highest);
    expect(u64).toBe(0.9999999401752356);
    expect(Math.fround(u64)).toBe(1 - 2 ** -24);
    expect(z64).toBeCloseTo(6.239048967590929, 14);
    expect(at(new Float64Array(1), lowest)[0]).toBe(8.63897790659249e-12);
    expect(at(new Float64Array(1), lowest)[1]).toBeCloseTo(-6.72735103466254, 14);
  });
});

describe("permutations", () => {
  it("a permutation holds every number once", () => {
    for (const n of [0, 1, 2, 3, 2049, 60_000]) {
      const order = new RandomStream(7, "shuffle", n).permutation(n);
      expect(order.toSorted()).toEqual(Int32Array.from({ length: n }, (_, i) => i));
    }
    const again = () => new RandomStream(7, "shuffle").permutation(1000);
    expect(again()).toEqual(again());
  });

  it("refuse bounds that have no meaning", () => {
    const stream = new RandomStream(0);
    for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 31 + 1]) {
      expect(() => stream.integers(new Int32Array(1), bound, 0)).toThrow(UserError);
    }
    for (const n of [-1, 1.5, Number.NaN]) expect(() => stream.permutation(n)).toThrow(UserError);
  });
});

describe("streams", () => {
  it("are named by the joined path and by the seed modulo 2^64", () => {
    const bits = (stream: RandomStream) => stream.bits(17);
    const expected = bits(new RandomStream(1, "noise/0"));
    expect(bits(new RandomStream(1, "noise", 0))).toBe(expected);
    expect(bits(new RandomStream(1n, "noise").child(0))).toBe(expected);
    expect(bits(new RandomStream(1).child("noise", "0"))).toBe(expected);
    expect(bits(new RandomStream(-1, "a"))).toBe(bits(new RandomStream(2n ** 64n - 1n, "a")));
    expect(new RandomStream(-1, "a").seed).toBe(2n ** 64n - 1n);
    expect(new RandomStream(1, "a", 2).path).toBe("a/2");
  });

  it("refuse a seed that is no 64-bit integer", () => {
    for (const seed of [0.5, Number.NaN, Infinity, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n]) {
      expect(() => new RandomStream(seed)).toThrow(UserError);
    }
    expect(() => new RandomStream(0.5)).toThrow(/seed must be an integer .* got 0\.5/);
  });
});
