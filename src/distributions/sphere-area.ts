/** The logarithm of the gamma function at n / 2 for a whole n from 1 on. */
export function logGammaOfHalf(n: number): number {
  let total = n % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) total += Math.log(k / 2);
  return total;
}

/** The logarithm of the area of the unit sphere in `n` dimensions (n = 2: of the circle, log 2 pi). */
export function logSphereArea(n: number): number {
  return Math.log(2) + (n / 2) * Math.log(Math.PI) - logGammaOfHalf(n);
}
