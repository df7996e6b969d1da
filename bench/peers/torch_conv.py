"""The convolutional models of bench/lib/conv-networks.mjs in PyTorch, and their training step."""
import json
import time

import torch
from torch import nn

functional = nn.functional




def down(cin, cout, stride=2):
    return nn.Conv2d(cin, cout, 3, stride, 1)


def up(cin, cout, stride=2):
    return nn.ConvTranspose2d(cin, cout, 3, stride, 1, output_padding=stride - 1)


class Residual(nn.Module):
    """He et al., 2016, before activation, without normalisation."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1),
                                  nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1))

    def forward(self, x):
        return x + self.body(x)


def relu(*layers):
    return [part for layer in layers for part in (layer, nn.ReLU())]


def keras():
    encoder = nn.Sequential(*relu(down(1, 32), down(32, 64)), nn.Flatten(), *relu(nn.Linear(3136, 16)), nn.Linear(16, 4))
    decoder = nn.Sequential(*relu(nn.Linear(2, 3136)), nn.Unflatten(1, (64, 7, 7)), *relu(up(64, 64), up(64, 32)), up(32, 1, 1))
    return encoder, decoder, (1, 28, 28), 2


def rgb64():
    encoder = nn.Sequential(*relu(down(3, 32), down(32, 64), down(64, 128), down(128, 256)), nn.Flatten(), nn.Linear(4096, 128))
    decoder = nn.Sequential(*relu(nn.Linear(64, 4096)), nn.Unflatten(1, (256, 4, 4)),
                            *relu(up(256, 128), up(128, 64), up(64, 32)), up(32, 3))
    return encoder, decoder, (3, 64, 64), 64


def resnet32():
    encoder = nn.Sequential(down(3, 32), Residual(32), down(32, 64), Residual(64), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 64))
    decoder = nn.Sequential(nn.Linear(32, 4096), nn.Unflatten(1, (64, 8, 8)), Residual(64),
                            nn.Upsample(scale_factor=2), nn.Conv2d(64, 32, 3, 1, 1), Residual(32),
                            nn.Upsample(scale_factor=2), nn.Conv2d(32, 3, 3, 1, 1))
    return encoder, decoder, (3, 32, 32), 32


networks = {"keras": keras, "rgb64": rgb64, "resnet32": resnet32}


def make_step(request, way):
    torch.manual_seed(0)
    encoder, decoder, shape, z = networks[request["network"]]()
    batch = request["batch"]
    layout = torch.channels_last if way.get("channels_last") else torch.contiguous_format
    encoder, decoder = (net.to(memory_format=layout) for net in (encoder, decoder))
    data = torch.rand(8 * batch, *shape)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, **way.get("adam", {}))

    def loss_of(x, noise):
        mean, log_var = encoder(x).chunk(2, dim=1)
        y = decoder(mean + torch.exp(log_var / 2) * noise)
        kl = 0.5 * (mean * mean + log_var.exp() - 1 - log_var).sum()
        return (functional.binary_cross_entropy_with_logits(y, x, reduction="sum") + kl) / batch

    loss_of = torch.compile(loss_of) if way.get("compile") else loss_of
    state = {"i": 0}

    def step():
        at = state["i"] % 8 * batch
        state["i"] += 1
        x = data[at:at + batch].to(memory_format=layout)
        loss = loss_of(x, torch.randn(batch, z))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return 1

    def unit():
        with torch.backends.mkldnn.flags(enabled=way.get("mkldnn", True)):
            return step()

    return unit


def conv_step(request):
    """The training step of one of the networks: at PyTorch's defaults, or the fastest of its ways."""
    if not request["best"]:
        return make_step(request, {}), {"way": "defaults"}
    torch.set_flush_denormal(True)
    found = []
    for mkldnn in (True, False):
        for channels_last in (False, True):
            for adam in ({}, {"foreach": True}):
                way = {"mkldnn": mkldnn, "channels_last": channels_last, "adam": adam}
                unit = make_step(request, way)
                for _ in range(2):
                    unit()
                times = []
                for _ in range(3):
                    start = time.perf_counter()
                    unit()
                    times.append(time.perf_counter() - start)
                found.append((min(times), len(found), unit, way))
    _, _, unit, way = min(found)
    return unit, {"way": json.dumps(way)}
