"""PyTorch, driven by lines of JSON (see bench/lib/competitor.mjs). Its best settings, or those one gets."""
import json
import resource
import sys
import time

import numpy as np
import torch
from torch import nn

import torch_conv

torch.manual_seed(0)
functional = nn.functional


class Vae(nn.Module):
    """The notebook's network; `logits` leaves the final sigmoid to the loss, which is faster."""

    def __init__(self, z, logits):
        super().__init__()
        self.z = z
        self.logits = logits
        self.encoder = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2 * z))
        layers = [nn.Linear(z, 128), nn.ReLU(), nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 784)]
        self.decoder = nn.Sequential(*layers, *([] if logits else [nn.Sigmoid()]))

    def forward(self, x):
        h = self.encoder(x)
        mean, log_var = h[:, :self.z], h[:, self.z:]
        code = mean + torch.exp(log_var / 2) * torch.randn_like(log_var)
        return self.decoder(code), mean, log_var


def images(path):
    return torch.from_numpy(np.fromfile(path, dtype=np.uint8)[16:].reshape(-1, 784).copy())


def make_step(request, way):
    batch, z = request["batch"], request["latent"]
    model = Vae(z, way["logits"])
    run = model
    data = images(request["images"]).float() / 255
    if way.get("trace"):
        run = torch.jit.trace(model, data[:batch], check_trace=False)
    if way.get("compile"):
        run = torch.compile(model)
    loss_of = functional.binary_cross_entropy_with_logits if way["logits"] else functional.binary_cross_entropy
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **way.get("adam", {}))
    order = torch.randperm(len(data))
    state = {"i": 0}

    def step():
        at = state["i"] * batch % (len(data) - batch)
        state["i"] += 1
        x = data[order[at:at + batch]]
        y, mean, log_var = run(x)
        kl = 0.5 * (mean * mean + log_var.exp() - 1 - log_var).sum()
        loss = (loss_of(y, x, reduction="sum") + kl) / batch
        optimizer.zero_grad(**({"set_to_none": True} if request["best"] else {}))
        loss.backward()
        optimizer.step()
        return 1

    return step


def step(request):
    conv = "network" in request
    make = torch_conv.make_step if conv else make_step
    if not request["best"]:
        return make(request, torch_conv.ways(False)[0] if conv else {"logits": False}), {"way": "defaults"}
    torch.set_flush_denormal(True)
    ways = [{"logits": True, "adam": {"foreach": True}}, {"logits": True},
            {"logits": True, "adam": {"foreach": True}, "trace": True}]
    if int(torch.__version__.split(".")[0]) >= 2:
        ways += [{"logits": True, "adam": {"fused": True}}, {"logits": True, "adam": {"foreach": True}, "compile": True}]
    if conv:
        ways = torch_conv.ways(True)
    found = []
    for way in ways:
        try:
            unit = make(request, way)
            for _ in range(2 if conv else 5):
                unit()
            times = []
            for _ in range(5):
                start = time.perf_counter()
                for _ in range(1 if conv else 4):
                    unit()
                times.append(time.perf_counter() - start)
            found.append((min(times), len(found), unit, way))
        except Exception as error:
            print("#", way, error, flush=True)
    _, _, unit, way = min(found)
    return unit, {"way": json.dumps(way)}


def generate(request):
    model = Vae(request["latent"], False).eval()
    if request["best"]:
        torch.set_grad_enabled(False)

    def unit():
        model.decoder(torch.randn(request["n"], request["latent"])).detach().numpy()
        return request["n"]

    return unit, {}


def encode(request):
    model = Vae(request["latent"], False).eval()
    if request["best"]:
        torch.set_grad_enabled(False)
    data = images(request["images"])[:request["n"]]

    def unit():
        model.encoder(data.float() / 255).detach().numpy()
        return request["n"]

    return unit, {}


def product(request):
    size = request["size"]
    a, b = torch.rand(size, size), torch.rand(size, size)
    out = torch.empty(size, size)

    def unit():
        torch.mm(a, b, out=out)
        return 1

    return unit, {}


SAMPLE = 0.4
current = {}


def sample():
    start = time.perf_counter()
    done = 0
    for _ in range(current["repeat"]):
        done += current["unit"]()
    total = time.perf_counter() - start
    return {"value": 1000 * total / done, "total": 1000 * total, "done": done}


def setup(request):
    unit, info = {"step": step, "generate": generate, "encode": encode, "product": product}[request["work"]](request)
    current.update(unit=unit, repeat=1)
    sample()
    total = min(sample()["total"] for _ in range(3)) / 1000
    current["repeat"] = max(1, min(2000, round(SAMPLE / total)))
    sample()
    return {**info, "torch": torch.__version__, "threads": torch.get_num_threads()}


for line in sys.stdin:
    message = json.loads(line)
    try:
        if message["op"] == "setup":
            reply = setup(message)
        elif message["op"] == "sample":
            reply = sample()
        else:
            reply = {"peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
