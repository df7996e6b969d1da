"""Parameters over 20 steps of PyTorch's optimisers in float64, for goldens/optimisers.json.

    python3 goldens/generate/optimisers.py > goldens/optimisers.json
"""
import json
import math
import sys

import torch

STEPS, SIZE = 20, 6
optim = torch.optim

# Text for the catalogue here; class and options there. decay=all is what PyTorch does.
CASES = [
    ("adam", optim.Adam, {}),
    ("adam(lr=0.002)", optim.Adam, {"lr": 0.002}),
    ("adam(lr=0.1, beta1=0.5, beta2=0.9, eps=0.001)", optim.Adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.001}),
    ("adam(lr=0.1, amsgrad=true, weight-decay=0.1, decay=all)", optim.Adam, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    ("adamw(decay=all)", optim.AdamW, {}),
    ("adamw(lr=0.1, weight-decay=0.1, amsgrad=true, decay=all)", optim.AdamW, {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}),
    ("adamw(lr=0.01, beta1=0.8, beta2=0.95, decay=all)", optim.AdamW, {"lr": 0.01, "betas": (0.8, 0.95)}),
    ("adamax", optim.Adamax, {}),
    ("adamax(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, weight-decay=0.1, decay=all)", optim.Adamax,
     {"lr": 0.02, "betas": (0.8, 0.9), "eps": 0.001, "weight_decay": 0.1}),
    ("nadam", optim.NAdam, {}),
    ("nadam(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, momentum-decay=0.1, weight-decay=0.1, decay=all)", optim.NAdam,
     {"lr": 0.02, "betas": (0.8, 0.9), "eps": 0.001, "momentum_decay": 0.1, "weight_decay": 0.1}),
    ("nadam(weight-decay=0.1, decoupled-weight-decay=true, decay=all)", optim.NAdam,
     {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("radam", optim.RAdam, {}),
    ("radam(lr=0.02, beta1=0.8, beta2=0.9, eps=0.001, weight-decay=0.1, decay=all)", optim.RAdam,
     {"lr": 0.02, "betas": (0.8, 0.9), "eps": 0.001, "weight_decay": 0.1}),
    ("radam(weight-decay=0.1, decoupled-weight-decay=true, decay=all)", optim.RAdam,
     {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("rmsprop", optim.RMSprop, {}),
    ("rmsprop(lr=0.02, alpha=0.9, eps=0.001, momentum=0.5, weight-decay=0.1, decay=all)", optim.RMSprop,
     {"lr": 0.02, "alpha": 0.9, "eps": 0.001, "momentum": 0.5, "weight_decay": 0.1}),
    ("rmsprop(centered=true, weight-decay=0.1, decay=all)", optim.RMSprop, {"centered": True, "weight_decay": 0.1}),
    ("rmsprop(momentum=0.9, centered=true)", optim.RMSprop, {"momentum": 0.9, "centered": True}),
    ("adagrad", optim.Adagrad, {}),
    ("adagrad(lr=0.1, lr-decay=0.1, initial-accumulator-value=0.5, eps=0.001)", optim.Adagrad,
     {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 0.001}),
    ("adagrad(weight-decay=0.1, decay=all)", optim.Adagrad, {"weight_decay": 0.1}),
    ("sgd", optim.SGD, {}),
    ("sgd(lr=0.1, momentum=0.9)", optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("sgd(lr=0.1, momentum=0.8, dampening=0.3, weight-decay=0.1, decay=all)", optim.SGD,
     {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1}),
    ("sgd(lr=0.1, momentum=0.9, nesterov=true, weight-decay=0.1, decay=all)", optim.SGD,
     {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
]

START = [0.3 * (i - 2.3) for i in range(SIZE)]
GRADIENTS = [[math.sin(1.7 * (k + 1) + 0.9 * i) * (1 + 0.3 * i) for i in range(SIZE)] for k in range(STEPS)]
FACTORS = [1.0 if k < 5 else 0.5 + 0.04 * k for k in range(STEPS)]


def trace(make, options):
    parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    rule = make([parameter], foreach=False, **options)
    lr = rule.param_groups[0]["lr"]
    seen = []
    for k in range(STEPS):
        rule.param_groups[0]["lr"] = lr * FACTORS[k]
        parameter.grad = torch.tensor(GRADIENTS[k], dtype=torch.float64)
        rule.step()
        seen.append(parameter.tolist())
    return seen


def clipped(max_norm):
    """The gradients of two arrays after clip_grad_norm_, and the norm before it."""
    parts = [torch.zeros(4, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)]
    seen = []
    for gradient in GRADIENTS:
        parts[0].grad = torch.tensor(gradient[:4], dtype=torch.float64)
        parts[1].grad = torch.tensor(gradient[4:], dtype=torch.float64)
        norm = torch.nn.utils.clip_grad_norm_(parts, max_norm)
        seen.append({"norm": norm.item(), "gradient": parts[0].grad.tolist() + parts[1].grad.tolist()})
    return seen


def averaged(decay):
    """swa_utils' moving average of the parameter under SGD."""
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    module = torch.nn.Linear(SIZE, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([START], dtype=torch.float64))
    rule = optim.SGD(module.parameters(), lr=0.1)
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(decay))
    seen = []
    for gradient in GRADIENTS:
        module.weight.grad = torch.tensor([gradient], dtype=torch.float64)
        rule.step()
        average.update_parameters(module)
        seen.append(average.module.weight[0].tolist())
    return seen


json.dump(
    {
        "torch": torch.__version__,
        "start": START,
        "gradients": GRADIENTS,
        "factors": FACTORS,
        "cases": [{"optimiser": text, "parameters": trace(make, options)} for text, make, options in CASES],
        "clipNorm": {"maxNorm": 1.5, "steps": clipped(1.5)},
        "ema": {"decay": 0.9, "lr": 0.1, "parameters": averaged(0.9)},
    },
    sys.stdout,
)
