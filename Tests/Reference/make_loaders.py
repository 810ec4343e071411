#!/usr/bin/env python3
"""Writes loaders.json: orders, splits and batches of torch.utils.data for given seeds.

    python -m venv venv && venv/bin/pip install torch numpy    # torch 2.15.0
    venv/bin/python make_loaders.py Tests/Reference

Each case has the Lua that gives the same as its "result": what that chunk returns, as JSON writes it. `set(n)` is a data
set of n samples, each its index as an int64 tensor; "next" is an integer drawn afterwards from the default generator, so
that the number of draws is compared, too.
"""
import json
import os
import sys

import torch
from torch.utils.data import (
    ConcatDataset, DataLoader, Dataset, RandomSampler, SequentialSampler, Subset, SubsetRandomSampler,
    TensorDataset, WeightedRandomSampler, random_split)
from torch.utils.data.distributed import DistributedSampler


class Numbers(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        return torch.tensor(index)


def drawn():
    return int(torch.randint(1 << 31, (1,)))


def passes(loader, count):
    return [[batch.tolist() for batch in loader] for _ in range(count)]


cases = []


def case(lua, seed, make):
    torch.manual_seed(seed)
    result = make()
    cases.append({"lua": lua, "seed": seed, "result": result, "next": drawn()})


def written(options):
    """Options as Lua writes them."""
    return "{ " + ", ".join(f"{k} = {str(v).lower()}" for k, v in options.items()) + " }"


def loader(seed, n, count=2, **options):
    case(f"return passes(data.loader(set({n}), {written(options)}), {count})", seed,
         lambda: passes(DataLoader(Numbers(n), **options), count))


loader(1, 3)
loader(1, 5, batch_size=2)
loader(1, 5, batch_size=2, drop_last=True)
loader(42, 10, 3, batch_size=3, shuffle=True)
loader(7, 11, 3, batch_size=3, shuffle=True, drop_last=True)
for n in (1, 2, 100):
    loader(3, n, batch_size=64, shuffle=True)


def sampled(lua, seed, n, make, count=2, **options):
    lua_options = "".join(f", {k} = {str(v).lower()}" for k, v in options.items())
    case(f"return passes(data.loader(set({n}), {{ sampler = {lua}{lua_options} }}), {count})", seed,
         lambda: passes(DataLoader(Numbers(n), sampler=make(Numbers(n)), **options), count))


sampled("data.SequentialSampler(set(4))", 5, 4, SequentialSampler, batch_size=3)
sampled("data.RandomSampler(set(10))", 5, 10, RandomSampler, batch_size=4)
sampled("data.RandomSampler(set(10), { replacement = true })", 6, 10,
        lambda s: RandomSampler(s, replacement=True), batch_size=4)
sampled("data.RandomSampler(set(10), { replacement = true, num_samples = 77 })", 6, 10,
        lambda s: RandomSampler(s, replacement=True, num_samples=77), batch_size=32)
sampled("data.RandomSampler(set(10), { num_samples = 3 })", 8, 10, lambda s: RandomSampler(s, num_samples=3))
sampled("data.RandomSampler(set(10), { num_samples = 25 })", 8, 10, lambda s: RandomSampler(s, num_samples=25),
        batch_size=10)
sampled("data.SubsetRandomSampler { 9, 3, 5, 7 }", 9, 10, lambda s: SubsetRandomSampler([9, 3, 5, 7]), batch_size=3)
weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.0, 0.6]
text = "{ 0.1, 0.9, 0.4, 0.7, 3.0, 0.0, 0.6 }"
sampled(f"data.WeightedRandomSampler({text}, 20)", 10, 7, lambda s: WeightedRandomSampler(weights, 20), batch_size=8)
sampled(f"data.WeightedRandomSampler({text}, 1)", 10, 7, lambda s: WeightedRandomSampler(weights, 1))
sampled(f"data.WeightedRandomSampler({text}, 5, {{ replacement = false }})", 11, 7,
        lambda s: WeightedRandomSampler(weights, 5, replacement=False), batch_size=8)
sampled("{ 3, 1, 3, 0 }", 12, 4, lambda s: [3, 1, 3, 0], batch_size=2)


def distributed(n, replicas, epoch, lua="", **options):
    for rank in range(replicas):
        def make(rank=rank):
            sampler = DistributedSampler(Numbers(n), replicas, rank, **options)
            sampler.set_epoch(epoch)
            return [list(sampler), passes(DataLoader(Numbers(n), batch_size=2, sampler=sampler), 1)]
        case(f"local s = data.DistributedSampler(set({n}), {{ num_replicas = {replicas}, rank = {rank}{lua} }}) "
             f"s:set_epoch({epoch}) "
             f"return {{ s:indices(), passes(data.loader(set({n}), {{ batch_size = 2, sampler = s }}), 1) }}", 1, make)


distributed(10, 3, 0)
distributed(10, 3, 2, ", seed = 5", seed=5)
distributed(10, 3, 1, ", drop_last = true", drop_last=True)
distributed(7, 2, 0, ", shuffle = false", shuffle=False)
distributed(2, 5, 1)
distributed(2, 5, 1, ", drop_last = true", drop_last=True)


def split(n, lengths, seed):
    text = ", ".join(map(str, lengths))
    case(f"local parts = data.random_split(set({n}), {{ {text} }}) local all = {{}} "
         f"for i, part in ipairs(parts) do all[i] = part:indices() end return all", seed,
         lambda: [list(part.indices) for part in random_split(Numbers(n), lengths)])


split(10, [3, 7], 42)
split(10, [5, 0, 5], 1)
split(10, [0.3, 0.3, 0.4], 42)
split(11, [0.5, 0.5], 2)
split(7, [0.1, 0.1, 0.8], 3)
split(5, [1.0], 4)

case("return passes(data.loader(data.ConcatDataset { set(3), set(4) }, { batch_size = 3, shuffle = true }), 1)", 13,
     lambda: passes(DataLoader(ConcatDataset([Numbers(3), Numbers(4)]), batch_size=3, shuffle=True), 1))
case("return passes(data.loader(data.Subset(set(9), { 8, 2, 5, 2 }), { batch_size = 3, shuffle = true }), 1)", 14,
     lambda: passes(DataLoader(Subset(Numbers(9), [8, 2, 5, 2]), batch_size=3, shuffle=True), 1))


def pairs():
    batches = DataLoader(
        TensorDataset(torch.arange(10).view(5, 2), torch.arange(5) * 0.5), batch_size=2, shuffle=True)
    return [[x.tolist(), y.tolist()] for x, y in batches]


case("local all = {} for _, x, y in data.loader(data.TensorDataset(nj.arange(10):view(5, 2), nj.arange(5) * 0.5), "
     "{ batch_size = 2, shuffle = true }):batches() do all[#all + 1] = { x:tolist(), y:tolist() } end return all",
     15, pairs)


# What default_collate makes of samples: the type and the values of each.
def described(value):
    if isinstance(value, torch.Tensor):
        return [str(value.dtype).removeprefix("torch."), list(value.shape), value.tolist()]
    if isinstance(value, dict):
        return {key: described(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [described(v) for v in value]
    return value


def collated(lua, samples):
    case(f"return described(collated {{ {lua} }})", 1,
         lambda: described(next(iter(DataLoader(samples, batch_size=len(samples))))))


collated("1, 2, 3", [1, 2, 3])
collated("1.0, 2.5", [1.0, 2.5])
collated("1, 2.5", [1, 2.5])
collated("2.5, 1", [2.5, 1])
collated("true, false", [True, False])
collated("true, 2", [True, 2])
collated("2, true", [2, True])
collated("1.5, true", [1.5, True])
collated("true, 1.5", [True, 1.5])
collated("1 << 53, (1 << 53) + 1", [1 << 53, (1 << 53) + 1])
collated("'a', 'b'", ["a", "b"])
collated("nj.tensor { 1, 2 }, nj.tensor { 3, 4 }", [torch.tensor([1, 2]), torch.tensor([3, 4])])
collated("nj.tensor(1), nj.tensor(2)", [torch.tensor(1), torch.tensor(2)])
collated("nj.tensor { 1 }, nj.tensor { 2.5 }", [torch.tensor([1]), torch.tensor([2.5])])
collated("{ 1, 2.5 }, { 3, 4.5 }", [[1, 2.5], [3, 4.5]])
collated("{ x = 1, y = 'a' }, { x = 2, y = 'b' }", [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}])
collated("{ x = { 1, 2 } }, { x = { 3, 4 } }", [{"x": [1, 2]}, {"x": [3, 4]}])
collated("{ { 1 }, { y = 2.0 } }, { { 3 }, { y = 4.0 } }", [[[1], {"y": 2.0}], [[3], {"y": 4.0}]])
collated("nj.zeros(0, 3), nj.zeros(0, 3)", [torch.zeros(0, 3), torch.zeros(0, 3)])

path = os.path.join(sys.argv[1], "loaders.json")
with open(path, "w", newline="\n") as f:
    dump = json.JSONEncoder(separators=(",", ":")).encode
    f.write('{\n"torch":' + dump(torch.__version__) + ',\n"cases":[\n' + ",\n".join(map(dump, cases)) + "\n]\n}\n")
print(path, len(cases), "cases,", os.path.getsize(path), "bytes")
