"""Values and derivatives of elementwise functions at the edges of float32 and float64, by PyTorch: goldens/edges.json.

    python3 goldens/generate/edges.py

NaN and infinities are written as text. The derivative at NaN is NaN wherever a function isn't flat: PyTorch passes
some gradients through (elu, relu, maximum), which hides that something went wrong before.
"""
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

FLAT = {"sign", "floor", "ceil", "round"}
LINEAR = {"neg"}

UNARY = {
    "neg": torch.neg, "abs": torch.abs, "sign": lambda x: torch.where(x.isnan(), x, torch.sign(x)), "relu": F.relu, "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "softplus": lambda x: x.clamp(min=0) + torch.exp(-x.abs()).log1p(), "logSigmoid": F.logsigmoid,
    "silu": F.silu, "elu": lambda x: torch.where(x > 0, x, x.clamp(max=0).expm1()), "leakyRelu": F.leaky_relu, "exp": torch.exp, "log": torch.log,
    "log1p": lambda x: torch.where((x > 1e30) & (x < INF), x.log(), torch.log1p(x)), "expm1": torch.expm1, "square": torch.square, "sqrt": torch.sqrt,
    "reciprocal": torch.reciprocal, "sin": torch.sin, "cos": torch.cos, "atan": torch.atan, "erf": torch.erf,
    "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "lgamma": torch.lgamma,
    "digamma": torch.digamma, "trigamma": lambda x: torch.polygamma(1, x), "erfinv": torch.erfinv,
    "ndtri": torch.special.ndtri, "clamp": lambda x: x.clamp(-0.5, 0.7), "pow3": lambda x: x.pow(3),
    "pow2.5": lambda x: x.pow(2.5), "pow-2": lambda x: x.pow(-2), "exp2": lambda x: torch.pow(2, x),
}
# Derivatives that PyTorch takes from rounded values.
EXACT = {
    "log1p": lambda x: 1 / (1 + x),
    "sigmoid": lambda x: torch.exp(F.logsigmoid(x) + F.logsigmoid(-x)), "expm1": torch.exp,
    "elu": lambda x: torch.where(x.isnan(), x, torch.exp(x.clamp(max=0))), "softplus": torch.sigmoid,
    "trigamma": lambda x: torch.where(x == INF, torch.zeros_like(x), torch.polygamma(2, x)),
}
POSITIVE = {"lgamma", "digamma", "trigamma"}
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
    "minimum": torch.minimum, "pow": torch.pow, "floorMod": torch.remainder,
    "atan2": lambda y, x: torch.atan2(y + 0.0, x + 0.0),  # zeros have no sign
}
ROWS = {
    "sort": lambda x: x.sort(-1).values, "sortDescending": lambda x: x.sort(-1, descending=True).values,
    "max": lambda x: x.amax(-1), "min": lambda x: x.amin(-1), "argmax": lambda x: x.argmax(-1),
    "sum": lambda x: x.sum(-1), "mean": lambda x: x.mean(-1), "prod": lambda x: x.prod(-1),
    "cumsum": lambda x: x.cumsum(-1), "logSumExp": lambda x: x.logsumexp(-1), "softmax": lambda x: x.softmax(-1),
    "logSoftmax": lambda x: x.log_softmax(-1),
}
INF, NAN = math.inf, math.nan


def points(dtype):
    info = torch.finfo(dtype)
    sizes = [0.0, info.tiny, 1e-20, 1e-5, 0.25, 0.5, 1.0, 1.5, 3.0, 20.0, 50.0, 100.0, 800.0, 1e5, 1e18, info.max, INF]
    return [NAN, *sizes, *[-x for x in sizes]]


def text(x):
    return x if math.isfinite(x) else "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def numbers(tensor):
    return [text(x) for x in tensor.double().reshape(-1).tolist()]


def slopes(f, *inputs):
    leaves = [x.clone().requires_grad_() for x in inputs]
    y = f(*leaves)
    if not y.is_floating_point():
        return y, [torch.zeros_like(x) for x in inputs]
    total = y.sum()
    return y.detach(), list(torch.autograd.grad(total, leaves, allow_unused=True))


cases = {"unary": [], "binary": [], "rows": []}
for name, dtype in (("float64", torch.float64), ("float32", torch.float32)):
    for op, f in UNARY.items():
        at = [x for x in points(dtype) if not (op in POSITIVE and math.copysign(1, x) < 0)]
        x = torch.tensor(at, dtype=dtype)
        y, (dx,) = slopes(f, x)
        dx = EXACT[op](x) if op in EXACT else torch.zeros_like(x) if op in FLAT else dx
        if op not in FLAT | LINEAR:
            dx = torch.where(x.isnan(), x, dx)
        cases["unary"].append({"op": op, "dtype": name, "x": numbers(x), "y": numbers(y), "dx": numbers(dx)})
    some = [NAN, 0.0, 0.25, 1.0, 2.0, 3.0, 1e5, INF]
    some = [*some, *[-x for x in some[1:]]]
    a = torch.tensor([x for x in some for _ in some], dtype=dtype)
    b = torch.tensor([x for _ in some for x in some], dtype=dtype)
    for op, f in BINARY.items():
        y, (da, db) = slopes(f, a, b)
        if op == "floorMod":  # so many whole multiples, also of infinity
            db = torch.where(a.isinf() & b.isfinite(), -(a / b).floor(), db)
        if op in {"maximum", "minimum"}:
            da, db = (torch.where(y.isnan(), y, torch.where(a == b, share, d)) for share, d in ((1.0, da), (0.0, db)))
        cases["binary"].append(
            {"op": op, "dtype": name, "a": numbers(a), "b": numbers(b), "y": numbers(y), "da": numbers(da), "db": numbers(db)}
        )
    rows = [[3, NAN, 1, INF], [INF, NAN, -INF, NAN], [NAN, NAN, NAN, NAN], [INF, INF, 1, -INF], [-INF, -INF, -INF, -INF],
            [-INF, 0, 1, -3], [INF, 2, INF, INF], [1e18, -1e15, 0, 5], [100, -200, 100.5, 90], [NAN, 1, 2, 3],
            [1, 2, 3, NAN], [float(torch.finfo(dtype).max), INF, 1, NAN], [0, 1, 0, 2]]
    for row in rows:
        for op, f in ROWS.items():
            x = torch.tensor(row, dtype=dtype)
            y, (dx,) = slopes(f, x)
            if op == "prod":  # PyTorch divides by the element
                dx = torch.stack([torch.cat([x[:i], x[i + 1:]]).prod() for i in range(len(x))])
            if op == "logSumExp" and (x == -INF).all():
                dx = torch.zeros_like(x)
            cases["rows"].append({"op": op, "dtype": name, "x": numbers(x), "y": numbers(y), "dx": numbers(dx)})

file = Path(__file__).parents[1] / "edges.json"
file.write_text("{\n" + ",\n".join(
    f'"{kind}": [\n' + ",\n".join(json.dumps(case) for case in entries) + "\n]" for kind, entries in cases.items()
) + "\n}\n")
