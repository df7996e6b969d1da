"""Convolutional models of bench/lib/conv-networks.mjs in PyTorch, as people write them: padding 1, output padding 1."""
import torch
from torch import nn


def relus(layers):
    return [part for layer in layers for part in (layer, nn.ReLU())]


def down(a, b):
    return nn.Conv2d(a, b, 3, 2, 1)


def up(a, b):
    return nn.ConvTranspose2d(a, b, 3, 2, 1, 1)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        layers = [part for _ in range(2) for part in (nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1))]
        self.inner = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.inner(x)


def keras():
    encoder = [*relus([down(1, 32), down(32, 64)]), nn.Flatten(), *relus([nn.Linear(3136, 16)]), nn.Linear(16, 4)]
    decoder = [*relus([nn.Linear(2, 3136)]), nn.Unflatten(1, (64, 7, 7)), *relus([up(64, 64), up(64, 32)]),
               nn.ConvTranspose2d(32, 1, 3, 1, 1)]
    return (1, 28, 28), 2, encoder, decoder


def rgb64():
    sizes = [3, 32, 64, 128, 256]
    encoder = [*relus([down(a, b) for a, b in zip(sizes, sizes[1:])]), nn.Flatten(), nn.Linear(4096, 128)]
    back = [256, 128, 64, 32]
    decoder = [*relus([nn.Linear(64, 4096)]), nn.Unflatten(1, (256, 4, 4)),
               *relus([up(a, b) for a, b in zip(back, back[1:])]), up(32, 3)]
    return (3, 64, 64), 64, encoder, decoder


def resnet32():
    sizes = [3, 32, 64, 128]
    encoder = [part for a, b in zip(sizes, sizes[1:]) for part in (down(a, b), Residual(b))]
    encoder += [nn.ReLU(), nn.Flatten(), nn.Linear(2048, 128)]
    decoder = [nn.Linear(64, 2048), nn.Unflatten(1, (128, 4, 4)), Residual(128)]
    decoder += [part for a, b in ((128, 64), (64, 32)) for part in (up(a, b), Residual(b))]
    decoder += [nn.ReLU(), up(32, 3)]
    return (3, 32, 32), 64, encoder, decoder


class ConvVae(nn.Module):
    """Logits; the sigmoid is left to the loss."""

    def __init__(self, name):
        super().__init__()
        self.shape, self.z, encoder, decoder = {"keras": keras, "rgb64": rgb64, "resnet32": resnet32}[name]()
        self.encoder, self.decoder = nn.Sequential(*encoder), nn.Sequential(*decoder)

    def forward(self, x):
        h = self.encoder(x)
        mean, log_var = h[:, :self.z], h[:, self.z:]
        code = mean + torch.exp(log_var / 2) * torch.randn_like(log_var)
        return self.decoder(code), mean, log_var


def ways(best):
    """oneDNN on and off, plain and channels last; the defaults are the first, with Adam's default too."""
    if not best:
        return [{"mkldnn": True, "last": False}]
    return [{"mkldnn": mkldnn, "last": last, "adam": {"foreach": True}} for mkldnn in (True, False) for last in (False, True)]


def make_step(request, way):
    batch = request["batch"]
    model = ConvVae(request["network"])
    data = (torch.rand(2048, *model.shape) - 0.8).clamp(min=0) * 5
    if way["last"]:
        model = model.to(memory_format=torch.channels_last)
        data = data.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **way.get("adam", {}))
    loss_of = nn.functional.binary_cross_entropy_with_logits
    order = torch.randperm(len(data))
    state = {"i": 0}

    def step():
        at = state["i"] * batch % (len(data) - batch)
        state["i"] += 1
        with torch.backends.mkldnn.flags(enabled=way["mkldnn"]):
            x = data[order[at:at + batch]]
            y, mean, log_var = model(x)
            kl = 0.5 * (mean * mean + log_var.exp() - 1 - log_var).sum()
            loss = (loss_of(y, x, reduction="sum") + kl) / batch
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        return 1

    return step
