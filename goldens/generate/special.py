"""Writes goldens/special-mpmath.json: special functions to 17 digits, computed by mpmath with 40."""

import json
import os

import mpmath as mp

mp.mp.dps = 40
xs = [mp.mpf(10) ** (mp.mpf(k) / 4) for k in range(-12, 13)]
tiny_and_huge = [mp.mpf("1e-20"), mp.mpf("1e-8"), mp.mpf("1e5"), mp.mpf("1e8")]
f = lambda values: [float(v) for v in values]
exact = lambda values: [mp.mpf(float(v)) for v in values]

x = exact(xs + tiny_and_huge)
out = {"meta": {"generator": f"mpmath {mp.__version__}, 40 digits, goldens/generate/special.py"}}
out["gamma"] = {
    "x": f(x),
    "lgamma": f(mp.loggamma(v) for v in x),
    "digamma": f(mp.digamma(v) for v in x),
    "trigamma": f(mp.polygamma(1, v) for v in x),
    "tetragamma": f(mp.polygamma(2, v) for v in x),
    "stirlingError": f(mp.loggamma(v) - ((v - 0.5) * mp.log(v) - v + mp.log(2 * mp.pi) / 2) for v in x),
    "logMinusDigamma": f(mp.log(v) - mp.digamma(v) for v in x),
}

pairs = [(a, b) for a in exact(["1e-6", "1e-3", "0.3", "1", "7.9", "50", "1e3", "1e6"]) for b in exact(["1e-6", "1e-2", "1", "8", "333", "1e6"])]
out["lbeta"] = {
    "a": f(a for a, _ in pairs),
    "b": f(b for _, b in pairs),
    "y": f(mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b) for a, b in pairs),
    "dA": f(mp.digamma(a) - mp.digamma(a + b) for a, b in pairs),
    "dB": f(mp.digamma(b) - mp.digamma(a + b) for a, b in pairs),
}

bx = exact([mp.mpf(10) ** (mp.mpf(k) / 3) for k in range(-9, 10)] + ["1e4", "1e5"])
out["bessel"] = []
for order in ["0", "0.5", "1", "2.5", "4", "7.3", "15", "16", "31.5", "49", "391"]:
    v = mp.mpf(float(order))
    rows = []
    for t in bx:
        with mp.workdps(60):
            i0, i1 = mp.besseli(v, t, maxterms=10**6), mp.besseli(v + 1, t, maxterms=10**6)
            r = i1 / i0
            rows.append((mp.log(i0), mp.log(i0) - v * mp.log(t), r, 1 - r, 1 - r * r - (2 * v + 1) / t * r))
    names = ["log", "logOverPower", "ratio", "complement", "ratioSlope"]
    out["bessel"].append({"order": float(order), "x": f(bx), **{n: f(row[i] for row in rows) for i, n in enumerate(names)}})


def log_quantile(a, u):
    z = (mp.mpf(u) * mp.gamma(a + 1)) ** (1 / a)
    if z < mp.mpf("1e-12"):
        return mp.log(z)
    g = lambda t: mp.gammainc(a, 0, mp.e**t, regularized=True) - u
    low, high = mp.log(z) - 1, mp.log(a + 40 * mp.sqrt(a) + 60)
    for _ in range(60):
        mid = (low + high) / 2
        low, high = (mid, high) if g(mid) < 0 else (low, mid)
    return low


def gamma_slope(a, logz):
    z = mp.e**logz
    total, slope, term, harmonic, n = mp.mpf(1), mp.mpf(0), mp.mpf(1), mp.mpf(0), 0
    while n < z or term > mp.mpf(10) ** -38 * total:
        n += 1
        term *= z / (a + n)
        harmonic += 1 / (a + n)
        total += term
        slope -= term * harmonic
    return -(total * (logz - mp.digamma(a + 1)) + slope) / a


rows = []
for a in exact(["1e-3", "1e-2", "0.1", "0.5", "1", "2", "5", "10", "30", "100", "1000"]):
    for u in ["1e-6", "1e-3", "0.1", "0.5", "0.9", "0.999", "0.999999"]:
        logz = mp.mpf(float(log_quantile(a, mp.mpf(u))))
        z = mp.mpf(float(mp.e**logz))
        rows.append((a, logz, gamma_slope(a, logz), z, mp.gammainc(a, 0, z, regularized=True), mp.gammainc(a, z, mp.inf, regularized=True)))
names = ["a", "logZ", "dLogZ", "z", "p", "q"]
out["incompleteGamma"] = {n: f(row[i] for row in rows) for i, n in enumerate(names)}

# What the shared special.json has of PyTorch's approximation, exactly; and draws of small concentrations.
with open(os.path.join(os.path.dirname(__file__), "..", "special.json")) as file:
    shared = json.load(file)["gammaPathwise"]
points = [(mp.mpf(a), mp.mpf(z)) for a, z in zip(shared["concentration"], shared["sample"])]
points += [(mp.mpf(a), mp.mpf(z)) for a in (1 / 512, 1 / 64, 3 / 16, 7 / 16, 5 / 8) for z in (1 / 4096, 1 / 256, 1 / 32, 3 / 8, 5 / 8, 2)]
out["gammaPathwise"] = {
    "concentration": f(a for a, _ in points),
    "sample": f(z for _, z in points),
    "grad": f(gamma_slope(a, mp.log(z)) * z for a, z in points),
}

rows = []
for k in exact(["1e-3", "0.1", "1", "2", "5", "10", "30", "100", "1000"]):
    a = mp.besseli(1, k) / mp.besseli(0, k)
    for deviate in ["0.001", "0.3", "-1", "2", "-3.5", "5"]:
        angle = mp.mpf(deviate) / mp.sqrt(k)
        if abs(angle) > mp.mpf("3.14"):
            angle = mp.mpf(deviate) / mp.mpf("1.7")
        angle = mp.mpf(float(angle))
        g = lambda t: (mp.cos(t) - a) * mp.e ** (k * (mp.cos(t) - mp.cos(angle)))
        rows.append((k, angle, -mp.quad(g, mp.linspace(0, angle, 9))))
names = ["concentration", "angle", "slope"]
out["vonMises"] = {n: f(row[i] for row in rows) for i, n in enumerate(names)}

ys = exact(["-0.999999999", "-0.9", "-0.3", "-1e-8", "1e-300", "1e-3", "0.5", "0.84", "0.86", "0.999", "0.9999999999999"])
ps = exact(["1e-300", "1e-30", "1e-11", "1e-6", "0.01", "0.0751", "0.3", "0.5", "0.8", "0.95", "0.999999"])
quantile = lambda p: mp.findroot(lambda t: mp.log(mp.ncdf(t)) - mp.log(p), -mp.sqrt(-2 * mp.log(p)) if p < mp.mpf("0.01") else mp.sqrt(2) * mp.erfinv(2 * p - 1))
out["quantile"] = {
    "y": f(ys),
    "erfinv": f(mp.erfinv(v) for v in ys),
    "p": f(ps),
    "ndtri": f(quantile(v) for v in ps),
}

path = os.path.join(os.path.dirname(__file__), "..", "special-mpmath.json")
with open(path, "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
