"""One epoch the notebook's way: torchvision's MNIST through a DataLoader. Arguments: data folder, workers, best."""
import sys

import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class VAE(nn.Module):
    def __init__(self, z_dim):
        super().__init__()
        self.z_dim = z_dim
        self.encoder = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 2 * z_dim))
        self.decoder = nn.Sequential(
            nn.Linear(z_dim, 128), nn.ReLU(), nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())

    def forward(self, x):
        z = self.encoder(x)
        z_mean, z_log_var = z[:, :self.z_dim], z[:, self.z_dim:]
        z = z_mean + torch.exp(z_log_var / 2) * torch.randn_like(z_log_var)
        return self.decoder(z), z_mean, z_log_var


def main():
    folder, workers, best = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "best"
    if best:
        torch.set_flush_denormal(True)
    torch.manual_seed(0)
    train = datasets.MNIST(folder, train=True, transform=transforms.ToTensor())
    test = datasets.MNIST(folder, train=False, transform=transforms.ToTensor())
    loader = DataLoader(train, batch_size=128, shuffle=True, num_workers=workers)
    model = VAE(2)
    optimizer = optim.Adam(model.parameters(), lr=1e-3, **({"foreach": True} if best else {}))

    def loss_of(x):
        x = x.view(len(x), -1)
        y, mean, log_var = model(x)
        reconstruction = nn.functional.binary_cross_entropy(y, x, reduction="sum")
        return (reconstruction + 0.5 * (mean ** 2 + log_var.exp() - 1 - log_var).sum()) / len(x)

    for x, _ in loader:
        loss = loss_of(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():  # Latent measures the test set after each epoch; so does this
        total = sum(loss_of(x).item() * len(x) for x, _ in DataLoader(test, batch_size=500, num_workers=workers))
    print(total / len(test))


main()
