#!/usr/bin/env python3
"""Proves that coopmesh_verify.py notices one flipped bit, wherever it is. Usage: flip_test.py EXPORT.json [SAMPLES] [SEED]

First, bits of the file as it lies on the disk. Then, harder, bits of what is inside: the digest is made to fit again, so that
signatures, chains, trees, certificates and sums have to notice by themselves.
"""
import base64
import copy
import json
import random
import sys

import coopmesh_verify as verifier


def refused(text):
    try:
        export = json.loads(text.decode("utf-8"), object_pairs_hook=verifier.no_duplicates)
        verifier.verify(export)
    except (verifier.Wrong, TypeError, ValueError, KeyError, AttributeError):
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


def main(path, samples="200", seed="1"):
    pick, samples = random.Random(int(seed)), int(samples)
    with open(path, "rb") as file:
        text = file.read()
    export = json.loads(text)
    verifier.verify(export)
    assert not refused(forged(export, lambda body: None)), "an unchanged export must hold"
    if export["body"]["tariff"]["kind"] == "volume":
        CLASSES["the price"] = lambda b, p: flip_number(b["tariff"], "perGbMicro", p)
        CLASSES["the included volume"] = lambda b, p: flip_number(b["tariff"], "includedBytes", p)
    missed = [f"bit {at} of the file" for at in (pick.randrange(len(text) * 8) for _ in range(samples))
              if not refused(bytes(text[: at // 8] + bytes([text[at // 8] ^ 1 << at % 8]) + text[at // 8 + 1 :]))]
    each = max(2, samples // 50)
    for name, change in CLASSES.items():
        for _ in range(each):
            if not refused(forged(export, lambda body: change(body, pick))):
                missed.append(name)
    print(f"{samples} bits of the file and {each} of each of {len(CLASSES)} kinds inside: {len(missed)} not noticed")
    for name in missed:
        print(f"NOT NOTICED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
