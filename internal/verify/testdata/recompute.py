#!/usr/bin/env python3
"""Recomputes a public record from docs/RECORD.md alone: python3 recompute.py FOLDER|FILE.zip

It shares no code with Delfi and needs the standard library only. It says the first
difference and ends with 1. It does not decide whether answers hold still
(docs/METHOD.md §4.2), nor check signatures, for which the library has no Ed25519."""
import base64, hashlib, json, math, pathlib, sys, zipfile


class Folder:
    def __init__(self, name):
        self.zip = zipfile.ZipFile(name) if zipfile.is_zipfile(name) else None
        self.root = pathlib.Path(name)

    def read(self, name):
        try:
            return self.zip.read(name) if self.zip else (self.root / name).read_bytes()
        except (KeyError, OSError):
            sys.exit(f"{name}: is missing")

    def names(self):
        if self.zip:
            return self.zip.namelist()
        return [p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()]


def must(holds, words):
    if not holds:
        print(words)
        sys.exit(1)


def digest(b):
    return hashlib.sha256(b).hexdigest()


def leaf_hash(b):
    return hashlib.sha256(b"\0" + b).digest()


def tree(h):
    """The root of RFC 6962: the left part is the largest power of two below n."""
    if len(h) < 2:
        return h[0] if h else hashlib.sha256(b"").digest()
    k = 1
    while 2 * k < len(h):
        k *= 2
    return hashlib.sha256(b"\1" + tree(h[:k]) + tree(h[k:])).digest()


def b64(b):
    return base64.b64encode(b).decode()


def lines(b):
    return b.decode().split("\n")[:-1]


def log(r):
    """The entries, whose root is the checkpoint's."""
    entries, hashes = [], []
    for n, line in enumerate(lines(r.read("entries"))):
        e = json.loads(line)
        l = e["entry"].split("\n")
        must(e["n"] == n and len(l) == 6 and l[0] == "delfi entry v1" and l[5] == "", f"entries: line {n + 1} is no entry {n}")
        hashes.append(leaf_hash(e["entry"].encode()))
        entries.append((l[1], l[2], json.loads(l[4])))
    _, size, root = r.read("checkpoint").decode().split("\n")[:3]
    must(int(size) == len(entries), f"entries: there are {len(entries)}, the checkpoint has {size}")
    must(b64(tree(hashes)) == root, "entries: their root is not the checkpoint's")
    return entries


def leaves(r, path, table, n, root):
    """A table's counts by value, from leaves whose root is its head's."""
    text = lines(r.read(path))
    must(text[:2] == ["delfi leaves v1", table], f"{path}: is of another table")
    hashes, counts = [], {}
    for line in text[2:]:
        value, salt = line.rsplit(" ", 1)
        hashes.append(leaf_hash(f"delfi leaf v1\n{table}\n{value}\n{salt}\n".encode()))
        counts[value] = counts.get(value, 0) + 1
    must(all(a < b for a, b in zip(hashes, hashes[1:])), f"{path}: leaves do not ascend by hash")
    must(len(hashes) == n and b64(tree(hashes)) == root, f"{path}: the root of the leaves is not the head's")
    return counts


def closing(r, path, entry, prefix):
    """The tables of a closed round: values and counts of each, from heads and leaves."""
    for member, name in [("items", "items.json"), ("counts", "counts.json"), ("heads", "heads"), ("tally", "tally"), ("superseded", "superseded")]:
        must(digest(r.read(path + name)) == entry[member], f"{path}{name}: is not the one that the log names")
    heads, tally = lines(r.read(path + "heads")), lines(r.read(path + "tally"))
    must(3 * len(heads) == 4 * len(tally), f"{path}: heads and tally are not of the same tables")
    hashes, tables = [], {}
    for i in range(len(heads) // 4):
        form, table, n, root = heads[4 * i:4 * i + 4]
        said = tally[3 * i:3 * i + 3]
        must([form] + said[:2] == ["delfi table v1", "delfi tally v1", table] and table.startswith(prefix), f"{path}: head {i + 1} and its tally are not of one table")
        hashes.append(leaf_hash("".join(l + "\n" for l in heads[4 * i:4 * i + 4]).encode()))
        name = table[len(prefix):]
        seen = leaves(r, f"{path}leaves/{name}", table, int(n), root)
        if name == "B":
            must(said[2] == n, f"{path}tally: B is {said[2]}, its leaves are {n}")
            tables[name] = {"values": [], "counts": [], "n": int(n)}
            continue
        pairs = [p.rsplit("=", 1) for p in said[2].split(" ")]
        for value, count in pairs:
            must(seen.get(value, 0) == int(count), f"{path}tally: {value} in {name} is {count}, the leaves say {seen.get(value, 0)}")
        must(sum(int(c) for _, c in pairs) == int(n), f"{path}tally: leaves of {name} are not on its scale")
        tables[name] = {"values": [v for v, _ in pairs], "counts": [int(c) for _, c in pairs], "n": int(n)}
    must(b64(tree(hashes)) == entry["root"], f"{path}heads: their root is not the one that the log names")
    return tables


def count(path, doc, tables, groups):
    """The counts document against the tables."""
    must(doc["answered"] == sum(g["answered"] for g in doc["groups"]), f"{path}: answered is not the sum of the groups")
    if "B" in tables:
        must(doc["answered"] == tables["B"]["n"], f"{path}: {doc['answered']} answered, there are {tables['B']['n']} marks")
    for i in doc["items"]:
        item = i["item"]
        must(sum(i["by_group"]) == i["valid"], f"{path}: {item}: valid is {i['valid']}, its groups are {sum(i['by_group'])}")
        must(i["valid"] + i["cannot_judge"] <= doc["answered"], f"{path}: {item}: more people than answered")
        if "A/" + item in tables:
            must(tables["A/" + item]["n"] == i["valid"], f"{path}: {item}: valid is {i['valid']}, table A has {tables['A/' + item]['n']}")
        for g, n in zip(groups, i["by_group"]):
            t = tables.get(f"G/{item}/{g}")
            must(t is None or t["n"] == n, f"{path}: {item}: group {g} is {n}, table G has {t and t['n']}")
        if "D/" + item in tables:
            n = tables["D/" + item]["n"]
            must(n in (i["paired"], i["paired"] - 20), f"{path}: {item}: paired is {i['paired']}, table D has {n}")
        for side, n in zip(["against", "for", "neither"], i.get("said", [])):
            t = tables.get(f"R/{item.split('/')[0]}/{side}")  # a criterion's stand with its item
            must(n == 0 or t and t["n"] == n, f"{path}: {item}: {n} reasons are {side}, table R has {t and t['n']}")


def median(h):
    """Hyndman and Fan's type 7."""
    people = [v for v, c in enumerate(h, 1) for _ in range(c)]
    return (people[(len(people) - 1) // 2] + people[len(people) // 2]) / 2


def agreement(h):
    """Van der Eijk's A: layers of equal height, weighed by how many people are in them."""
    k, n, left, a = len(h), sum(h), list(h), 0.0
    while any(left):
        low = min(c for c in left if c)
        on = [c > 0 for c in left]
        left = [c - low if c else 0 for c in left]
        triples = [(on[x], on[y], on[z]) for x in range(k) for y in range(x + 1, k) for z in range(y + 1, k)]
        one = sum(t in ((1, 1, 0), (0, 1, 1)) for t in triples)
        two = sum(t == (1, 0, 1) for t in triples)
        u = ((k - 2) * one - (k - 1) * two) / ((k - 2) * (one + two)) if one + two else 1.0
        a += low * sum(on) / n * u * (1 - (sum(on) - 1) / (k - 1))
    return a


def place(i, n):
    return "low" if i == 0 else "high" if i == n - 1 else "middle"


def towards(a, b):
    return "high" if a > b else "low" if a < b else "middle"


def classify(rule, kind, h, of):
    """docs/METHOD.md §4.3: the word and direction of a scale's counts, under the rules share and agreement."""
    points, classes = kind["points"], kind["classes"]
    within = lambda a, b: sum(h[a - 1:b])
    if rule["rule"] == "share":
        w, k = rule["share"], points + 1
        windows = [(w["from"], w["to"]), (k - w["to"], k - w["from"])]
        sides = [towards(a + b, k) for a, b in windows]
        if len(classes) > 2:
            windows.append((classes[1][0], classes[-2][1]))
            sides.append("middle")
        for (a, b), side in zip(windows, sides):
            if 1000 * within(a, b) >= w["permille"] * of:
                return "consensus", side
    elif 1000 * agreement(h) >= rule["agreement"] - 1e-6:
        at = math.ceil(median(h) - 1e-9)
        return "consensus", place(next(i for i, c in enumerate(classes) if at <= c[1]), len(classes))
    counts = [within(*c) for c in classes]
    top = counts.index(max(counts))
    second = max(counts[:top] + counts[top + 1:])
    if min(counts[0], counts[-1]) * 1000 >= 350 * of and (len(classes) > 2 or points < 4 or agreement(h) < -1e-9):
        side = towards(counts[-1], counts[0])
        return "bipolarity", "none" if side == "middle" else side
    if 1000 * counts[top] > 500 * of:
        return "majority", place(top, len(classes))
    if 1000 * counts[top] >= 400 * of and 1000 * (counts[top] - second) >= 100 * of:
        return "plurality", place(top, len(classes))
    return "disagreement", "none"


def feedback(path, protocol, doc, counts, tables, before):
    """A feedback document: tables, share, median, A, change, and the words of each verdict."""
    rule = protocol["consensus"]
    kinds = {k["id"]: k for k in protocol["item_kinds"]}
    must(rule["rule"] in ("share", "agreement") and rule["scope"] == "panel" and protocol["measures"]["quantile"] == 7, f"{path}: this program knows the rules share and agreement of a whole panel, and quantiles of type 7")
    histograms, subjects = {}, {c["item"]: c for c in counts["items"]}
    must(len(subjects) == len(counts["items"]), f"{path}: counts stand twice")
    for part in doc["items"] + doc.get("lists", []):
        for t in part["tables"]:
            own = tables.get(t["id"])
            must(own and {k: t[k] for k in ("values", "counts", "n")} == own, f"{path}: table {t['id']} is not the tally's")
        for c in part.get("criteria", []):
            must(c["counts"] == subjects.get(f"{part['item']}/{c['criterion']}"), f"{path}: {part['item']}: its counts on {c['criterion']} are not those of the counts document")
    for l in doc.get("lists", []):
        must(l["counts"] == subjects.get(l["kind"]), f"{path}: {l['kind']}: its counts are not those of the counts document")
    for i in doc["items"]:
        item, f, v, kind = i["item"], i["figures"], i["verdict"], kinds[i["kind"]]
        name = {"criteria": item + "/" + (kind.get("criteria") or [""])[0], "ranking": kind["id"], "choice": kind["id"]}.get(kind["kind"], item)
        if "desirability" in kind.get("criteria", []):
            name = item + "/desirability"
        c = subjects.get(name)
        must(i["counts"] == c, f"{path}: {item}: its counts are not those of the counts document")
        a = tables.get("A/" + item)
        if kind["kind"] != "scale" or not a or len(a["counts"]) != kind["points"]:
            continue

        def same(name, want):
            got = f[name]
            must(got is not None and abs(got - want) <= 1e-9 * max(1, abs(want)), f"{path}: {item}: {name} is {got}, it should be {want}")

        h = histograms[item] = a["counts"]
        of = a["n"] + (c["cannot_judge"] if rule["denominator"] == "answered" else 0)
        w = rule.get("share") or {"from": kind["classes"][-1][0], "to": kind["classes"][-1][1]}
        must(f["histogram"] == h and f["n"] == a["n"], f"{path}: {item}: the histogram is not table A")
        same("top", sum(h[w["from"] - 1:w["to"]]) / of)
        same("median", median(h))
        same("agreement", agreement(h))
        if item in before:
            x = before[item]
            same("scheibe", sum(abs(p / sum(h) - q / sum(x)) for p, q in zip(h, x)) / 2)
        gates = protocol["gates"]
        asked = c["valid"] + c["cannot_judge"]
        enough = 1000 * counts["answered"] >= gates["response"] * counts["enrolled"] and c["valid"] >= protocol["disclosure"]["min_n"] and 1000 * c["valid"] >= gates["judged_min"] * asked
        if item in before:
            enough = enough and c["paired"] >= gates["paired_min"]
        key, direction = classify(rule, kind, h, of) if enough else ("too few", "none")
        prefix = "if" if v["key"] in ("open", "unstable") else ""
        got = (v["if"], v["if_direction"]) if prefix else (v["key"], v["direction"])
        must(got == (key, direction), f"{path}: {item}: the verdict is {' '.join(got)}, it should be {key} {direction}")
    return histograms


def main(name):
    r = Folder(name)
    entries = log(r)
    ids = {c["slug"]: c["id"] for c in map(json.loads, lines(r.read("consultations")))}
    slugs = sorted(n[:-len("/protocol.json")] for n in r.names() if n.endswith("/protocol.json"))
    must(slugs, "no consultation is in the record")
    rounds = 0
    for slug in slugs:
        text, id = r.read(slug + "/protocol.json"), ids.get(slug)
        own = [(e[0], e[2]) for e in entries if e[1] == id]
        must(("protocol", digest(text)) in [(k, e.get("hash")) for k, e in own], f"{slug}/protocol.json: is not the one that the log names")
        protocol = json.loads(text)
        groups = [g["id"] for g in protocol["panel"]["groups"]]
        before = {}
        for kind, e in own:
            if kind != "round_closed" or not e["tally"]:
                continue
            path, n = f"{slug}/rounds/{e['round']}/", e["round"]
            tables = closing(r, path, e, f"{id}/{n}/")
            counts = json.loads(r.read(path + "counts.json"))
            count(path + "counts.json", counts, tables, groups)
            shown = [f["document"] for k, f in own if k == "feedback" and f["round"] == n]
            if not shown:
                continue  # closed, and not released
            text = r.read(path + "feedback.json")
            # The law may have taken reasons from it: then the log has what was left.
            for _, _, gone in [e for e in entries if e[0] == "removal"]:
                shown += [a for b, a in zip(gone.get("documents") or [], gone.get("afterwards") or []) if b in shown]
            must(digest(text) == shown[-1], f"{path}feedback.json: is not the one that the log names")
            before = feedback(path + "feedback.json", protocol, json.loads(text), counts, tables, before)
            rounds += 1
    print(f"{len(entries)} entries, {rounds} rounds: all as recomputed")


main(sys.argv[1])
