"""Writes goldens/distributions-mpmath.json: log-densities, entropies and KL divergences at ordinary and extreme
parameters, from the textbook formulas with 50 digits (mpmath); KL divergences by numerical integration."""

import json
import os
import random
import struct

import mpmath as mp

mp.mp.dps = 50
random.seed(1)
log, exp, lg, psi = mp.log, mp.exp, mp.loggamma, mp.digamma
lbeta = lambda a, b: lg(a) + lg(b) - lg(a + b)


def held(x):
    """x as float32 holds it, so that both types compute with the same numbers."""
    return mp.mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def spread(low, high):
    """A number even in its logarithm."""
    return held(mp.e ** random.uniform(float(log(low)), float(log(high))))


def between(low, high):
    return held(random.uniform(low, high))


def kumaraswamy_entropy(a, b):
    return (1 - 1 / b) + (1 - 1 / a) * (psi(b + 1) + mp.euler) - log(a * b)


def cb_norm(l):
    return log(mp.expm1(l) / l)


def cb_mean(l):
    return 1 / (1 - exp(-l)) - 1 / l


I0 = lambda k: mp.besseli(0, k)
I1 = lambda k: mp.besseli(1, k)
families = {
    "Gamma": (
        lambda: dict(concentration=spread(1e-2, 1e3), rate=spread(1e-2, 1e2)),
        lambda p: p["concentration"] / p["rate"] * spread(0.5, 2),
        lambda p, x: p["concentration"] * log(p["rate"]) + (p["concentration"] - 1) * log(x) - p["rate"] * x - lg(p["concentration"]),
        lambda p: p["concentration"] - log(p["rate"]) + lg(p["concentration"]) + (1 - p["concentration"]) * psi(p["concentration"]),
    ),
    "Beta": (
        lambda: dict(concentration1=spread(1e-2, 1e3), concentration0=spread(1e-2, 1e3)),
        lambda p: min(mp.mpf("0.9999"), p["concentration1"] / (p["concentration1"] + p["concentration0"]) * spread(0.8, 1.2)),
        lambda p, x: (p["concentration1"] - 1) * log(x) + (p["concentration0"] - 1) * mp.log1p(-x) - lbeta(p["concentration1"], p["concentration0"]),
        lambda p: lbeta(p["concentration1"], p["concentration0"]) - (p["concentration1"] - 1) * psi(p["concentration1"]) - (p["concentration0"] - 1) * psi(p["concentration0"]) + (p["concentration1"] + p["concentration0"] - 2) * psi(p["concentration1"] + p["concentration0"]),
    ),
    "StudentT": (
        lambda: dict(df=spread(0.1, 1e3), loc=between(-3, 3), scale=spread(1e-2, 1e2)),
        lambda p: p["loc"] + p["scale"] * between(-5, 5),
        lambda p, x: lg((p["df"] + 1) / 2) - lg(p["df"] / 2) - log(mp.pi * p["df"]) / 2 - log(p["scale"]) - (p["df"] + 1) / 2 * mp.log1p(((x - p["loc"]) / p["scale"]) ** 2 / p["df"]),
        lambda p: (p["df"] + 1) / 2 * (psi((p["df"] + 1) / 2) - psi(p["df"] / 2)) + log(p["df"]) / 2 + lbeta(p["df"] / 2, mp.mpf(1) / 2) + log(p["scale"]),
    ),
    "Kumaraswamy": (
        lambda: dict(concentration1=spread(0.05, 50), concentration0=spread(0.05, 50)),
        lambda p: between(0.05, 0.95),
        lambda p, x: log(p["concentration1"] * p["concentration0"]) + (p["concentration1"] - 1) * log(x) + (p["concentration0"] - 1) * log(1 - x ** p["concentration1"]),
        lambda p: kumaraswamy_entropy(p["concentration1"], p["concentration0"]),
    ),
    "VonMises": (
        lambda: dict(loc=between(-3, 3), concentration=spread(1e-3, 1e3)),
        lambda p: p["loc"] + between(-2, 2) / mp.sqrt(1 + p["concentration"]),
        lambda p, x: p["concentration"] * mp.cos(x - p["loc"]) - log(2 * mp.pi * I0(p["concentration"])),
        lambda p: log(2 * mp.pi * I0(p["concentration"])) - p["concentration"] * I1(p["concentration"]) / I0(p["concentration"]),
    ),
    "ContinuousBernoulli": (
        lambda: dict(logits=spread(1e-4, 50) * random.choice([-1, 1])),
        lambda p: between(0, 1),
        lambda p, x: p["logits"] * x - cb_norm(p["logits"]),
        lambda p: cb_norm(p["logits"]) - p["logits"] * cb_mean(p["logits"]),
    ),
}

out = {"meta": {"generator": f"mpmath {mp.__version__}, 50 digits, goldens/generate/distributions.py"}, "cases": [], "kl": []}
f = lambda values: [float(v) for v in values]
for name, (params, draw, log_prob, entropy) in families.items():
    rows = [params() for _ in range(24)]
    xs = [held(draw(p)) for p in rows]
    slopes = {}
    for key in rows[0]:
        slopes[key] = f(mp.diff(lambda v, p=p, x=x: log_prob({**p, key: v}, x), p[key], h=p[key] * mp.mpf("1e-15")) for p, x in zip(rows, xs))
    out["cases"].append({
        "distribution": name,
        "params": {key: f(p[key] for p in rows) for key in rows[0]},
        "x": f(xs),
        "logProb": f(log_prob(p, x) for p, x in zip(rows, xs)),
        "dLogProb": slopes,
        "entropy": f(entropy(p) for p in rows),
    })


# Log-densities and supports for divergences by integration, at moderate parameters.
density = {
    "normal": (lambda: dict(loc=between(-1, 1), scale=spread(0.5, 2)), lambda p, x: -((x - p["loc"]) / p["scale"]) ** 2 / 2 - log(p["scale"]) - log(2 * mp.pi) / 2),
    "gumbel": (lambda: dict(loc=between(-1, 1), scale=spread(0.5, 2)), lambda p, x: -(x - p["loc"]) / p["scale"] - exp(-(x - p["loc"]) / p["scale"]) - log(p["scale"])),
    "logistic": (lambda: dict(loc=between(-1, 1), scale=spread(0.5, 2)), lambda p, x: -abs(x - p["loc"]) / p["scale"] - 2 * mp.log1p(exp(-abs(x - p["loc"]) / p["scale"])) - log(p["scale"])),
    "exponential": (lambda: dict(rate=spread(0.5, 2)), lambda p, x: log(p["rate"]) - p["rate"] * x),
    "half-normal": (lambda: dict(scale=spread(0.5, 2)), lambda p, x: -(x / p["scale"]) ** 2 / 2 - log(p["scale"]) + log(2 / mp.pi) / 2),
    "gamma": (lambda: dict(concentration=spread(1.2, 4), rate=spread(0.5, 2)), families["Gamma"][2]),
    "beta": (lambda: dict(concentration1=spread(1.2, 4), concentration0=spread(1.2, 4)), families["Beta"][2]),
    "kumaraswamy": (lambda: dict(concentration1=spread(1.2, 4), concentration0=spread(1.2, 4)), families["Kumaraswamy"][2]),
    "continuous-bernoulli": (lambda: dict(logits=between(-4, 4)), families["ContinuousBernoulli"][2]),
    "uniform": (lambda: dict(low=between(0.05, 0.3), high=between(0.5, 0.9)), lambda p, x: -log(p["high"] - p["low"])),
}
ranges = {"normal": (-mp.inf, mp.inf), "gumbel": (-12, 80), "logistic": (-90, 90), "exponential": (0, mp.inf), "half-normal": (0, mp.inf), "gamma": (0, mp.inf)}
mp.mp.dps = 25
for p_name, q_name in [
    ("beta", "gamma"), ("beta", "exponential"), ("beta", "normal"), ("beta", "continuous-bernoulli"),
    ("continuous-bernoulli", "continuous-bernoulli"), ("continuous-bernoulli", "exponential"), ("continuous-bernoulli", "normal"),
    ("kumaraswamy", "normal"), ("kumaraswamy", "exponential"), ("half-normal", "normal"), ("half-normal", "exponential"), ("logistic", "normal"),
    ("uniform", "beta"), ("uniform", "continuous-bernoulli"), ("uniform", "exponential"), ("uniform", "gamma"), ("uniform", "gumbel"), ("uniform", "half-normal"),
    ("exponential", "half-normal"), ("gamma", "half-normal"),
]:
    rows = []
    for _ in range(3):
        p, q = density[p_name][0](), density[q_name][0]()
        lp, lq = density[p_name][1], density[q_name][1]
        low, high = (p["low"], p["high"]) if p_name == "uniform" else ranges.get(p_name, (0, 1))
        middle = (low + high) / 2 if high != mp.inf else (0 if low == -mp.inf else 1)
        points = [low, middle, 10, high] if high == mp.inf else [low, middle, high]
        if p_name in ("logistic",):
            points = [-90, -20, p["loc"], 20, 90]
        rows.append((p, q, mp.quad(lambda x: exp(lp(p, x)) * (lp(p, x) - lq(q, x)), points)))
    out["kl"].append({
        "p": {"distribution": p_name, "params": {k: f(r[0][k] for r in rows) for k in rows[0][0]}},
        "q": {"distribution": q_name, "params": {k: f(r[1][k] for r in rows) for k in rows[0][1]}},
        "kl": f(r[2] for r in rows),
    })

path = os.path.join(os.path.dirname(__file__), "..", "distributions-mpmath.json")
with open(path, "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
