"""Variational autoencoders in PyTorch, small: goldens/torch.json, with each one's state_dict as safetensors wrote it (base64),
examples, codes, and what encoder and decoder make of them.

    python3 goldens/generate/torch_models.py
"""
import base64
import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

torch.manual_seed(0)


class Notebook(nn.Module):
    """The notebook's, smaller: one Sequential each, mean and log-variance from one layer."""

    shape, z = (6, 6), 3

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(36, 12), nn.ReLU(), nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 6))
        self.decoder = nn.Sequential(
            nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 36), nn.Sigmoid()
        )

    def encode(self, x):
        return self.encoder(x.flatten(1)).chunk(2, 1)

    def decode(self, z):
        return self.decoder(z).view(-1, 6, 6)


class Colour(nn.Module):
    """A perceptron for colour pictures: PyTorch flattens [channels, height, width]."""

    shape, z = (4, 5, 3), 2

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(60, 7), nn.ReLU(), nn.Linear(7, 4))
        self.decoder = nn.Sequential(nn.Linear(2, 7), nn.ReLU(), nn.Linear(7, 60), nn.Sigmoid(), nn.Unflatten(1, (3, 4, 5)))

    def encode(self, x):
        return self.encoder(x.permute(0, 3, 1, 2)).chunk(2, 1)

    def decode(self, z):
        return self.decoder(z).permute(0, 2, 3, 1)


class Example(nn.Module):
    """PyTorch's own example: layers by number, which tell nothing of their parts."""

    shape, z = (5, 5), 2

    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(25, 9), nn.Linear(9, 2), nn.Linear(9, 2)
        self.fc3, self.fc4 = nn.Linear(2, 9), nn.Linear(9, 25)

    def encode(self, x):
        h = self.fc1(x.flatten(1)).relu()
        return self.fc21(h), self.fc22(h)

    def decode(self, z):
        return self.fc4(self.fc3(z).relu()).sigmoid().view(-1, 5, 5)


class Keras(nn.Module):
    """Keras' example with PyTorch's padding, heads of their own, a picture laid flat and made again."""

    shape, z = (8, 8), 2

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 3, 3, 2, 1), nn.ReLU(), nn.Conv2d(3, 5, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(20, 6), nn.ReLU()
        )
        self.z_mean, self.z_log_var = nn.Linear(6, 2), nn.Linear(6, 2)
        self.decoder = nn.Sequential(
            nn.Linear(2, 20), nn.ReLU(), nn.Unflatten(1, (5, 2, 2)),
            nn.ConvTranspose2d(5, 5, 3, 2, 1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(5, 3, 3, 2, 1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(3, 1, 3, 1, 1), nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x.unsqueeze(1))
        return self.z_mean(h), self.z_log_var(h)

    def decode(self, z):
        return self.decoder(z).squeeze(1)


class Vanilla(nn.Module):
    """PyTorch-VAE's VanillaVAE, smaller: nested Sequentials with batch normalisation, numbers from -1 to 1."""

    shape, z = (16, 16, 3), 3

    def __init__(self, channels=(3, 4, 6)):
        super().__init__()
        down = [(3, *channels)[i] for i in range(len(channels))]
        self.encoder = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.LeakyReLU())
                for a, b in zip(down, channels)
            )
        )
        self.fc_mu, self.fc_var = nn.Linear(24, 3), nn.Linear(24, 3)
        self.decoder_input = nn.Linear(3, 24)
        up = channels[::-1]
        block = lambda a, b: [nn.ConvTranspose2d(a, b, 3, 2, 1, output_padding=1), nn.BatchNorm2d(b), nn.LeakyReLU()]
        self.decoder = nn.Sequential(*(nn.Sequential(*block(a, b)) for a, b in zip(up, up[1:])))
        self.final_layer = nn.Sequential(*block(up[-1], up[-1]), nn.Conv2d(up[-1], 3, 3, padding=1), nn.Tanh())

    def encode(self, x):
        h = self.encoder(x.permute(0, 3, 1, 2) * 2 - 1).flatten(1)
        return self.fc_mu(h), self.fc_var(h)

    def decode(self, z):
        h = self.decoder_input(z).view(-1, 6, 2, 2)
        return ((self.final_layer(self.decoder(h)) + 1) / 2).permute(0, 2, 3, 1)


def flat(t):
    return [round(v, 8) for v in t.detach().double().flatten().tolist()]


def case(model):
    x, z = torch.rand(3, *model.shape), torch.randn(3, model.z)
    model.train()
    for _ in range(4):  # running statistics that are none of the first ones
        model.decode(model.encode(torch.rand(8, *model.shape))[0])
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.1)
    model.eval()
    state = model.state_dict()
    mean, log_var = model.encode(x)
    to = lambda dtype: {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
    files = {
        "float32": save(state, metadata={"format": "pt"}),
        "float16": save(to(torch.float16)),
        "bfloat16": save(to(torch.bfloat16)),
        "float64": save(to(torch.float64)),
    }
    return {
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
        "shape": model.shape, "latent": model.z,
        "x": flat(x), "z": flat(z), "mean": flat(mean), "logVar": flat(log_var), "decoded": flat(model.decode(z)),
    }


models = {"notebook": Notebook, "colour": Colour, "example": Example, "keras": Keras, "vanilla": Vanilla}
out = {"generator": f"torch {torch.__version__}", "cases": {name: case(make()) for name, make in models.items()}}
Path(__file__).parent.parent.joinpath("torch.json").write_text(json.dumps(out))
