"""Trains with a graph of `latent export training` in plain Python, on one's own rows:

    python3 train.py training                               # the first steps, compared with Latent's own
    python3 train.py training x.npy weights.safetensors     # all steps that are left, and the weights they come to
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

folder = Path(sys.argv[1])
card = json.loads((folder / "training.json").read_text())
session, begin = (
    ort.InferenceSession(folder / card[graph], providers=["CPUExecutionProvider"]) for graph in ("model", "start")
)
outputs = [value["name"] for value in card["outputs"]]
nexts = [state["next"] for state in card["state"]]
per_step = [card["indices"]["name"], *(value["name"] for value in [*card["noise"], *card["schedule"]])]


def start() -> dict:
    """The states before the first step."""
    names = [state["name"] for state in card["state"]]
    return dict(zip(names, begin.run(names, {})))


def run(feeds: dict, states: dict, steps: int) -> tuple[dict, dict]:
    """Does some steps. Returns what they report and the states after them."""
    feeds = {**feeds, **states, card["steps"]["name"]: np.int64(steps)}
    values = session.run(outputs + nexts, {name: np.asarray(value) for name, value in feeds.items()})
    new = {state["name"]: value for state, value in zip(card["state"], values[len(outputs) :])}
    return dict(zip(outputs, values)), new


def check() -> None:
    """The first steps in two calls, beside the numbers that Latent has for them."""
    told = card["check"]
    feeds = {name: np.load(folder / file) for name, file in told["feeds"].items()}
    states, found = start(), {name: [] for name in outputs}
    half = told["steps"] // 2
    for first, end in ((0, half), (half, told["steps"])) if half > 0 else ((0, 1),):
        part = {name: value[first:end] if name in per_step else value for name, value in feeds.items()}
        reported, states = run(part, states, end - first)
        for name, values in reported.items():
            found[name].extend(values)
    for name, file in told["expected"].items():
        wanted = np.load(folder / file)
        off = np.max(np.abs(np.array(found[name]) - wanted) / np.maximum(1e-30, np.abs(wanted)))
        print(f"{name}: {told['steps']} steps, at most {off:.1e} of it away")
        if name == "loss":
            assert off < 1e-5, f"the loss is {off} away"


def train(source: str, out: str) -> None:
    """All steps that are left, on the rows of a file, with noise and an order of Python's own."""
    x = np.load(source)
    x = x.reshape(len(x), -1).astype(card["data"]["dtype"], copy=False)
    random = np.random.default_rng(0)
    schedule = {value["name"]: np.load(folder / value["file"]) for value in card["schedule"]}
    left, states = card["planned"] - card["step"], start()
    for first in range(0, left, 64):
        steps = min(64, left - first)
        draws = {"normal": random.standard_normal, "uniform": random.random}
        feeds = {card["data"]["name"]: x}
        feeds[card["indices"]["name"]] = random.integers(len(x), size=(steps, card["batch"]), dtype=np.int32)
        for value in card["noise"]:
            feeds[value["name"]] = draws[value["distribution"]]([steps, *value["shape"][1:]], dtype=np.float32)
        for name, values in schedule.items():
            feeds[name] = values[first : first + steps]
        reported, states = run(feeds, states, steps)
        print(f"step {card['step'] + first + steps}: loss {reported['loss'].mean():.4f}")
    save(out, states)


def save(out: str, states: dict) -> None:
    """The weights as safetensors, which `latent import torch` reads."""
    header, pieces, at = {}, [], 0
    for name, place in card["weights"].items():
        size = int(np.prod(place["shape"]))
        piece = states[place["state"]].reshape(-1)[place["offset"] : place["offset"] + size].astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": place["shape"], "data_offsets": [at, at + len(piece)]}
        pieces.append(piece)
        at += len(piece)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(out).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(pieces))


if __name__ == "__main__":
    train(*sys.argv[2:4]) if len(sys.argv) > 2 else check()
