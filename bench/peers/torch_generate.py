"""Import, build, load weights, draw 16 images, keep them. Arguments: weights, output (.png takes torchvision)."""
import sys

import torch
from torch import nn

weights, out = sys.argv[1:3]
decoder = nn.Sequential(
    nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())
if len(sys.argv) > 3:
    torch.save(decoder.state_dict(), weights)
else:
    decoder.load_state_dict(torch.load(weights))
    with torch.no_grad():
        images = decoder(torch.randn(16, 2)).view(16, 1, 28, 28)
    if out.endswith(".png"):
        from torchvision.utils import save_image

        save_image(images, out, nrow=4)
    else:
        images.numpy().tofile(out)
