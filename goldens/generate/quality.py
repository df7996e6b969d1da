"""Writes goldens/quality/: three small made-up tables with numbers, counts, dates, categories and missing cells, and what the
metric of issue 11 (tables/table_quality.py, numpy 1.24, pandas 1.5, scikit-learn 1.2) says of them, unrounded.

  /usr/bin/python3 goldens/generate/quality.py PATH/TO/table_quality.py
"""

import importlib.util
import json
import os
import sys

import numpy as np
import pandas as pd

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quality")
os.makedirs(here, exist_ok=True)
spec = importlib.util.spec_from_file_location("metric", sys.argv[1])
metric = importlib.util.module_from_spec(spec)
spec.loader.exec_module(metric)


def table(seed, n, noise):
    g = np.random.RandomState(seed)
    kind = g.choice(["red", "green", "blue", "a, \"quoted\" one"], n, p=[0.5, 0.3, 0.15, 0.05])
    shift = pd.Series(kind).map({"red": 0, "green": 1.5, "blue": 3}).fillna(5).to_numpy()
    size = g.normal(shift, 1 + noise, n).round(3)
    count = g.poisson(np.exp(0.3 * shift + 0.2 * noise), n).astype(float)
    weight = (2 * size + g.normal(0, 1 + 2 * noise, n)).round(2)
    day = pd.to_datetime("2021-03-01") + pd.to_timedelta((100 + 40 * size).clip(0, 900).round(), unit="D")
    label = np.where(size + g.normal(0, 1, n) > 2, "yes", "no")
    out = pd.DataFrame({"kind": kind, "size": size, "count": count, "weight": weight, "day": day.strftime("%Y-%m-%d"), "label": label})
    out["count"] = out["count"].astype(int).astype(str)
    out.loc[g.rand(n) < 0.08 + noise / 10, "weight"] = np.nan
    out.loc[g.rand(n) < 0.05, "kind"] = np.nan
    out.loc[g.rand(n) < 0.04, "day"] = np.nan
    return out


train, test, made = table(1, 300, 0), table(2, 120, 0), table(3, 260, 0.4)
made.iloc[:6] = train.iloc[:6]
made.iloc[6] = made.iloc[7]
made.loc[10, "kind"] = "purple"
for name, rows in (("train", train), ("test", test), ("synthetic", made)):
    rows.to_csv(os.path.join(here, name + ".csv"), index=False)

R, T, S = (metric.load(os.path.join(here, name + ".csv")) for name in ("train", "test", "synthetic"))
out = {}
for target, categorical, seed in (("label", [], 0), ("kind", ["count"], 3), ("weight", [], 7)):
    kinds = metric.infer(R, set(categorical), None)
    r, t, s = (metric.typed(each[list(kinds)], kinds) for each in (R, T, S))
    out[target] = {
        "options": {"target": target, "categorical": categorical, "seed": seed},
        "figures": {
            "rows": {"train": len(R), "test": len(T), "synthetic": len(S)},
            "kinds": {k: sum(v == k for v in kinds.values()) for k in ("num", "date", "cat")},
            **{k: v for k, v in metric.shapes_pairs(r, s, kinds, False).items()},
            **metric.validity(r, s, kinds),
            **metric.detection(r, s, kinds, seed),
            **metric.efficacy(r, s, t, kinds, target, seed),
            **metric.privacy(r, s, t, S, kinds, seed),
        },
    }
with open(os.path.join(here, "figures.json"), "w") as file:
    json.dump(out, file, indent=1)
