#!/usr/bin/env python3
"""Proves that coopmesh_verify.py notices one flipped bit, wherever it is. Usage: flip_test.py EXPORT.json [SAMPLES] [SEED] [BOOKS]

First, bits of the file as it lies on the disk. Then, harder, bits of what is inside: the digest is made to fit again, so that
signatures, chains, trees, certificates, sums and the book have to notice by themselves. With BOOKS, also what only the book
knows: texts and ids of movements of the account, the currency.
"""
import base64
import copy
import json
import random
import sys

import coopmesh_verify as verifier


READ = {}


def books(account):
    """The books at READ["path"], read once for each account."""
    if account not in READ:
        READ[account] = verifier.verify_books.check(READ["path"], {}, verifier.Account({}, account))
    return READ[account]


def refused(text):
    try:
        export = json.loads(text.decode("utf-8"), object_pairs_hook=verifier.no_duplicates)
        verifier.verify(export, books=books if READ else None)
    except (verifier.Wrong, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return True
    return False


def forged(export, change):
    export = copy.deepcopy(export)
    change(export["body"])
    export["digest"] = verifier.sha256(verifier.canonical(export["body"])).hex()
    return json.dumps(export).encode()


def flip_bytes(data, pick):
    at = pick.randrange(len(data) * 8)
    data = bytearray(data)
    data[at // 8] ^= 1 << at % 8
    return bytes(data)


def flip64(holder, name, pick):
    holder[name] = base64.b64encode(flip_bytes(base64.b64decode(holder[name]), pick)).decode()


def flip16(holder, name, pick):
    holder[name] = flip_bytes(bytes.fromhex(holder[name]), pick).hex()


def flip_number(holder, name, pick):
    holder[name] ^= 1 << pick.randrange(max(1, holder[name].bit_length()))


def counting(body, pick):
    return pick.choice([r for run in body["runs"] for r in run["reports"] if r["counts"]])


def one_path(body, pick):
    report = counting(body, pick)
    if report["path"]:
        flip16(report["path"], pick.randrange(len(report["path"])), pick)
    else:
        report["path"].append("00" * 32)


def not_counted(body, pick):
    report = counting(body, pick)
    for name in ("day", "index", "path"):
        del report[name]
    report["counts"] = False


# Bounds of a scale hold many dues; who has which place is nobody else's business, and two may pay the same.
FREE = ("floorMicro", "ceilingMicro", "place", "placeBefore")


def leaves(value, path, known):
    """Everything that says something, as (holder, name, path)."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in items:
        here = path + (name,)
        if isinstance(inner, (dict, list)):
            yield from leaves(inner, here, known)
        elif inner != "" and name not in FREE and (known or name not in ("id", "what", "currency", "timeZone", "account")):
            yield value, name, here


def flip_leaf(holder, name, pick):
    value = holder[name]
    if isinstance(value, bool):
        holder[name] = not value
    elif isinstance(value, int):
        holder[name] = value ^ 1 << pick.randrange(max(1, value.bit_length()))
    else:
        at = pick.randrange(len(value))
        holder[name] = value[:at] + pick.choice([c for c in "0123456789abcdef" if c != value[at].lower()]) + value[at + 1 :]


def declared(export, pick, samples):
    """One digit or letter changed in each part that is not signed by a node; what was not noticed."""
    missed = []
    for part in ("invoice", "line", "before", "grounds"):
        if part not in export["body"]:
            continue
        all_leaves = [path for _, _, path in leaves(export["body"][part], (), bool(READ))]
        for path in pick.sample(all_leaves, min(samples, len(all_leaves))):

            def change(body, path=path, part=part):
                holder = body[part]
                for name in path[:-1]:
                    holder = holder[name]
                flip_leaf(holder, path[-1], pick)

            if not refused(forged(export, change)):
                missed.append(part + "".join(f".{name}" for name in path))
    return missed


CLASSES = {
    "a report that counts": lambda b, p: flip64(counting(b, p), "signed", p),
    "any report": lambda b, p: flip64(p.choice(p.choice(b["runs"])["reports"]), "signed", p),
    "the signature of a run": lambda b, p: flip64(p.choice(b["runs"]), "signature", p),
    "the key of a node": lambda b, p: flip64(p.choice(b["nodes"]), "identityKey", p),
    "the id of a node": lambda b, p: flip16(p.choice(b["nodes"]), "id", p),
    "a node's certificate": lambda b, p: flip64(p.choice(p.choice(b["nodes"])["certificates"]), "certificate", p),
    "the authority's certificate": lambda b, p: flip64(p.choice(p.choice(b["nodes"])["certificates"]), "authority", p),
    "a path to a root": one_path,
    "a place in a tree": lambda b, p: flip_number(counting(b, p), "index", p),
    "a root": lambda b, p: flip16(p.choice(b["days"]), "root", p),
    "the bytes of the line": lambda b, p: flip_number(b["line"], "internetBytes", p),
    "the included bytes": lambda b, p: flip_number(b["line"], "includedBytes", p),
    "the local bytes": lambda b, p: flip_number(b["line"], "localBytes", p),
    "the windows of the line": lambda b, p: flip_number(b["line"], "windows", p),
    "the amount of the line": lambda b, p: flip_number(b["line"], "amountMicro", p),
    "what was billed before": lambda b, p: flip_number(b["before"], p.choice(sorted(b["before"])), p),
    "a report left out": not_counted,
    "a report twice": lambda b, p: b["runs"].append(copy.deepcopy(p.choice(b["runs"]))),
    "an attachment": lambda b, p: b["stretches"].clear(),
}


def main(path, samples="200", seed="1", known=None):
    pick, samples = random.Random(int(seed)), int(samples)
    with open(path, "rb") as file:
        text = file.read()
    if known:
        READ["path"] = known
    export = json.loads(text)
    verifier.verify(export, books=books if READ else None)
    assert not refused(forged(export, lambda body: None)), "an unchanged export must hold"
    classes = CLASSES if "runs" in export["body"] else {}
    if classes and export["body"]["tariff"]["kind"] == "volume":
        CLASSES["the price"] = lambda b, p: flip_number(b["tariff"], "perGbMicro", p)
        CLASSES["the included volume"] = lambda b, p: flip_number(b["tariff"], "includedBytes", p)
    missed = [f"bit {at} of the file" for at in (pick.randrange(len(text) * 8) for _ in range(samples))
              if not refused(bytes(text[: at // 8] + bytes([text[at // 8] ^ 1 << at % 8]) + text[at // 8 + 1 :]))]
    each = max(2, samples // 50)
    for name, change in classes.items():
        for _ in range(each):
            if not refused(forged(export, lambda body: change(body, pick))):
                missed.append(name)
    missed += declared(export, pick, samples)
    print(f"{samples} bits of the file, {each} of each of {len(classes)} kinds that are signed, {samples} of each part that is declared: {len(missed)} not noticed")
    for name in missed:
        print(f"NOT NOTICED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
