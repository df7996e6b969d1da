/*
 * Only + - * / and Math.sqrt are used, which every JavaScript engine rounds correctly (IEEE 754), so the
 * results are the same bits everywhere. Math.log is left out because engines differ in its last bit.
 */

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * Natural logarithm of a positive number that is not subnormal. x = m 2^e with m in [sqrt(1/2), sqrt(2)], and
 * log m = 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.172, as its power series up to s^21, whose rest is
 * below 2^-60 of the sum.
 */
export function deterministicLog(x: number): number {
  float[0] = x;
  const bits = words[HIGH] ?? 0;
  let exponent = (bits >>> 20) - 1023;
  words[HIGH] = (bits & 0xfffff) | 0x3ff00000;
  let mantissa = float[0];
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  const upper = 1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z / 21)));
  const lower = 1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11 + z * upper))));
  return exponent * Math.LN2 + 2 * s * (1 + z * lower);
}

/** Ratio of polynomials for the central 85%, in r = 0.425^2 - q^2. */
function central(r: number): number {
  const a = 33430.575583588128105 + r * 2509.0809287301226727;
  const b = 67265.770927008700853 + r * a;
  const c = 13731.693765509461125 + r * (45921.953931549871457 + r * b);
  const top = 3.387132872796366608 + r * (133.14166789178437745 + r * (1971.5909503065514427 + r * c));
  const d = 28729.085735721942674 + r * 5226.495278852854561;
  const e = 39307.89580009271061 + r * d;
  const f = 5394.1960214247511077 + r * (21213.794301586595867 + r * e);
  return top / (1 + r * (42.313330701600911252 + r * (687.1870074920579083 + r * f)));
}

/** Ratio of polynomials for a probability down to exp(-25), in r = sqrt(-log p) - 1.6. */
function tail(r: number): number {
  const a = 0.0227238449892691845833 + r * 7.7454501427834140764e-4;
  const b = 1.27045825245236838258 + r * (0.24178072517745061177 + r * a);
  const c = 5.7694972214606914055 + r * (3.64784832476320460504 + r * b);
  const top = 1.42343711074968357734 + r * (4.6303378461565452959 + r * c);
  const d = 5.475938084995344946e-4 + r * 1.05075007164441684324e-9;
  const e = 0.14810397642748007459 + r * (0.0151986665636164571966 + r * d);
  const f = 1.6763848301838038494 + r * (0.68976733498510000455 + r * e);
  return top / (1 + r * (2.05319162663775882187 + r * f));
}

/** Ratio of polynomials for smaller probabilities, in r = sqrt(-log p) - 5. */
function farTail(r: number): number {
  const a = 2.71155556874348757815e-5 + r * 2.01033439929228813265e-7;
  const b = 0.026532189526576123093 + r * (0.0012426609473880784386 + r * a);
  const c = 1.7848265399172913358 + r * (0.29656057182850489123 + r * b);
  const top = 6.6579046435011037772 + r * (5.4637849111641143699 + r * c);
  const d = 1.4215117583164458887e-7 + r * 2.04426310338993978564e-15;
  const e = 7.868691311456132591e-4 + r * (1.8463183175100546818e-5 + r * d);
  const f = 0.13692988092273580531 + r * (0.0148753612908506148525 + r * e);
  return top / (1 + r * (0.59983220655588793769 + r * f));
}

/**
 * The standard normal deviate below which a share 1/2 + q of the distribution lies, to about 1e-15 relative;
 * odd in q. `q` must be strictly between -1/2 and 1/2.
 *
 * Taking q and not the probability keeps both tails equally exact. Follows algorithm AS 241 (PPND16) of
 * Wichura, "The percentage points of the normal distribution" (Applied Statistics 37, 1988).
 */
export function inverseNormal(q: number): number {
  if (q >= -0.425 && q <= 0.425) return q * central(0.180625 - q * q);
  const r = Math.sqrt(-deterministicLog(q < 0 ? 0.5 + q : 0.5 - q));
  const size = r <= 5 ? tail(r - 1.6) : farTail(r - 5);
  return q < 0 ? -size : size;
}
