#!/usr/bin/env python3
"""Checks an export of the books without trusting who made it.

    coopmesh_verify_books.py EXPORT [--head DAY=HASH ...] [--heads FILE]

EXPORT is what GET /api/treasury/books/BOOKS answers. --head and --heads give heads that you kept from before (FILE is what
GET /api/ledger/heads answers): an export that disagrees with one of them is not the book it was.
Exit status: 0 the books are right, 1 they are not, 2 the command was wrong. The format is in README.md beside this file.
Only the standard library is used, and no code of the service.
"""

import argparse
import hashlib
import json
import re
import sys

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
HASH = re.compile(r"[0-9a-f]{64}")
MICRO = re.compile(r"[1-9][0-9]{0,18}")
SIGNED = re.compile(r"-?[0-9]{1,19}")
CURRENCY = re.compile(r"[A-Z]{3}")
ACCOUNT = re.compile(r"[a-z-]{1,40}(:~?[0-9a-f-]{36})?")
MICRO_MAX = 2**63 - 1
LINE_MAX = 8 * 1024 * 1024


class Wrong(Exception):
    pass


def demand(true, what):
    if not true:
        raise Wrong(what)


def once(pairs):
    names = [name for name, _ in pairs]
    demand(len(names) == len(set(names)), "a name stands twice in one object")
    return dict(pairs)


class Books:
    def __init__(self, known):
        self.known = known  # day -> head that the reader kept
        self.met = set()
        self.chain = bytes(32)
        self.order = ("", "")
        self.balances = {}
        self.currencies = {}
        self.said = {}
        self.seen = {}
        self.reversed = set()
        self.transactions = 0
        self.since_head = 0
        self.heads = []
        self.day = ""
        self.names = {}

    def transaction(self, t):
        for name, shape in (("id", UUID), ("effective", TIME), ("recorded", TIME), ("whatSha256", HASH)):
            demand(isinstance(t.get(name), str) and shape.fullmatch(t[name]), "transaction without " + name)
        for name, shape in (("happened", TIME), ("reverses", UUID)):
            demand(t.get(name) == "-" or isinstance(t.get(name), str) and shape.fullmatch(t[name]), "bad " + name)
        demand(not set(t) - {"id", "effective", "happened", "recorded", "reverses", "whatSha256", "what", "postings"},
               "transaction %s says more than it may" % t["id"])
        if "what" in t:
            demand(hashlib.sha256(t["what"].encode()).hexdigest() == t["whatSha256"], "%s: what was said is not what was sealed" % t["id"])
        demand((t["recorded"], t["id"]) > self.order, "transaction %s is out of its order" % t["id"])
        demand(t["recorded"][:10] > (self.heads[-1][0] if self.heads else ""), "transaction %s came after its day was sealed" % t["id"])
        demand(t["id"] not in self.seen, "transaction %s stands twice" % t["id"])
        demand(t["happened"] == "-" or t["happened"] < t["effective"], "%s: happened after it took effect" % t["id"])
        self.order = (t["recorded"], t["id"])
        text = ["coopmesh transaction 1"]
        for name, key in (("id", "id"), ("effective", "effective"), ("happened", "happened"), ("recorded", "recorded"),
                          ("reverses", "reverses"), ("what", "whatSha256")):
            text.append("%s %s" % (name, t[key]))
        demand(isinstance(t.get("postings"), list) and t["postings"], "%s has no postings" % t["id"])
        mirror = []
        for posting in t["postings"]:
            demand(isinstance(posting, list) and len(posting) == 4 and all(isinstance(p, str) for p in posting), "bad posting")
            micro, currency, origin, to = posting
            demand(MICRO.fullmatch(micro) and int(micro) <= MICRO_MAX, "%s: not a positive amount" % t["id"])
            demand(CURRENCY.fullmatch(currency) and currency == t["postings"][0][1], "%s: currencies are mixed" % t["id"])
            demand(ACCOUNT.fullmatch(origin) and ACCOUNT.fullmatch(to) and origin != to, "%s: bad accounts" % t["id"])
            for account, amount in ((origin, -int(micro)), (to, int(micro))):
                demand(self.currencies.setdefault(account, currency) == currency, "%s holds two currencies" % account)
                self.balances[account] = self.balances.get(account, 0) + amount
            text.append("posting %s %s %s %s" % (micro, currency, origin, to))
            mirror.append((micro, currency, to, origin))
        if t["reverses"] != "-":
            demand(t["reverses"] in self.seen, "%s reverses what is not there" % t["id"])
            demand(t["reverses"] not in self.reversed, "%s was reversed twice" % t["reverses"])
            demand(self.seen[t["reverses"]] == hashlib.sha256(repr(mirror).encode()).digest(), "%s is no exact reversal" % t["id"])
            self.reversed.add(t["reverses"])
        plain = [tuple(p) for p in t["postings"]]
        self.seen[t["id"]] = hashlib.sha256(repr(plain).encode()).digest()
        canonical = hashlib.sha256(("\n".join(text) + "\n").encode()).digest()
        self.chain = hashlib.sha256(self.chain + canonical).digest()
        demand(not self.since_head or t["recorded"][:10] >= self.day, "days are out of order")
        self.day = t["recorded"][:10]
        self.transactions += 1
        self.since_head += 1

    def head(self, h):
        demand(set(h) == {"day", "transactions", "hash"}, "bad head")
        demand(h["day"] == self.day, "the head of %s does not follow its day" % h["day"])
        demand(h["transactions"] == self.since_head, "%s: %s transactions are told, %d are there" % (h["day"], h["transactions"], self.since_head))
        demand(h["hash"] == self.chain.hex(), "the head of %s is not the hash of what comes before it" % h["day"])
        if h["day"] in self.known:
            demand(self.known[h["day"]] == h["hash"], "the head of %s is not the one that you kept" % h["day"])
            self.met.add(h["day"])
        self.heads.append((h["day"], h["hash"]))
        self.since_head = 0

    def balance(self, b):
        demand(set(b) == {"account", "currency", "micro"} and SIGNED.fullmatch(b["micro"]), "bad balance")
        demand(b["account"] not in self.said, "the balance of %s is told twice" % b["account"])
        self.said[b["account"]] = int(b["micro"])
        demand(self.balances.get(b["account"]) == int(b["micro"]) and self.currencies.get(b["account"]) == b["currency"],
               "%s holds %s, told is %s" % (b["account"], self.balances.get(b["account"]), b["micro"]))

    def account(self, a):
        demand(set(a) == {"name", "id"} and ":~" in a["name"] and ":" in a["id"], "bad account")
        demand(a["name"].split(":")[0] == a["id"].split(":")[0], "%s is of another kind" % a["name"])
        demand(a["name"] not in self.names and a["id"] not in self.names.values(), "%s stands twice" % a["name"])
        self.names[a["name"]] = a["id"]

    def end(self):
        demand(set(self.said) == set(self.balances), "balances are missing: %s" % sorted(set(self.balances) ^ set(self.said))[:3])
        totals = {}
        for account, micro in self.said.items():
            totals[self.currencies[account]] = totals.get(self.currencies[account], 0) + micro
        demand(not any(totals.values()), "the trial balance is not zero: %s" % totals)
        missing = set(self.known) - self.met
        demand(not missing, "the export lacks the head of %s" % ", ".join(sorted(missing)))


def check(path, known, books=None):
    books = books or Books(known)
    digest = hashlib.sha256()
    begun = ended = False
    with open(path, "rb") as export:
        for number, line in enumerate(iter(lambda: export.readline(LINE_MAX), b""), 1):
            try:
                demand(not ended, "there is something after the end")
                demand(line.endswith(b"\n"), "the line is cut")
                row = json.loads(line.decode("utf-8"), object_pairs_hook=once)
                demand(isinstance(row, dict) and len(row) == 1, "one thing a line")
                kind, value = next(iter(row.items()))
                if kind == "end":
                    exact = '{"end":{"transactions":%d,"sha256":"%s"}}\n' % (books.transactions, digest.hexdigest())
                    demand(line == exact.encode(), "the export is damaged or incomplete")
                    books.end()
                    ended = True
                    continue
                digest.update(line)
                demand(begun or kind == "books", "not an export of books")
                if kind == "books":
                    demand(not begun and value == 1, "this check reads version 1, and knows no other")
                    begun = True
                elif kind in ("transaction", "head", "balance", "account"):
                    demand(isinstance(value, dict), "bad " + kind)
                    demand(kind != "transaction" or not books.said, "a transaction after the balances")
                    getattr(books, kind)(value)
                else:
                    raise Wrong("unknown: " + kind[:40])
            except (Wrong, ValueError, KeyError, TypeError, AttributeError) as e:
                raise Wrong("line %d: %s" % (number, e))
    demand(ended, "the export has no end")
    return books


def kept(arguments):
    known = {}
    for text in arguments.head:
        day, _, value = text.partition("=")
        if not HASH.fullmatch(value):
            raise ValueError("--head is DAY=HASH: " + text)
        known[day] = value
    if arguments.heads:
        with open(arguments.heads, encoding="utf-8") as file:
            for item in json.load(file)["items"]:
                known[item["day"]] = item["head"]
    return known


def main():
    parser = argparse.ArgumentParser(description="Checks an export of the books without trusting who made it.")
    parser.add_argument("export")
    parser.add_argument("--head", action="append", default=[], metavar="DAY=HASH")
    parser.add_argument("--heads", metavar="FILE")
    arguments = parser.parse_args()
    try:
        known = kept(arguments)
        books = check(arguments.export, known)
    except Wrong as wrong:
        print("WRONG: %s" % wrong)
        return 1
    except (OSError, ValueError, KeyError) as e:
        print("not checked: %s" % e, file=sys.stderr)
        return 2
    print("RIGHT: %d transactions, %d accounts, trial balance zero" % (books.transactions, len(books.said)))
    print("sealed: %d days%s" % (len(books.heads), ", the last %s %s" % books.heads[-1] if books.heads else ""))
    print("not sealed yet: %d transactions" % books.since_head)
    print("compared with heads that you kept: %d" % len(books.met))
    return 0


if __name__ == "__main__":
    sys.exit(main())
