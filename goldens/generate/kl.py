"""Writes goldens/kl-mpmath.json: KL divergences of all pairs with a closed form and their gradients, at ordinary, extreme
and nearly equal parameters that float32 holds exactly; from the textbook formulas with 40 digits (mpmath)."""

import json
import os
import random
import struct

import mpmath as mp

random.seed(7)
mp.mp.dps = 40
log, exp, lg, psi, sqrt = mp.log, mp.exp, mp.loggamma, mp.digamma, mp.sqrt
pi = mp.pi
def f32(x): return mp.mpf(struct.unpack('f', struct.pack('f', float(x)))[0])
def lu(a, b): return f32(mp.e ** random.uniform(float(log(a)), float(log(b))))
def un(a, b): return f32(random.uniform(a, b))
def sg(): return random.choice([-1, 1])
def lbeta(a, b): return lg(a) + lg(b) - lg(a + b)
def sp(l): return mp.log1p(exp(-abs(l))) + max(l, mp.mpf(0))
def sig(l): return 1 / (1 + exp(-l))
H = log(2 * pi) / 2
I = lambda v, k: mp.besseli(v, k)
def cbn(l): return log(mp.expm1(l) / l)
def cbm(l): return 1 / (1 - exp(-l)) - 1 / l
def cbv(l): return 1 / l**2 - exp(-abs(l)) / (1 - exp(-abs(l)))**2

# name: level -> (params, x); logp(p, x); entropy, mean, var
def scale_(lv): return lu(0.1, 10) if lv == 0 else lu(1e-3, 1e3)
def loc_(lv): return un(-3, 3) if lv == 0 else f32(sg() * lu(1e-3, 1e2))
def conc(lv): return lu(0.2, 20) if lv == 0 else lu(1e-3, 1e3)
def away(lv): return un(-4, 4) if lv == 0 else f32(sg() * lu(1e-3, 30))
ls = lambda lv: dict(loc=loc_(lv), scale=scale_(lv))
lx = lambda p, lv: f32(p['loc'] + p['scale'] * away(lv))
z = lambda p, x: (x - p['loc']) / p['scale']
def gumbel_away(lv): return un(-2, 6) if lv == 0 else un(-4, 40)
def beta_x(p, lv):
    m = p['concentration1'] / (p['concentration1'] + p['concentration0'])
    if lv == 0: return un(0.02, 0.98)
    s = sqrt(m*(1-m)/(p['concentration1']+p['concentration0']+1))
    return f32(min(max(m + s * un(-2, 2), mp.mpf('1e-6')), mp.mpf('0.9999')))
def kmom(n, p): return p['concentration0'] * mp.beta(1 + n / p['concentration1'], p['concentration0'])
ab = lambda lv: dict(concentration1=conc(lv), concentration0=conc(lv))
def kum(lv): return dict(concentration1=lu(0.2, 20) if lv == 0 else lu(1e-2, 1e2), concentration0=lu(0.2, 20) if lv == 0 else lu(1e-2, 1e2))
def kum_x(p, lv):
    u = random.uniform(0.02, 0.98)
    x = (1 - mp.mpf(u) ** (1 / p['concentration0'])) ** (1 / p['concentration1'])
    return f32(min(max(x, mp.mpf('1e-30')), mp.mpf('0.9999')))
def t_ent(p): return (p['df'] + 1) / 2 * (psi((p['df'] + 1) / 2) - psi(p['df'] / 2)) + log(p['df']) / 2 + lbeta(p['df'] / 2, mp.mpf(1) / 2) + log(p['scale'])
def uni(lv):
    a = loc_(lv); return dict(low=a, high=f32(a + scale_(lv)))
def ent_b(l): return sp(l) - l * sig(l)
nan = None
F = {
 'normal': (ls, lx, lambda p, x: -z(p, x)**2/2 - log(p['scale']) - H, lambda p: log(p['scale']) + H + mp.mpf(1)/2, lambda p: p['loc'], lambda p: p['scale']**2),
 'laplace': (ls, lx, lambda p, x: -abs(z(p, x)) - log(2*p['scale']), lambda p: log(2*p['scale']) + 1, lambda p: p['loc'], lambda p: 2*p['scale']**2),
 'logistic': (ls, lx, lambda p, x: -abs(z(p, x)) - log(p['scale']) - 2*mp.log1p(exp(-abs(z(p, x)))), lambda p: log(p['scale']) + 2, lambda p: p['loc'], lambda p: p['scale']**2*pi**2/3),
 'student-t': (lambda lv: dict(df=lu(2.1, 50) if lv == 0 else lu(0.1, 1e3), **ls(lv)), lx,
    lambda p, x: lg((p['df']+1)/2) - lg(p['df']/2) - log(pi*p['df'])/2 - log(p['scale']) - (p['df']+1)/2*mp.log1p(z(p, x)**2/p['df']), t_ent,
    lambda p: p['loc'] if p['df'] > 1 else None, lambda p: p['scale']**2*p['df']/(p['df']-2) if p['df'] > 2 else None),
 'cauchy': (ls, lx, lambda p, x: -log(pi*p['scale']) - mp.log1p(z(p, x)**2), lambda p: log(4*pi*p['scale']), None, None),
 'gumbel': (ls, lambda p, lv: f32(p['loc'] + p['scale']*gumbel_away(lv)), lambda p, x: -z(p, x) - exp(-z(p, x)) - log(p['scale']), lambda p: log(p['scale']) + 1 + mp.euler, lambda p: p['loc'] + mp.euler*p['scale'], lambda p: p['scale']**2*pi**2/6),
 'log-normal': (lambda lv: dict(loc=un(-3, 3) if lv == 0 else un(-20, 20), scale=lu(0.1, 2) if lv == 0 else lu(1e-3, 4)), lambda p, lv: f32(exp(p['loc'] + p['scale']*un(-4, 4))),
    lambda p, x: -((log(x)-p['loc'])/p['scale'])**2/2 - log(p['scale']) - H - log(x), lambda p: log(p['scale']) + p['loc'] + H + mp.mpf(1)/2,
    lambda p: exp(p['loc'] + p['scale']**2/2), lambda p: mp.expm1(p['scale']**2)*exp(2*p['loc'] + p['scale']**2)),
 'half-normal': (lambda lv: dict(scale=scale_(lv)), lambda p, lv: f32(p['scale']*abs(away(lv))), lambda p, x: -(x/p['scale'])**2/2 - log(p['scale']) + log(2/pi)/2, lambda p: log(p['scale']) + mp.mpf(1)/2 + log(pi/2)/2, lambda p: p['scale']*sqrt(2/pi), lambda p: p['scale']**2*(1-2/pi)),
 'exponential': (lambda lv: dict(rate=scale_(lv)), lambda p, lv: f32(abs(away(lv))/p['rate']), lambda p, x: log(p['rate']) - p['rate']*x, lambda p: 1 - log(p['rate']), lambda p: 1/p['rate'], lambda p: 1/p['rate']**2),
 'gamma': (lambda lv: dict(concentration=conc(lv), rate=scale_(lv)),
    lambda p, lv: f32(p['concentration']/p['rate']*lu(0.3, 3)) if lv == 0 or p['concentration'] < 4 else f32((p['concentration'] + sqrt(p['concentration'])*un(-4, 4)/2)/p['rate']),
    lambda p, x: p['concentration']*log(p['rate']) + (p['concentration']-1)*log(x) - p['rate']*x - lg(p['concentration']),
    lambda p: p['concentration'] - log(p['rate']) + lg(p['concentration']) + (1-p['concentration'])*psi(p['concentration']),
    lambda p: p['concentration']/p['rate'], lambda p: p['concentration']/p['rate']**2),
 'beta': (ab, beta_x, lambda p, x: (p['concentration1']-1)*log(x) + (p['concentration0']-1)*mp.log1p(-x) - lbeta(p['concentration1'], p['concentration0']),
    lambda p: lbeta(p['concentration1'], p['concentration0']) - (p['concentration1']-1)*psi(p['concentration1']) - (p['concentration0']-1)*psi(p['concentration0']) + (p['concentration1']+p['concentration0']-2)*psi(p['concentration1']+p['concentration0']),
    lambda p: p['concentration1']/(p['concentration1']+p['concentration0']), lambda p: p['concentration1']*p['concentration0']/(p['concentration1']+p['concentration0'])**2/(p['concentration1']+p['concentration0']+1)),
 'kumaraswamy': (kum, kum_x, lambda p, x: log(p['concentration1']*p['concentration0']) + (p['concentration1']-1)*log(x) + (p['concentration0']-1)*mp.log1p(-x**p['concentration1']),
    lambda p: (1-1/p['concentration0']) + (1-1/p['concentration1'])*(psi(p['concentration0']+1)+mp.euler) - log(p['concentration1']*p['concentration0']),
    lambda p: kmom(1, p), lambda p: kmom(2, p) - kmom(1, p)**2),
 'uniform': (uni, lambda p, lv: f32(p['low'] + (p['high']-p['low'])*un(0.01, 0.99)), lambda p, x: -log(p['high']-p['low']), lambda p: log(p['high']-p['low']), lambda p: (p['low']+p['high'])/2, lambda p: (p['high']-p['low'])**2/12),
 'bernoulli': (lambda lv: dict(logits=un(-4, 4) if lv == 0 else f32(sg()*lu(1e-3, 60))), lambda p, lv: mp.mpf(random.choice([0, 1])) if random.random() < .7 else un(0.01, 0.99), lambda p, x: x*p['logits'] - sp(p['logits']), lambda p: ent_b(p['logits']), lambda p: sig(p['logits']), lambda p: sig(p['logits'])*sig(-p['logits'])),
 'continuous-bernoulli': (lambda lv: dict(logits=un(-4, 4) if lv == 0 else f32(sg()*lu(1e-3, 60))), lambda p, lv: un(0.01, 0.99), lambda p, x: x*p['logits'] - cbn(p['logits']), lambda p: cbn(p['logits']) - p['logits']*cbm(p['logits']), lambda p: cbm(p['logits']), lambda p: cbv(p['logits'])),
 'poisson': (lambda lv: dict(rate=scale_(lv)), lambda p, lv: mp.floor(p['rate']*un(0, 2)), lambda p, x: x*log(p['rate']) - p['rate'] - lg(x+1), None, lambda p: p['rate'], lambda p: p['rate']),
 'von-mises': (lambda lv: dict(loc=un(-3, 3), concentration=conc(lv)), lambda p, lv: f32(p['loc'] + (un(-2, 2) if lv == 0 else sg()*lu(1e-3, 2)/sqrt(1+p['concentration']))), lambda p, x: p['concentration']*mp.cos(x-p['loc']) - log(2*pi*I(0, p['concentration'])),
    lambda p: log(2*pi*I(0, p['concentration'])) - p['concentration']*I(1, p['concentration'])/I(0, p['concentration']), lambda p: p['loc'], lambda p: 1 - I(1, p['concentration'])/I(0, p['concentration'])),
}
# --- closed-form KL
N = lambda m, s2: (m, s2)
def quadN(m, s2, q): return (s2 + (m - q['loc'])**2)/(2*q['scale']**2) + log(q['scale']) + H
def via(pn, fcross): return lambda p, q: fcross(p, q) - F[pn][3](p)
def mean(pn, p): return F[pn][4](p)
def var(pn, p): return F[pn][5](p)
def lap_exp_abs(p, q):  # E|x - m| x~laplace
    d = abs(p['loc']-q['loc']); return d + p['scale']*exp(-d/p['scale'])
def norm_abs(p, q):
    d = p['loc']-q['loc']; s = p['scale']
    return s*sqrt(2/pi)*exp(-d**2/(2*s**2)) + d*mp.erf(d/(s*sqrt(2)))
gamc = lambda q, m, ml: lg(q['concentration']) - q['concentration']*log(q['rate']) - (q['concentration']-1)*ml + q['rate']*m
def ml_gamma(p): return psi(p['concentration']) - log(p['rate'])
def ml_exp(p): return -mp.euler - log(p['rate'])
def dirkl(a, b):
    A, B = sum(a), sum(b)
    return lg(A) - sum(lg(x) for x in a) - lg(B) + sum(lg(x) for x in b) + sum((x-y)*(psi(x)-psi(A)) for x, y in zip(a, b))
def bk(p, q): return dirkl([p['concentration1'], p['concentration0']], [q['concentration1'], q['concentration0']])
def gumx(q, m, mgf): return (m - q['loc'])/q['scale'] + exp(q['loc']/q['scale'])*mgf + log(q['scale'])
def unif_ml(lo, hi):
    t = lambda x: x*log(x) if x > 0 else mp.mpf(0)
    return (t(hi)-t(lo))/(hi-lo) - 1
def gum_normal(p, q): return quadN(mean('gumbel', p), var('gumbel', p), q) - F['gumbel'][3](p)
KL = {}
for pn in ['normal', 'laplace', 'logistic', 'gumbel', 'log-normal', 'half-normal', 'exponential', 'gamma', 'beta', 'kumaraswamy', 'uniform', 'continuous-bernoulli']:
    KL[pn, 'normal'] = lambda p, q, pn=pn: quadN(mean(pn, p), var(pn, p), q) - F[pn][3](p)
for pn in ['exponential', 'gamma', 'half-normal', 'beta', 'kumaraswamy', 'continuous-bernoulli', 'uniform']:
    KL[pn, 'exponential'] = lambda p, q, pn=pn: q['rate']*mean(pn, p) - log(q['rate']) - F[pn][3](p)
    KL[pn, 'half-normal'] = lambda p, q, pn=pn: (var(pn, p)+mean(pn, p)**2)/(2*q['scale']**2) + log(q['scale']) + H - log(2) - F[pn][3](p)
KL['laplace', 'laplace'] = via('laplace', lambda p, q: log(2*q['scale']) + lap_exp_abs(p, q)/q['scale'])
KL['normal', 'laplace'] = via('normal', lambda p, q: log(2*q['scale']) + norm_abs(p, q)/q['scale'])
KL['cauchy', 'cauchy'] = lambda p, q: log(((p['scale']+q['scale'])**2 + (p['loc']-q['loc'])**2)/(4*p['scale']*q['scale']))
KL['gumbel', 'gumbel'] = via('gumbel', lambda p, q: gumx(q, mean('gumbel', p), exp(-p['loc']/q['scale'])*mp.gamma(1+p['scale']/q['scale'])))
KL['normal', 'gumbel'] = via('normal', lambda p, q: gumx(q, p['loc'], exp(-p['loc']/q['scale'] + (p['scale']/q['scale'])**2/2)))
KL['exponential', 'gumbel'] = via('exponential', lambda p, q: gumx(q, 1/p['rate'], p['rate']/(p['rate']+1/q['scale'])))
KL['gamma', 'gumbel'] = via('gamma', lambda p, q: gumx(q, mean('gamma', p), (p['rate']/(p['rate']+1/q['scale']))**p['concentration']))
KL['uniform', 'gumbel'] = via('uniform', lambda p, q: gumx(q, mean('uniform', p), q['scale']*(exp(-p['low']/q['scale'])-exp(-p['high']/q['scale']))/(p['high']-p['low'])))
KL['log-normal', 'log-normal'] = lambda p, q: log(q['scale']/p['scale']) + (p['scale']**2+(p['loc']-q['loc'])**2)/(2*q['scale']**2) - mp.mpf(1)/2
KL['exponential', 'gamma'] = via('exponential', lambda p, q: gamc(q, 1/p['rate'], ml_exp(p)))
KL['gamma', 'gamma'] = via('gamma', lambda p, q: gamc(q, mean('gamma', p), ml_gamma(p)))
KL['beta', 'gamma'] = via('beta', lambda p, q: gamc(q, mean('beta', p), psi(p['concentration1'])-psi(p['concentration1']+p['concentration0'])))
KL['uniform', 'gamma'] = via('uniform', lambda p, q: gamc(q, mean('uniform', p), unif_ml(p['low'], p['high'])))
KL['beta', 'beta'] = bk
KL['uniform', 'beta'] = via('uniform', lambda p, q: lbeta(q['concentration1'], q['concentration0']) - (q['concentration1']-1)*unif_ml(p['low'], p['high']) - (q['concentration0']-1)*unif_ml(1-p['high'], 1-p['low']))
KL['uniform', 'continuous-bernoulli'] = via('uniform', lambda p, q: cbn(q['logits']) - q['logits']*mean('uniform', p))
KL['beta', 'continuous-bernoulli'] = via('beta', lambda p, q: cbn(q['logits']) - q['logits']*mean('beta', p))
KL['continuous-bernoulli', 'continuous-bernoulli'] = via('continuous-bernoulli', lambda p, q: cbn(q['logits']) - q['logits']*mean('continuous-bernoulli', p))
for pn in ['beta', 'kumaraswamy', 'continuous-bernoulli']:
    KL[pn, 'uniform'] = lambda p, q, pn=pn: log(q['high']-q['low']) - F[pn][3](p)
KL['uniform', 'uniform'] = lambda p, q: log((q['high']-q['low'])/(p['high']-p['low']))
KL['bernoulli', 'bernoulli'] = lambda p, q: sig(p['logits'])*(p['logits']-q['logits']) - sp(p['logits']) + sp(q['logits'])
KL['relaxed-bernoulli', 'bernoulli'] = KL['bernoulli', 'bernoulli']
KL['poisson', 'poisson'] = lambda p, q: p['rate']*log(p['rate']/q['rate']) - p['rate'] + q['rate']
def vmkl(p, q):
    A = I(1, p['concentration'])/I(0, p['concentration'])
    return log(I(0, q['concentration'])/I(0, p['concentration'])) + A*(p['concentration'] - q['concentration']*mp.cos(p['loc']-q['loc']))
KL['von-mises', 'von-mises'] = vmkl

h = mp.mpf(10) ** -12


def slope(f, row, key):
    step = h * abs(row[key]) if row[key] != 0 else h
    return (f({**row, key: row[key] + step}) - f({**row, key: row[key] - step})) / (2 * step)


out = []
def parq(name, lv):
    if name == 'relaxed-bernoulli': return dict(logits=F['bernoulli'][0](lv)['logits'])
    return F[name][0](lv)
for (pn, qn), f in KL.items():
    for lv in ((0, 1, 2) if pn == qn or pn == 'relaxed-bernoulli' else (0, 1)):
        rows = []
        while len(rows) < 4:
            L = min(lv, 1) if lv < 2 else random.choice([0, 1])
            p = parq(pn, L); q = F[qn][0](L)
            if pn == 'uniform' and qn in ('beta', 'continuous-bernoulli', 'exponential', 'gamma', 'half-normal'):
                a = un(0.01, 0.6); p = dict(low=a, high=f32(a + (un(0.1, 0.3) if L == 0 else lu(1e-3, 0.3))))
            if qn == 'uniform':
                if pn == 'uniform': q = dict(low=f32(p['low']-lu(1e-2, 1)), high=f32(p['high']+lu(1e-2, 1)))
                else: q = dict(low=-lu(1e-3, 3), high=1+lu(1e-2, 3))
            if qn == 'gumbel' and L == 1: # keep exponentials finite
                q = dict(loc=un(-3, 3), scale=lu(0.3, 1e3))
                if 'loc' in p: p = dict(loc=un(-3, 3), scale=lu(1e-3, 1))
            if pn == 'normal' and qn == 'gumbel': p = dict(loc=un(-3, 3), scale=lu(1e-2, 1)); q = dict(loc=un(-3, 3), scale=lu(0.5, 5))
            if pn == 'gumbel' and qn == 'gumbel' and L == 1: p['scale'] = min(p['scale'], f32(20*q['scale']))
            if pn == 'log-normal' and qn == 'normal': p = dict(loc=un(-3, 3), scale=lu(0.01, 2))
            if lv == 2:
                q = {k: f32(v*(1+sg()*lu(1e-3, 1e-1))) for k, v in p.items()}
                if pn == 'uniform':
                    w = p['high']-p['low']; q = dict(low=f32(p['low']-w*lu(1e-3, 1e-1)), high=f32(p['high']+w*lu(1e-3, 1e-1)))
            rows.append({**{'p.'+k: v for k, v in p.items()}, **{'q.'+k: v for k, v in q.items()}})
        part = lambda r, c: {k[2:]: v for k, v in r.items() if k[:2] == c}
        kl = lambda r: mp.re(f(part(r, "p."), part(r, "q.")))
        out.append({
            "p": pn, "q": qn, "level": ["ordinary", "extreme", "nearly equal"][lv],
            "inputs": {k: [float(r[k]) for r in rows] for k in rows[0]},
            "kl": [float(kl(r)) for r in rows],
            "slopes": {k: [float(slope(kl, r, k)) for r in rows] for k in rows[0]},
        })

path = os.path.join(os.path.dirname(__file__), "..", "kl-mpmath.json")
with open(path, "w") as file:
    json.dump({"meta": {"generator": f"mpmath {mp.__version__}, 40 digits, goldens/generate/kl.py"}, "cases": out}, file, indent=1)
    file.write("\n")
