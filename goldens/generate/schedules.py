"""Learning rates of PyTorch's schedulers over 40 steps in float64, for goldens/schedules.json.

    python3 goldens/generate/schedules.py > goldens/schedules.json
"""
import json
import math
import sys
import warnings

import torch
from torch.optim.lr_scheduler import (
    ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, MultiStepLR, OneCycleLR, PolynomialLR,
    ReduceLROnPlateau, SequentialLR, StepLR,
)

warnings.simplefilter("ignore")
TOTAL, LR, WARMUP = 40, 0.1, 5
LEFT = TOTAL - WARMUP

# Text for the catalogue here; what makes it there, after a warm-up of 5 steps where the text says so.
CASES = [
    ("constant", lambda o: ConstantLR(o, factor=1)),
    ("constant(warmup=5)", lambda o: ConstantLR(o, factor=1)),
    ("step(step-size=7)", lambda o: StepLR(o, 7)),
    ("step(step-size=4, gamma=0.5, warmup=5)", lambda o: StepLR(o, 4, gamma=0.5)),
    ("multi-step(milestones=[5, 12, 12, 30])", lambda o: MultiStepLR(o, [5, 12, 12, 30])),
    ("multi-step(milestones=[3, 20], gamma=0.5, warmup=5)", lambda o: MultiStepLR(o, [3, 20], gamma=0.5)),
    ("exponential(gamma=0.95)", lambda o: ExponentialLR(o, 0.95)),
    ("exponential(gamma=0.99, warmup=5)", lambda o: ExponentialLR(o, 0.99)),
    ("cosine", lambda o: CosineAnnealingLR(o, TOTAL)),
    ("cosine(min=0.1, steps=39)", lambda o: CosineAnnealingLR(o, 39, eta_min=0.1 * LR)),
    ("cosine(warmup=5)", lambda o: CosineAnnealingLR(o, LEFT)),
    ("cosine(restart=7, min=0.05)", lambda o: CosineAnnealingWarmRestarts(o, 7, eta_min=0.05 * LR)),
    ("cosine(restart=3, growth=2)", lambda o: CosineAnnealingWarmRestarts(o, 3, T_mult=2)),
    ("one-cycle", lambda o: OneCycleLR(o, LR, total_steps=TOTAL, cycle_momentum=False)),
    ("one-cycle(anneal=linear, pct-start=0.25, div-factor=10, final-div-factor=100)",
     lambda o: OneCycleLR(o, LR, total_steps=TOTAL, cycle_momentum=False, pct_start=0.25, anneal_strategy="linear",
                          div_factor=10, final_div_factor=100)),
    ("one-cycle(three-phase=true, pct-start=0.4)",
     lambda o: OneCycleLR(o, LR, total_steps=TOTAL, cycle_momentum=False, three_phase=True, pct_start=0.4)),
    ("polynomial", lambda o: PolynomialLR(o, TOTAL)),
    ("polynomial(power=2, steps=15)", lambda o: PolynomialLR(o, 15, power=2)),
    ("polynomial(power=0.5, warmup=5)", lambda o: PolynomialLR(o, LEFT, power=0.5)),
]

PLATEAUS = [
    ("reduce-on-plateau", {}),
    ("reduce-on-plateau(factor=0.5, patience=1, cooldown=2, threshold=0.01)",
     {"factor": 0.5, "patience": 1, "cooldown": 2, "threshold": 0.01}),
    ("reduce-on-plateau(patience=0, threshold-mode=abs, threshold=0.1, min=0.01)",
     {"patience": 0, "threshold_mode": "abs", "threshold": 0.1, "min_lr": 0.01 * LR}),
    ("reduce-on-plateau(patience=0, factor=0.1)", {"patience": 0}),
]
# Down, up and level, so that every rule is met.
MEASURES = [100 * math.exp(-k / 6) + 3 * math.sin(1.3 * k) + (0 if k < 25 else 20) for k in range(TOTAL)]


def optimiser():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)


def rates(text, make):
    rule = optimiser()
    if "warmup" in text:
        rising = LinearLR(rule, start_factor=1 / WARMUP, total_iters=WARMUP - 1)
        scheduler = SequentialLR(rule, [rising, make(rule)], milestones=[WARMUP])
    else:
        scheduler = make(rule)
    seen = []
    for _ in range(TOTAL):
        seen.append(rule.param_groups[0]["lr"])
        rule.step()
        if len(seen) < TOTAL:
            scheduler.step()
    return seen


def reduced(options):
    rule = optimiser()
    scheduler = ReduceLROnPlateau(rule, **options)
    seen = []
    for measure in MEASURES:
        rule.step()
        scheduler.step(measure)
        seen.append(rule.param_groups[0]["lr"])
    return seen


json.dump(
    {
        "torch": torch.__version__,
        "lr": LR,
        "total": TOTAL,
        "cases": [{"schedule": text, "rates": rates(text, make)} for text, make in CASES],
        "measures": MEASURES,
        "plateaus": [{"schedule": text, "rates": reduced(options)} for text, options in PLATEAUS],
    },
    sys.stdout,
)
