"""Train the default engine's network: what the accurate engine says of many texts, and what people said of some.

    python tools/train_network.py TRAIN DEV --work WORK --requests FILE... --without FILE... [-o tone.network]

TRAIN and DEV are folders of JSON lines, as in train_accurate.py; so are --requests and --without.  Three things are
done: texts are gathered (whole, in parts, about their target: ``network_data.py``); the accurate
engine, as it ships, says what it thinks of each (WORK/shares.jsonl: what stands there is not asked again), or its
teacher, where that one was asked (--told, which train_accurate.py leaves in its own working folder); a small
network learns both that and the labels.  Then it is rounded to whole numbers, weighed against the sum of weights in
tone.model on DEV, and written.  Needs torch, numpy, scipy and mentionwatch (pip install -e .).  Seeded, on one thread:
with the same versions on the same machine the same data and shares give the same bytes.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from accurate_data import Row, figures, read_rows, row_of
from accurate_pack import expected_calibration_error
from network_data import gather, learned, pieces_of, weigh
from scipy.optimize import minimize
from torch import Tensor, nn
from torch.nn import functional
from written_rows import written_rows

from mentionwatch.tone.accurate import AccurateScorer
from mentionwatch.tone.accurate.scorer import MODEL as ACCURATE
from mentionwatch.tone.accurate.weights import read_weights
from mentionwatch.tone.pieces.wordpiece import UNKNOWN, WordPiece
from mentionwatch.tone.small import MODEL, NETWORK, SmallScorer
from mentionwatch.tone.small.both import prepare, spell_out
from mentionwatch.tone.small.network import EASE, Network
from mentionwatch.tone.small.networkfile import NetworkFile, write_network
from mentionwatch.tone.small.weigh import Weigher

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Numbers for a piece, patterns, pieces that a pattern sees, hidden units of the head.
WIDTH, LANES, REACH, UNITS = 64, 128, 5, 32
#: How often each text is seen, and how many at once.
_TIMES, _TOGETHER = 8, 256
#: How fast it learns: the pieces' numbers, which begin as the accurate engine's, and the rest.
_PIECES_RATE, _RATE = 3e-4, 2e-3
#: Pieces that are hidden from it, so that no single word decides; units and patterns that are left out at random.
_HIDDEN, _DROPPED = 0.1, 0.2
#: How many standard deviations of a piece's numbers are told apart.
_SPREAD = 2.6
#: What a pattern may come to.
_MOST = 2**15 - 64
#: As in train_tone.py.
CAUTION = 0.2
DEV_WEIGHTS = {"mams_val": 0.25}


class Net(nn.Module):
    """The network in torch; ``mentionwatch/tone/small/network.py`` computes the same in whole numbers."""

    def __init__(self, begin: Tensor) -> None:
        super().__init__()
        self.words = nn.Embedding(*begin.shape, padding_idx=0)
        self.words.weight.data.copy_(begin)
        self.narrow = nn.Linear(begin.shape[1], WIDTH, bias=False)
        self.patterns = nn.Conv1d(WIDTH, LANES, REACH, padding=REACH // 2)
        self.unit = nn.Linear(2 * LANES, UNITS)
        self.straight = nn.Linear(2 * LANES, 3)
        self.out = nn.Linear(UNITS, 3)
        self.register_buffer("steps", torch.zeros(WIDTH))
        self.measure()

    @torch.no_grad()
    def measure(self) -> None:
        """Choose how fine the pieces' numbers are: 4 bits for nearly all that occur."""
        self.steps.copy_(_SPREAD * self.narrow(self.words.weight).std(dim=0) / 7.5)

    def forward(self, pieces: Tensor) -> Tensor:
        there = pieces != 0
        narrow = coarse(self.narrow(self.words(pieces)), self.steps)
        fits = self.patterns(narrow.transpose(1, 2)).transpose(1, 2)
        fits = functional.relu(fits) * there[..., None]
        count = there.sum(dim=1, keepdim=True).float()
        pooled = torch.cat([fits.sum(dim=1) / (2 * (count + EASE).sqrt()), fits.amax(dim=1)], dim=1)
        pooled = functional.dropout(pooled, _DROPPED, self.training)
        hidden = functional.dropout(functional.relu(self.unit(pooled)), _DROPPED, self.training)
        return self.straight(pooled) + self.out(hidden)


def coarse(numbers: Tensor, steps: Tensor) -> Tensor:
    """Give numbers as they are shipped, from -8 to 7 times a step; the gradient passes as if nothing was rounded."""
    return numbers + ((numbers / steps).round().clamp(-8, 7) * steps - numbers).detach()


def read_shares(path: Path | None) -> dict[tuple, list[float]]:
    """Read what was said of texts: shares of the labels by text and marks."""
    if path is None or not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {(about["text"], tuple(map(tuple, about["spans"]))): about["shares"] for about in map(json.loads, file)}


def ask(rows: Sequence[Row], path: Path) -> np.ndarray:
    """Let the accurate engine judge rows; what stands in the file already is not asked again."""
    known = read_shares(path)
    missing = [row for row in rows if (row.text, row.spans) not in known]
    print(f"{len(rows)} rows, {len(missing)} to be judged", flush=True)
    scorer, began = AccurateScorer(), time.monotonic()
    with path.open("a", encoding="utf-8") as file:
        for number, (row, one) in enumerate(
            zip(missing, scorer.score_many((row.text, row.spans) for row in missing), strict=True)
        ):
            shares = [round(share, 4) for share in (one.negative, one.neutral, one.positive)]
            known[row.text, row.spans] = shares
            file.write(json.dumps({"text": row.text, "spans": row.spans, "shares": shares}) + "\n")
            if number % 10_000 == 0:
                print(f"{number}, {time.monotonic() - began:.0f} s", flush=True)
    return np.array([known[row.text, row.spans] for row in rows], dtype=np.float32)


def learn(rows: Sequence[Row], shares: np.ndarray, cuts: Sequence[list[int]], *, begin: Tensor, unknown: int) -> Net:
    """Train; gives the mean of the weights on the way."""
    wanted = learned(rows, shares)
    weights = torch.from_numpy(weigh(rows, wanted))
    lengths = np.array([len(cut) for cut in cuts])
    goal = torch.from_numpy(wanted)
    net = Net(begin)
    mean = copy.deepcopy(net)
    rest = [one for name, one in net.named_parameters() if not name.startswith("words")]
    search = torch.optim.AdamW(
        [
            {"params": [net.words.weight], "lr": _PIECES_RATE, "weight_decay": 0.0},
            {"params": rest, "lr": _RATE, "weight_decay": 1e-3},
        ]
    )
    rates = [group["lr"] for group in search.param_groups]
    chance = np.random.default_rng(1)
    step, steps, began = 0, _TIMES * -(-len(rows) // _TOGETHER), time.monotonic()
    for time_ in range(_TIMES):
        order = np.argsort(lengths + chance.random(len(rows)) * 6, kind="stable")
        groups = [order[i : i + _TOGETHER] for i in range(0, len(order), _TOGETHER)]
        lost = 0.0
        for number in chance.permutation(len(groups)):
            group = groups[number]
            table = filled([cuts[i] for i in group])
            table[(chance.random(table.shape) < _HIDDEN) & (table != 0)] = unknown
            share = min(1.0, (step + 1) / 200) * max(0.02, 1 - step / steps)
            for one, rate in zip(search.param_groups, rates, strict=True):
                one["lr"] = rate * share
            net.train()
            odds = net(torch.from_numpy(table))
            loss = (-(goal[group] * odds.log_softmax(dim=1)).sum(dim=1) * weights[group]).mean()
            search.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            search.step()
            step += 1
            if step % 100 == 0:
                net.measure()
            lost += loss.item()
            if step % 8 == 0:
                inertia = min(0.985, step / 8 / (step / 8 + 10))
                with torch.no_grad():
                    torch._foreach_lerp_(list(mean.parameters()), list(net.parameters()), 1 - inertia)
        mean.measure()
        print(f"time {time_ + 1}: loss {lost / len(groups):.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return mean.eval()


def filled(cuts: Sequence[Sequence[int]]) -> np.ndarray:
    """Put rows of pieces into a table, filled up with zeros."""
    table = np.zeros((len(cuts), max(1, *map(len, cuts))), dtype=np.int64)
    for row, cut in zip(table, cuts, strict=True):
        row[: len(cut)] = cut
    return table


def first_pieces(path: Path) -> Tensor:
    """Give the numbers that pieces begin with: an accurate engine's, around 0, 1 wide."""
    words = read_weights(path).matrix("words").copy()
    words -= words.mean(axis=0)
    words /= words.std()
    words[0] = 0
    return torch.from_numpy(words)


@torch.no_grad()
def rounded(net: Net, names: Sequence[str], *, scale: float, share: float, caution: float) -> NetworkFile:
    """Round a network to whole numbers, its log-odds against neutral times `scale`."""
    pieces = (net.words.weight @ net.narrow.weight.T).numpy().astype(np.float64)
    sizes = net.steps.numpy().astype(np.float64)
    whole = np.clip(np.rint(pieces / sizes), -8, 7).astype(np.int64)
    whole[0] = 0
    # LANES x WIDTH x REACH; a lane has one step, so that its parts can be added up.
    patterns = net.patterns.weight.numpy().astype(np.float64) * sizes[None, :, None]
    bias = net.patterns.bias.numpy().astype(np.float64)
    # The most that any row of pieces can make of a lane decides how fine its steps can be.
    most = np.abs(bias) + sum(np.abs(whole @ patterns[:, :, place].T).max(axis=0) for place in range(REACH))
    steps = np.maximum(np.abs(patterns).max(axis=(1, 2)) / 127, most / _MOST)
    while True:
        small = np.rint(patterns / steps[:, None, None]).astype(np.int64)
        added_up = np.abs(np.rint(bias / steps))
        added_up = added_up + sum(np.abs(whole @ small[:, :, place].T).max(axis=0) for place in range(REACH))
        if added_up.max() < 2**15:
            break
        steps = np.where(added_up < 2**15, steps, steps * 1.01)
    patterns, bias = small, np.rint(bias / steps).astype(np.int64)
    both = np.concatenate([net.straight.weight.numpy(), net.unit.weight.numpy()]).astype(np.float64)
    added = np.concatenate([net.straight.bias.numpy(), net.unit.bias.numpy()]).astype(np.float64)
    units = net.out.weight.numpy().astype(np.float64)
    added[:3] += net.out.bias.numpy()
    # Negative and positive against neutral; then the units.
    head = np.concatenate([both[[0, 2]] - both[1], both[3:]]) * np.concatenate([steps, steps])
    offsets = np.concatenate([added[[0, 2]] - added[1], added[3:]])
    head_steps = np.abs(head).max(axis=1) / 32767
    head = np.rint(head / head_steps[:, None]).astype(np.int64)
    head_steps[:2] *= scale
    offsets[:2] *= scale
    offsets[0] += caution
    units = (units[[0, 2]] - units[1]) * scale
    return NetworkFile(
        share=share,
        names=names,
        pieces=((whole[:, 0::2] + 8) | (whole[:, 1::2] + 8) << 4).astype(np.uint8).tobytes(),
        patterns=[array("b", row.ravel().tolist()) for row in patterns.transpose(1, 2, 0)],
        bias=array("h", bias.tolist()),
        head=[array("h", row.tolist()) for row in head.T],
        steps=array("d", head_steps),
        offsets=array("d", offsets),
        units=(array("d", units[0]), array("d", units[1])),
    )


def together(dev: dict[str, list[Row]], network: Network) -> tuple[float, float]:
    """Find how much the sum of weights and the network count, so that what is true on DEV is most likely."""
    weigher = Weigher(MODEL)
    sets = []
    for name, rows in dev.items():
        said = [read_both(row, weigher, network) for row in rows]
        sets.append((name, np.array(said), np.array([row.label for row in rows])))

    def loss(factors: np.ndarray) -> float:
        total = 0.0
        for name, said, labels in sets:
            odds = np.zeros((len(said), 3))
            odds[:, [0, 2]] = factors[0] * said[:, 0] + factors[1] * said[:, 1]
            odds -= odds.max(axis=1, keepdims=True)
            logs = odds - np.log(np.exp(odds).sum(axis=1, keepdims=True))
            total -= DEV_WEIGHTS.get(name, 1.0) * logs[np.arange(len(logs)), labels].mean()
        return total

    found = minimize(loss, np.array([0.4, 0.7]), method="Nelder-Mead").x
    return float(found[0]), float(found[1])


def read_both(row: Row, weigher: Weigher, network: Network) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give both log-odds of a row."""
    text, marks = prepare(row.text, row.spans)
    weighed = weigher.weigh(text)
    return weighed.odds, network.odds(spell_out(text, weighed.features), marks)


def measure(dev: dict[str, list[Row]], scorer: SmallScorer) -> None:
    """Print figures of the engine as it runs."""
    every, right = [], []
    for name, rows in dev.items():
        began = time.process_time()
        said = [scorer.score(row.text, target=row.spans) for row in rows]
        speed = len(rows) / (time.process_time() - began)
        shares = np.array([(one.negative, one.neutral, one.positive) for one in said])
        labels = np.array([row.label for row in rows])
        if "taught" not in name:
            every.append(shares)
            right.append(labels)
        told = "  ".join(f"{key} {value:.3f}" for key, value in figures(shares, labels).items())
        error = expected_calibration_error(shares, labels)
        print(f"{name:16} {told}  ece {error:.3f}  {speed:.0f} texts a second", flush=True)
    print(f"pooled ece {expected_calibration_error(np.concatenate(every), np.concatenate(right)):.3f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--requests", type=Path, nargs="*", default=[], help="files of requests by topic")
    parser.add_argument("--without", type=Path, nargs="*", default=[], help="files of sentences never to be made")
    parser.add_argument("--work", type=Path, required=True, help="folder for what the accurate engine says")
    parser.add_argument("--told", type=Path, help="what its teacher says, where it was asked: told.jsonl")
    parser.add_argument("--begin", type=Path, default=ACCURATE, help="accurate engine whose pieces it begins with")
    parser.add_argument("-o", "--output", type=Path, default=NETWORK)
    return parser.parse_args()


def main() -> None:
    """Gather, ask, learn, round, weigh, write, measure."""
    options = _arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(1)
    names = list(read_weights(ACCURATE).vocabulary)
    words = WordPiece(names)
    weigher = Weigher(MODEL)
    gathered = [(row, pieces_of(row.text, row.spans, words, weigher)) for row in gather(options)]
    rows, cuts = zip(*((row, cut) for row, cut in gathered if cut), strict=True)
    shares = ask(rows, options.work / "shares.jsonl")
    told = read_shares(options.told)
    known = [number for number, row in enumerate(rows) if (row.text, row.spans) in told]
    for number in known:
        shares[number] = told[rows[number].text, rows[number].spans]
    print(f"{len(known)} of {len(rows)} rows were told by the accurate engine's teacher", flush=True)
    net = learn(rows, shares, cuts, begin=first_pieces(options.begin), unknown=names.index(UNKNOWN))
    dev = {path.stem: read_rows(path) for path in sorted(options.dev.glob("*.jsonl"))}
    learned_from, kept_back = ([row_of(about, "written") for about in part] for part in written_rows())
    dev["written"] = kept_back
    write_network(options.output, rounded(net, names, scale=1.0, share=0.0, caution=0.0))
    share, scale = together(dev, Network(options.output))
    caution = CAUTION * (1 - share)  # the sum of weights has its own
    write_network(options.output, rounded(net, names, scale=scale, share=share, caution=caution))
    print(f"{options.output}: {options.output.stat().st_size} bytes; sum {share:.3f}, network {scale:.3f}")
    # The last row tells how much better it knows what it was taught than what was kept back.
    measure({**dev, "written, taught": learned_from}, SmallScorer(network=options.output))


if __name__ == "__main__":
    main()
