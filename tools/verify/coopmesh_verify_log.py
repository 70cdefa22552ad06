#!/usr/bin/env python3
"""Checks a co-op's public log from nothing but what it publishes, sharing no code with the service that wrote it.

    coopmesh_verify_log.py WHERE [--key KEY ...] [--keep FILE] [--save FOLDER] [--opening FILE ...]

WHERE is the public address of the log (https://coop.example/log) or a folder with a copy of it, as --save makes one. --key is a
verifier key as you know it from before, name+id+key; without one the log's own word for it is taken, and told. --keep is a file
with the checkpoint that you saw last: the log has to go on from it; afterwards it has the newest. --opening is what
/api/abuse/log/openings/KIND/FACT answered: it has to be what an entry of the log commits to.

Checked are: that the checkpoint is signed; that the entries make the root, each at its place; that every tile is what the entries
make of it; that the log goes on from what you kept, entry by entry; that each entry is well formed and says no more than it may;
that reports are those whose hash the log has, and count as many facts as the log. Exit status: 0 all of that holds, 1 it does not, 2
the command was wrong or the log cannot be read. Only the standard library is used, and no code of the service.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request

from coopmesh_verify import Wrong, ed25519, need

WIDTH = 256
ANSWER_MAX = 32 * 1024 * 1024
SIZE_MAX = 50_000_000
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
KIND = re.compile(r"[a-z]+(-[a-z]+)*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HEX = re.compile(r"[0-9a-f]{64}")


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha256(b"\0" + entry)


def node(left, right):
    return sha256(b"\1" + left + right)


class Frontier:
    """The roots of the complete subtrees of a growing tree, the largest first."""

    def __init__(self):
        self.size, self.roots = 0, []

    def add(self, hashed):
        at = self.size
        while at & 1:
            hashed = node(self.roots.pop(), hashed)
            at >>= 1
        self.roots.append(hashed)
        self.size += 1

    def root(self):
        if not self.roots:
            return sha256(b"")
        hashed = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            hashed = node(left, hashed)
        return hashed


class Key:
    def __init__(self, text):
        parts = text.strip().split("+", 2)
        need(len(parts) == 3, "a verifier key is name+id+key")
        self.text, self.name = text.strip(), parts[0]
        typed = of_base64(parts[2], "the key")
        need(len(typed) == 33 and typed[0] == 1, "the key is no Ed25519 key of a log")
        self.id = sha256(self.name.encode() + b"\n" + typed)[:4]
        need(self.id.hex() == parts[1], "the key's id is not that of name and key")
        self.raw = typed[1:]


def of_base64(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Wrong("%s is no Base64" % what) from None


class Checkpoint:
    def __init__(self, note):
        try:
            whole = note.decode()
        except UnicodeDecodeError:
            raise Wrong("the checkpoint is no UTF-8") from None
        text, split, signed = whole.rpartition("\n\n")
        need(split and whole.endswith("\n"), "the checkpoint is no signed note")
        self.note, self.text = note, (text + "\n").encode()
        lines = text.split("\n")
        need(len(lines) >= 3 and NUMBER.fullmatch(lines[1]), "the checkpoint has no size")
        self.origin, self.size, self.root = lines[0], int(lines[1]), of_base64(lines[2], "the root")
        need(len(self.root) == 32, "the root is no SHA-256")
        need(self.size <= SIZE_MAX, "larger than this check reads")
        self.lines = []
        for line in signed.split("\n")[:-1]:
            words = line.split(" ")
            need(len(words) == 3 and words[0] == "—", "a signature line is malformed")
            self.lines.append((words[1], of_base64(words[2], "a signature")))

    def signed_by(self, keys):
        for key in keys:
            for name, signature in self.lines:
                if name == key.name and signature[:4] == key.id and len(signature) == 68 and ed25519(key.raw, self.text, signature[4:]):
                    return key
        return None


def path_of(index):
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    return "/".join(groups)


class Absent(Exception):
    """The log does not have this."""


class Copy:
    """The log in a folder, or behind an address; what is read can be written to a folder."""

    def __init__(self, where, save):
        self.where, self.save = where.rstrip("/"), save

    def read(self, path):
        data = self.fetched(path) if re.match(r"https?://", self.where) else self.opened(path)
        need(len(data) <= ANSWER_MAX, path + " is too large")
        if self.save:
            file = os.path.join(self.save, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "wb") as out:
                out.write(data)
        return data

    def fetched(self, path):
        try:
            with urllib.request.urlopen(self.where + "/" + path, timeout=30) as answer:
                return answer.read(ANSWER_MAX + 1)
        except urllib.error.HTTPError as missing:
            raise Absent("%s: %s" % (path, missing)) from None

    def opened(self, path):
        file = os.path.join(self.where, path)
        if os.path.isdir(file):
            file = os.path.join(file, "index.json")
        try:
            with open(file, "rb") as data:
                return data.read(ANSWER_MAX + 1)
        except FileNotFoundError:
            raise Absent("%s is not there" % path) from None


def bundle(data, count, first):
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        need(at + 2 + length <= len(data), "the bundle from entry %d on is cut off" % first)
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    need(len(entries) >= count, "the bundle from entry %d on has %d entries, not %d" % (first, len(entries), count))
    return entries[:count]


def suffix(width):
    return "" if width == WIDTH else ".p/%d" % width


def without_twice(pairs):
    fields = dict(pairs)
    need(len(fields) == len(pairs), "an entry has a field twice")
    return fields


def fields_of(entry, index):
    where = "entry %d" % index
    try:
        fields = json.loads(entry.decode(), object_pairs_hook=without_twice)
    except ValueError:
        raise Wrong(where + " is no JSON") from None
    need(isinstance(fields, dict) and set(fields) | {"told"} == {"commitment", "day", "kind", "told"}, where + " has other fields than an entry has")
    need(all(isinstance(fields[name], str) for name in ("commitment", "day", "kind")), where + " is malformed")
    need(HEX.fullmatch(fields["commitment"]) and DAY.fullmatch(fields["day"]) and KIND.fullmatch(fields["kind"]), where + " is malformed")
    return fields


def check_tiles(copy, hashes, size):
    """Every tile of every level, from the leaves' hashes up."""
    level = 0
    while hashes:
        for first in range(0, len(hashes), WIDTH):
            part = hashes[first : first + WIDTH]
            path = "tile/%d/%s%s" % (level, path_of(first // WIDTH), suffix(len(part)))
            need(copy.read(path) == b"".join(part), path + " is not what the entries make of it")
        above = []
        for first in range(0, len(hashes) - WIDTH + 1, WIDTH):
            row = hashes[first : first + WIDTH]
            while len(row) > 1:
                row = [node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
            above.append(row[0])
        hashes, level = above, level + 1


def quarter(day):
    return "%s-Q%d" % (day[:4], (int(day[5:7]) + 2) // 3)


def check_reports(copy, entries):
    counted = {}
    for fields in entries:
        of = counted.setdefault(quarter(fields["day"]), {})
        of[fields["kind"]] = of.get(fields["kind"], 0) + 1
    published = [fields["told"] for fields in entries if fields["kind"] == "report-published"]
    for told in published:
        period = told.get("period", "")
        need(re.fullmatch(r"[0-9]{4}-Q[1-4]", period), "a report is of no period")
        body = copy.read("reports/" + period)
        need(sha256(body).hex() == told.get("sha256"), "the report of %s is not the one whose hash the log has" % period)
        for kind, count in json.loads(body)["facts"].items():
            have = counted.get(period, {}).get(kind, 0)
            need(count == have, "the report of %s counts %d of %s, the log %d" % (period, count, kind, have))
    return len(published)


def check_opening(file, entries):
    with open(file, encoding="utf-8") as data:
        opening = json.load(data)
    index = opening["index"]
    need(isinstance(index, int) and 0 <= index < len(entries), "%s: the log has no entry %s" % (file, index))
    commitment = sha256(bytes.fromhex(opening["salt"]) + opening["sealed"].encode()).hex()
    need(commitment == entries[index]["commitment"], "%s is not what entry %d commits to" % (file, index))
    print("entry %d of %s, %s: %s" % (index, entries[index]["day"], entries[index]["kind"], opening["sealed"]))


def verify(copy, keys, kept, openings):
    newest = Checkpoint(copy.read("checkpoint"))
    trusted = bool(keys)
    if not trusted:
        keys = [Key(item["key"]) for item in json.loads(copy.read("keys"))["items"]]
    signer = newest.signed_by(keys)
    need(signer, "the checkpoint is signed by no key " + ("that you named" if trusted else "that the log names"))
    need(newest.origin == signer.name, "the checkpoint is of another log: " + newest.origin)
    if kept:
        need(kept.origin == newest.origin, "the checkpoint you kept is of another log: " + kept.origin)
        need(kept.signed_by(keys) or not trusted, "the checkpoint you kept is signed by no key that you named")
        need(kept.size <= newest.size, "the log had %d entries and has %d now: it was cut off" % (kept.size, newest.size))
    tree, leaves, entries = Frontier(), [], []
    for first in range(0, newest.size, WIDTH):
        width = min(WIDTH, newest.size - first)
        for entry in bundle(copy.read("tile/entries/%s%s" % (path_of(first // WIDTH), suffix(width))), width, first):
            if kept and tree.size == kept.size:
                need(tree.root() == kept.root, "the first %d entries are not those that you saw: the log was rewritten" % kept.size)
            hashed = leaf(entry)
            tree.add(hashed)
            leaves.append(hashed)
            entries.append(fields_of(entry, len(entries)))
    if kept and kept.size == tree.size:
        need(tree.root() == kept.root, "the first %d entries are not those that you saw: the log was rewritten" % kept.size)
    need(tree.root() == newest.root, "the entries do not make the root that was signed")
    check_tiles(copy, leaves, newest.size)
    announced = {fields["told"].get("key") for fields in entries if fields["kind"] == "key-announced"}
    for item in json.loads(copy.read("keys"))["items"][:-1]:
        need(item["key"] in announced, "a key that the log never announced: " + item["key"])
    reports = check_reports(copy, entries)
    for file in openings:
        check_opening(file, entries)
    print("%s: %d entries, root %s" % (newest.origin, newest.size, base64.b64encode(newest.root).decode()))
    print("signed by %s%s" % (signer.text, "" if trusted else " (the log's own word for it: keep this key, and give it with --key from now on)"))
    if kept:
        print("goes on from the %d entries that you saw" % kept.size)
    if reports:
        print("reports: %d, as the log has their hashes" % reports)
    return newest


def main(arguments):
    parser = argparse.ArgumentParser(prog="coopmesh verify log", description=__doc__.split("\n")[0])
    parser.add_argument("where")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--keep")
    parser.add_argument("--save")
    parser.add_argument("--opening", action="append", default=[])
    options = parser.parse_args(arguments)
    try:
        kept = None
        if options.keep and os.path.exists(options.keep):
            with open(options.keep, "rb") as data:
                kept = Checkpoint(data.read(64 * 1024))
        newest = verify(Copy(options.where, options.save), [Key(text) for text in options.key], kept, options.opening)
        if options.keep:
            with open(options.keep + ".new", "wb") as out:
                out.write(newest.note)
            os.replace(options.keep + ".new", options.keep)
    except Wrong as wrong:
        print("WRONG: %s" % wrong)
        return 1
    except Absent as absent:
        print("WRONG: the log does not have what it has to: %s" % absent)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as unread:
        print("cannot be read: %s" % unread, file=sys.stderr)
        return 2
    print("All of this holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
