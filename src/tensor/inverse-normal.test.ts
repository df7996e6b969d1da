import { describe, expect, it } from "vitest";
import { deterministicLog, inverseNormal } from "./inverse-normal.js";

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

describe("inverseNormal", () => {
  // sqrt(2) erfinv(2 q), mpmath 1.3 with 40 digits; the borders of the three pieces lie between the rows.
  const expected: readonly [q: number, z: number][] = [
    [2 ** -40, 2.2797651350911116e-12],
    [1 / 8, 0.31863936396437514],
    [0.424999, 1.4395244066035215],
    [0.4250001, 1.4395321773759004],
    [0.49, 2.3263478740408408],
    [0.4999, 3.7190164854557084],
    [0.5 - 2 ** -20, 4.7630010342678135],
    [0.5 - 2 ** -33, 6.3379577545537895],
    [0.5 - 2 ** -36, 6.651035379893011],
    [0.5 - 2 ** -37, 6.752300431407015],
    [0.5 - 2 ** -40, 7.047700256664409],
    [0.5 - 2 ** -53, 8.209536151601387],
  ];

  // AS 241 is good to 1e-16 and each of about 20 operations rounds; 6.3e-16 is the worst seen in 4,000 points.
  it.each(expected)("at q = %d is %d", (q, z) => {
    expect(relativeError(inverseNormal(q), z)).toBeLessThan(1e-15);
    expect(inverseNormal(-q)).toBe(-inverseNormal(q));
  });

  it("is zero in the middle and rises everywhere", () => {
    expect(inverseNormal(0)).toBe(0);
    for (let i = -2000, last = -Infinity; i <= 2000; i++) {
      const z = inverseNormal(i / 4001);
      expect(z).toBeGreaterThan(last);
      last = z;
    }
  });
});

describe("deterministicLog", () => {
  // mpmath 1.3 with 40 digits.
  it.each([
    [1e-300, -690.7755278982137],
    [0.1, -2.3025850929940455],
    [0.7071, -0.346583180371942],
    [0.7072, -0.3464417676587033],
    [1 - 2 ** -53, -1.1102230246251565e-16],
    [1.4142, 0.3465640001880033],
    [1.4143, 0.34663470904431704],
    [3, 1.0986122886681098],
    [1e300, 690.7755278982137],
  ])("of %d is %d", (x, log) => {
    expect(relativeError(deterministicLog(x), log)).toBeLessThan(5e-16);
  });

  it("of powers of two is exact to the rounding of ln 2", () => {
    for (let e = -1022; e <= 1023; e++) expect(deterministicLog(2 ** e)).toBe(e * Math.LN2);
  });
});
