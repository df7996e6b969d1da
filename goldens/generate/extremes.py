"""Writes goldens/distribution-extremes.json: log-densities and their derivatives, means, variances and entropies at the
ends of parameters and of supports, and outside; from the textbook formulas with 150 digits (mpmath).

    python3 goldens/generate/extremes.py

NaN and infinities are written as text. Where the log-density is infinite at an end of the support, it says "end"."""

import itertools
import json
import os
import struct

import mpmath as mp

mp.mp.dps = 150
inf, nan = mp.inf, mp.nan
log, exp, lg, psi, pi = mp.log, mp.exp, mp.loggamma, mp.psi, mp.pi
mpf = mp.mpf
lbeta = lambda a, b: lg(a) + lg(b) - lg(a + b)
xlog = lambda a, x: mpf(0) if a == 0 else (a * log(x) if x > 0 else (-inf if a > 0 else inf))
xlog1m = lambda a, x: xlog(a, 1 - x) if x == 1 else a * mp.log1p(-x)
inside = lambda ok, f: f() if ok else -inf
f32 = lambda x: mpf(struct.unpack("f", struct.pack("f", float(x)))[0])
held = lambda values: [f32(v) for v in values]

SCALES = held([1e-20, 1e-6, 1, 1e6, 1e18])
LOCS = held([0, -3])
T = held([-1e4, -30, -0.5, 0, 1e-5, 3, 1e6])
CONC = held([1e-6, 1e-2, 0.5, 1, 2, 7.75, 1e3, 1e6])
RATES = held([1e-18, 1e-3, 1, 1e18])
z = lambda p, x: (x - p["loc"]) / p["scale"]
params = lambda **lists: [dict(zip(lists, row)) for row in itertools.product(*lists.values())]
around = lambda p: [f32(p["loc"] + p["scale"] * t) for t in T]
loc_scale = lambda: params(loc=LOCS, scale=SCALES)
UNIT = [mpf(-0.5), mpf(0), f32(1e-30), f32(1e-6), mpf(0.25), mpf(0.75), 1 - mpf(2) ** -20, mpf(1), mpf(1.5)]


def positive_xs(middle):
    return [mpf(-1), mpf(0)] + held([middle * s for s in (1e-12, 1e-3, 1, 3, 1e3)])


def cbn(l):
    return mpf(0) if l == 0 else log(mp.expm1(l) / l)


def moments_t(p):
    df = p["df"]
    mean = p["loc"] if df > 1 else nan
    return mean, (p["scale"] ** 2 * df / (df - 2) if df > 2 else inf if df > 1 else nan)


def gamma_entropy(a):
    return a + lg(a) + (1 - a) * psi(0, a)


def kumaraswamy_moment(n, p):
    return exp(log(p["concentration0"]) + lbeta(1 + n / p["concentration1"], p["concentration0"]))


def harmonic(b):
    return psi(0, b + 1) + mp.euler


def bernoulli_mean(l):
    return 1 / (1 + exp(-l))


def softplus(l):
    return mp.log1p(exp(-abs(l))) + max(l, mpf(0))


def vm_ratio(k):
    return mp.besseli(1, k) / mp.besseli(0, k)


# name: parameters, points, log-density, (mean, variance), entropy
F = {
    "normal": (loc_scale(), around, lambda p, x: -z(p, x) ** 2 / 2 - log(p["scale"]) - log(2 * pi) / 2,
        lambda p: (p["loc"], p["scale"] ** 2), lambda p: log(p["scale"]) + log(2 * pi) / 2 + mpf(1) / 2),
    "laplace": (loc_scale(), around, lambda p, x: -abs(z(p, x)) - log(2 * p["scale"]),
        lambda p: (p["loc"], 2 * p["scale"] ** 2), lambda p: log(2 * p["scale"]) + 1),
    "logistic": (loc_scale(), around, lambda p, x: -abs(z(p, x)) - log(p["scale"]) - 2 * mp.log1p(exp(-abs(z(p, x)))),
        lambda p: (p["loc"], p["scale"] ** 2 * pi**2 / 3), lambda p: log(p["scale"]) + 2),
    "gumbel": (loc_scale(), lambda p: [x for x in around(p) if z(p, x) > -40], lambda p, x: -z(p, x) - exp(-z(p, x)) - log(p["scale"]),
        lambda p: (p["loc"] + p["scale"] * mp.euler, p["scale"] ** 2 * pi**2 / 6), lambda p: log(p["scale"]) + 1 + mp.euler),
    "cauchy": (loc_scale(), around, lambda p, x: -log(pi * p["scale"]) - mp.log1p(z(p, x) ** 2), None, lambda p: log(4 * pi * p["scale"])),
    "student-t": (params(df=held([1e-3, 0.5, 1.5, 2.5, 30, 1e4, 1e8]), loc=LOCS, scale=SCALES), around,
        lambda p, x: -lbeta(p["df"] / 2, mpf(1) / 2) - log(p["df"]) / 2 - log(p["scale"]) - (p["df"] + 1) / 2 * mp.log1p(z(p, x) ** 2 / p["df"]),
        moments_t, lambda p: (p["df"] + 1) / 2 * (psi(0, (p["df"] + 1) / 2) - psi(0, p["df"] / 2)) + log(p["df"]) / 2 + lbeta(p["df"] / 2, mpf(1) / 2) + log(p["scale"])),
    "half-normal": (params(scale=SCALES), lambda p: positive_xs(p["scale"]),
        lambda p, x: inside(x >= 0, lambda: -((x / p["scale"]) ** 2) / 2 - log(p["scale"]) + log(2 / pi) / 2),
        lambda p: (p["scale"] * mp.sqrt(2 / pi), p["scale"] ** 2 * (1 - 2 / pi)), lambda p: log(p["scale"]) + log(pi / 2) / 2 + mpf(1) / 2),
    "exponential": (params(rate=RATES), lambda p: positive_xs(1 / p["rate"]), lambda p, x: inside(x >= 0, lambda: log(p["rate"]) - p["rate"] * x),
        lambda p: (1 / p["rate"], 1 / p["rate"] ** 2), lambda p: 1 - log(p["rate"])),
    "gamma": (params(concentration=CONC, rate=RATES), lambda p: positive_xs(p["concentration"] / p["rate"]),
        lambda p, x: inside(x >= 0, lambda: p["concentration"] * log(p["rate"]) + xlog(p["concentration"] - 1, x) - p["rate"] * x - lg(p["concentration"])),
        lambda p: (p["concentration"] / p["rate"], p["concentration"] / p["rate"] ** 2), lambda p: gamma_entropy(p["concentration"]) - log(p["rate"])),
    "beta": (params(concentration1=CONC, concentration0=CONC), lambda p: UNIT,
        lambda p, x: inside(0 <= x <= 1, lambda: xlog(p["concentration1"] - 1, x) + xlog1m(p["concentration0"] - 1, x) - lbeta(p["concentration1"], p["concentration0"])),
        lambda p: (p["concentration1"] / sum(p.values()), p["concentration1"] * p["concentration0"] / sum(p.values()) ** 2 / (sum(p.values()) + 1)),
        lambda p: lbeta(*p.values()) - (p["concentration1"] - 1) * psi(0, p["concentration1"]) - (p["concentration0"] - 1) * psi(0, p["concentration0"]) + (sum(p.values()) - 2) * psi(0, sum(p.values()))),
    "kumaraswamy": (params(concentration1=held([1e-2, 0.5, 1, 2, 7.75, 100]), concentration0=held([1e-2, 0.5, 1, 2, 7.75, 1e3])), lambda p: UNIT,
        lambda p, x: inside(0 <= x <= 1, lambda: log(p["concentration1"] * p["concentration0"]) + xlog(p["concentration1"] - 1, x) + xlog(p["concentration0"] - 1, 1 - x ** p["concentration1"])),
        lambda p: (kumaraswamy_moment(1, p), kumaraswamy_moment(2, p) - kumaraswamy_moment(1, p) ** 2),
        lambda p: (1 - 1 / p["concentration0"]) + (1 - 1 / p["concentration1"]) * harmonic(p["concentration0"]) - log(p["concentration1"] * p["concentration0"])),
    "log-normal": (params(loc=held([0, -3, 20]), scale=held([1e-3, 1, 5])), lambda p: positive_xs(exp(p["loc"])),
        lambda p, x: inside(x > 0, lambda: -(((log(x) - p["loc"]) / p["scale"]) ** 2) / 2 - log(x) - log(p["scale"]) - log(2 * pi) / 2),
        lambda p: (exp(p["loc"] + p["scale"] ** 2 / 2), mp.expm1(p["scale"] ** 2) * exp(2 * p["loc"] + p["scale"] ** 2)), lambda p: log(p["scale"]) + p["loc"] + log(2 * pi) / 2 + mpf(1) / 2),
    "uniform": ([dict(low=f32(a), high=f32(a + w)) for a, w in ((0, 1e-20), (-3, 1e-3), (0, 1), (-1e18, 2e18))],
        lambda p: [p["low"] - max(1, p["high"] - p["low"]), p["low"], (p["low"] + p["high"]) / 2, p["high"], p["high"] + 1e18], lambda p, x: inside(p["low"] <= x <= p["high"], lambda: -log(p["high"] - p["low"])),
        lambda p: ((p["low"] + p["high"]) / 2, (p["high"] - p["low"]) ** 2 / 12), lambda p: log(p["high"] - p["low"])),
    "poisson": (params(rate=held([0, 1e-18, 1e-3, 1, 30, 1e6])), lambda p: [mpf(k) for k in (-2, -1, 0, 1, 2, 100, 10**6)],
        lambda p, x: inside(x >= 0, lambda: (xlog(x, p["rate"]) - p["rate"] - lg(x + 1))), lambda p: (p["rate"], p["rate"]), None),
    "bernoulli": (params(logits=held([-1e4, -100, -1e-6, 0, 0.5, 40, 1e4])), lambda p: [mpf(0), mpf(0.25), mpf(1)],
        lambda p, x: x * p["logits"] - softplus(p["logits"]), lambda p: (bernoulli_mean(p["logits"]), bernoulli_mean(p["logits"]) * bernoulli_mean(-p["logits"])),
        lambda p: softplus(p["logits"]) - p["logits"] * bernoulli_mean(p["logits"])),
    "continuous-bernoulli": (params(logits=held([-1e4, -100, -0.5, -1e-6, 0, 1e-12, 0.25, 40, 1e4])), lambda p: UNIT,
        lambda p, x: inside(0 <= x <= 1, lambda: x * p["logits"] - cbn(p["logits"])),
        lambda p: (mp.diff(cbn, p["logits"], h=mpf(10) ** -40) if abs(p["logits"]) < 1e-3 else 1 / (1 - exp(-p["logits"])) - 1 / p["logits"],
                   mpf(1) / 12 - p["logits"] ** 2 / 240 if abs(p["logits"]) < 1e-3 else 1 / p["logits"] ** 2 - exp(-abs(p["logits"])) / (1 - exp(-abs(p["logits"]))) ** 2),
        lambda p: cbn(p["logits"]) - p["logits"] * (mpf(1) / 2 + p["logits"] / 12 if abs(p["logits"]) < 1e-3 else 1 / (1 - exp(-p["logits"])) - 1 / p["logits"])),
    "von-mises": (params(loc=held([0, 3]), concentration=held([1e-6, 0.1, 1, 50, 1e4, 1e6])), lambda p: held([-3.14, -0.5, 0, 1e-4, 3]),
        lambda p, x: p["concentration"] * mp.cos(x - p["loc"]) - log(2 * pi * mp.besseli(0, p["concentration"])),
        lambda p: (p["loc"], 1 - vm_ratio(p["concentration"])), lambda p: log(2 * pi * mp.besseli(0, p["concentration"])) - p["concentration"] * vm_ratio(p["concentration"])),
}


def gumbel_kl(p, q):
    r, t = p["scale"] / q["scale"], (p["loc"] - q["loc"]) / q["scale"]
    return -log(r) + mp.euler * (r - 1) + t + exp(-t + lg(r + 1)) - 1


def beta_kl(p, q):
    (a, b), (c, d) = p.values(), q.values()
    return lbeta(c, d) - lbeta(a, b) + (a - c) * psi(0, a) + (b - d) * psi(0, b) + (c - a + d - b) * psi(0, a + b)


def laplace_kl(p, q):
    d = abs(p["loc"] - q["loc"])
    return log(q["scale"] / p["scale"]) + d / q["scale"] + p["scale"] / q["scale"] * exp(-d / p["scale"]) - 1


def cb_kl(p, q):
    mean = F["continuous-bernoulli"][3](p)[0] if p["logits"] else mpf(1) / 2
    return mean * (p["logits"] - q["logits"]) - cbn(p["logits"]) + cbn(q["logits"])


def vm_kl(p, q):
    a, b = p["concentration"], q["concentration"]
    return vm_ratio(a) * (a - b * mp.cos(p["loc"] - q["loc"])) + log(mp.besseli(0, b)) - log(mp.besseli(0, a))


# KL divergences of a family from itself
KL = {
    "normal": lambda p, q: log(q["scale"] / p["scale"]) + (p["scale"] ** 2 + (p["loc"] - q["loc"]) ** 2) / (2 * q["scale"] ** 2) - mpf(1) / 2,
    "laplace": laplace_kl,
    "gumbel": gumbel_kl,
    "half-normal": lambda p, q: log(q["scale"] / p["scale"]) + p["scale"] ** 2 / (2 * q["scale"] ** 2) - mpf(1) / 2,
    "exponential": lambda p, q: log(p["rate"] / q["rate"]) + q["rate"] / p["rate"] - 1,
    "gamma": lambda p, q: (p["concentration"] - q["concentration"]) * psi(0, p["concentration"]) - lg(p["concentration"]) + lg(q["concentration"])
        + q["concentration"] * log(p["rate"] / q["rate"]) + p["concentration"] * (q["rate"] - p["rate"]) / p["rate"],
    "beta": beta_kl,
    "poisson": lambda p, q: (q["rate"] if p["rate"] == 0 else inf if q["rate"] == 0 else p["rate"] * log(p["rate"] / q["rate"]) - p["rate"] + q["rate"]),
    "bernoulli": lambda p, q: softplus(q["logits"]) - softplus(p["logits"]) + bernoulli_mean(p["logits"]) * (p["logits"] - q["logits"]),
    "continuous-bernoulli": cb_kl,
    "von-mises": vm_kl,
}


def slope(f, at):
    """The derivative, from both sides; NaN where f isn't finite around."""
    h = (abs(at) if at != 0 else mpf(1)) * mpf(10) ** -60
    low, high = f(at - h), f(at + h)
    return (high - low) / (2 * h) if mp.isfinite(low) and mp.isfinite(high) else nan


def at_end(name, x):
    return name not in ("uniform", "poisson") and x in (0, 1)


def text(x):
    x = float(x)
    return x if x == x and abs(x) != inf else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


cases = []
for name, (rows, points, log_prob, moments, entropy) in F.items():
    pairs = [(p, x) for p in rows for x in points(p)]
    case = {
        "distribution": name,
        "params": {key: [text(p[key]) for p in rows] for key in rows[0]},
        "points": max(len(points(p)) for p in rows),
        "row": [rows.index(p) for p, _ in pairs],
        "x": [text(x) for _, x in pairs],
        "logProb": ["end" if at_end(name, x) and abs(log_prob(p, x)) == inf else text(log_prob(p, x)) for p, x in pairs],
        "dLogProb": {},
    }
    for key in rows[0]:
        listed = []
        for p, x in pairs:
            value = log_prob(p, x)
            usable = mp.isfinite(value) and not (name == "poisson" and p["rate"] == 0) and name != "uniform"
            listed.append(text(slope(lambda v: log_prob({**p, key: v}, x), p[key])) if usable else "NaN")
        case["dLogProb"][key] = listed
    if moments:
        case["mean"], case["variance"] = ([text(moments(p)[i]) for p in rows] for i in (0, 1))
    if entropy:
        case["entropy"] = [text(entropy(p)) for p in rows]
    if name in KL:
        # Each with each, or some hundred of them
        all_pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
        chosen = all_pairs[:: max(1, len(all_pairs) // 150)]
        case["kl"] = [[i, j, text(KL[name](rows[i], rows[j]))] for i, j in chosen]
    cases.append(case)

path = os.path.join(os.path.dirname(__file__), "..", "distribution-extremes.json")
with open(path, "w") as file:
    file.write('{"cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
