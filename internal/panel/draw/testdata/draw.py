#!/usr/bin/env python3
"""Draws a panel again from the files of a draw, with the standard library alone.

    draw.py FOLDER RECORD-ROOT SIGNATURE [VALUE ...]

FOLDER has roll.csv, rule.json and, where quotas cross, portfolio. RECORD-ROOT is the root of
the record up to the entry "draw", in base64; SIGNATURE the beacon's, in hex; each VALUE one
that a guarantor opened. It prints one JSON object. It does not verify the signature (delfi
verify does), since that takes a library of elliptic curves.
"""
import base64, hashlib, json, os, sys


def sha(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p)
    return h.digest()


def root(leaves):  # RFC 6962
    if len(leaves) < 2:
        return sha(b"\0", leaves[0].encode()) if leaves else sha()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def main(folder, record, signature, *values):
    lines = read(folder, "roll.csv").decode().splitlines()[1:]
    roll = [line.split(",", 2) for line in lines]
    ticket = {int(n): bytes.fromhex(t) for n, t, _ in roll}
    cell = {int(n): c for n, _, c in roll}
    rule_text = read(folder, "rule.json")
    rule = json.loads(rule_text)
    seen = [c for q in rule["quotas"] for c in q["cells"]]
    crossing = len(seen) != len(set(seen)) or any(q["least"] != q["most"] for q in rule["quotas"])

    randomness = sha(bytes.fromhex(signature))
    seed = sha(b"delfi draw v1", base64.b64decode(record), randomness, *(bytes.fromhex(v) for v in values))
    lowest = lambda among: sorted(among, key=lambda n: sha(seed, ticket[n]))

    out = {"roll": root(["delfi ticket v1\n%s\n%s\n%s\n" % tuple(p) for p in roll]), "rule": sha(rule_text)}
    if crossing:
        panels = read(folder, "portfolio").decode().splitlines()
        out["portfolio"] = root(["delfi panel v1\n%d\n%s\n" % p for p in enumerate(panels)])
        counter, fair = 0, 2**64 // 1000 * 1000
        while True:
            number = int.from_bytes(sha(seed, counter.to_bytes(8, "big"))[:8], "big")
            if number < fair:
                break
            counter += 1
        index = number % 1000
        panel = [int(n) for n in panels[index].split()]
    else:
        index, panel = -1, []
        for q in rule["quotas"]:
            panel += lowest([n for n in cell if cell[n] in q["cells"]])[: q["least"]]
    rest = lowest([n for n in ticket if n not in set(panel)])
    out = {name: digest.hex() for name, digest in out.items()}
    out.update(randomness=randomness.hex(), seed=seed.hex(), index=index, panel=sorted(panel), reserves=rest[: rule["reserves"]])
    print(json.dumps(out, sort_keys=True))


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    main(*sys.argv[1:])
