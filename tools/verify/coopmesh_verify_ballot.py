#!/usr/bin/env python3
"""Counts a vote of the assembly again without trusting who counted it.

    coopmesh_verify_ballot.py RECORD [--seal SHA256] [--key KEY] [--receipt FILE ...]

RECORD is what GET /api/assembly/proposals/ID/record answers. --seal is the fingerprint in the minutes, --key the co-op's key as you
know it from before, --receipt a receipt that a voter saved in the browser: its ballot must be in the record as it was cast.
Exit status: 0 the count is right, 1 it is not, 2 the command was wrong. The format is in README.md beside this file.
Only the standard library is used, and no code of the service.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import re
import sys

from coopmesh_verify import Wrong, der, ders, ed25519, need

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NONCE = re.compile(r"[0-9a-f]{64}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
RECORD_MAX = 256 * 1024 * 1024
SALT = 48
HEADS = ("proposal", "about", "opens", "closes", "effective", "quorum", "majority", "key")
CHOICES = ("yes", "no", "abstain")
ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")


def of_base64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Wrong("%s is no Base64" % what) from None
    need(base64.b64encode(data).decode() == text, "%s is no canonical Base64" % what)
    return data


def mgf1(seed, length):
    data = b""
    for counter in range((length + 47) // 48):
        data += hashlib.sha384(seed + counter.to_bytes(4, "big")).digest()
    return data[:length]


def pss(modulus, exponent, message, signature):
    """RSASSA-PSS-VERIFY of RFC 8017, 8.1.2, with SHA-384 and 48 bytes of salt."""
    bits = modulus.bit_length() - 1
    size, hashed = (bits + 7) // 8, 48
    s = int.from_bytes(signature, "big")
    if len(signature) != (modulus.bit_length() + 7) // 8 or s >= modulus:
        return False
    number = pow(s, exponent, modulus)
    if number.bit_length() > size * 8:
        return False
    em = number.to_bytes(size, "big")
    if em[-1] != 0xBC:
        return False
    masked, h = em[: size - hashed - 1], em[size - hashed - 1 : -1]
    spare = 8 * size - bits
    if masked[0] >> (8 - spare):
        return False
    db = bytearray(a ^ b for a, b in zip(masked, mgf1(h, len(masked))))
    db[0] &= 0xFF >> spare
    zeros = len(db) - SALT - 1
    if any(db[:zeros]) or db[zeros] != 1:
        return False
    salt = bytes(db[zeros + 1 :])
    return hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest() == h


def rsa_key(encoded):
    """Modulus and exponent of a SubjectPublicKeyInfo."""
    (info,) = ders(of_base64(encoded, "the key of the vote"))
    algorithm, bits = ders(info[1])
    oid = ders(algorithm[1])[0][1]
    need(oid == bytes.fromhex("2a864886f70d010101"), "the key of the vote is no RSA key")
    need(bits[1][:1] == b"\0", "the key of the vote is damaged")
    (numbers,) = ders(bits[1][1:])
    modulus, exponent = (int.from_bytes(value, "big") for _, value, _ in ders(numbers[1]))
    need(modulus.bit_length() == 2048 and exponent == 65537, "the key of the vote is not of 2048 bits with exponent 65537")
    return modulus, exponent


class Vote:
    def __init__(self, data):
        need(len(data) <= RECORD_MAX, "too large for a record")
        text, mark, last = data.rpartition(b"signed ")
        need(mark and text.endswith(b"\n") and last.endswith(b"\n") and last.count(b"\n") == 1, "the record has no signature at its end")
        self.seal = hashlib.sha256(text).hexdigest()
        words = last.decode("ascii", "replace").rstrip("\n").split(" ")
        need(len(words) == 2, "the signature is damaged")
        self.signer = words[0]
        key = of_base64(words[0], "the co-op's key")
        need(key[:12] == ED25519_HEAD and len(key) == 44, "the co-op's key is no Ed25519 key")
        need(ed25519(key[12:], text, of_base64(words[1], "the signature")), "the record is not what the co-op signed")
        try:
            lines = text.decode().split("\n")[:-1]
        except UnicodeDecodeError:
            raise Wrong("the record is no UTF-8") from None
        need(lines and lines[0] == "coopmesh vote 1", "this check reads version 1, and knows no other")
        self.head, at = {}, 1
        for name in HEADS:
            need(at < len(lines) and lines[at].startswith(name + " "), "no " + name)
            self.head[name] = lines[at][len(name) + 1 :]
            at += 1
        self.roll, self.refused, self.ballots = {}, {}, {}
        for line in lines[at:-2]:
            words = line.split(" ")
            if words[0] == "roll":
                self.on_roll(words)
            elif words[0] == "refused":
                self.was_refused(words)
            elif words[0] == "ballot":
                self.ballot(words)
            else:
                raise Wrong("unknown: " + line[:40])
        need(len(lines) >= at + 2, "no tally")
        self.said, self.outcome = lines[-2], lines[-1]

    def on_roll(self, words):
        need(len(words) == 3 and UUID.fullmatch(words[1]) and words[2] in ("signed", "-"), "bad line of the roll")
        need(not self.refused and not self.ballots, "a line of the roll is out of its place")
        need(not self.roll or words[1] > list(self.roll)[-1], "%s stands twice on the roll, or out of order" % words[1])
        self.roll[words[1]] = words[2] == "signed"

    def was_refused(self, words):
        need(len(words) == 3 and words[2].isascii() and words[2].isdigit() and not self.ballots, "bad line of what was refused")
        self.refused[words[1]] = int(words[2])

    def ballot(self, words):
        need(len(words) == 4 and NONCE.fullmatch(words[1]) and words[2] in CHOICES, "bad ballot")
        need(not self.ballots or words[1] > list(self.ballots)[-1], "ballot %s stands twice, or out of order" % words[1][:12])
        self.ballots[words[1]] = (words[2], words[3])

    def check(self):
        head = self.head
        need(UUID.fullmatch(head["proposal"]), "bad proposal")
        for name in ("opens", "closes", "effective"):
            need(DAY.fullmatch(head[name]), "bad day: " + name)
            try:
                datetime.date.fromisoformat(head[name])
            except ValueError:
                raise Wrong("bad day: " + name) from None
        need(head["opens"] <= head["closes"] < head["effective"], "the days are out of order")
        need(head["quorum"].isascii() and head["quorum"].isdigit() and int(head["quorum"]) <= 100, "bad quorum")
        need(head["majority"] in ("simple", "two-thirds"), "bad majority")
        self.about = json.loads(head["about"])
        need(isinstance(self.about, dict) and isinstance(self.about.get("title"), str), "bad about")
        modulus, exponent = rsa_key(head["key"])
        for nonce, (choice, signature) in self.ballots.items():
            message = bytes.fromhex(nonce) + ("coopmesh ballot 1\n%s\n%s\n" % (head["proposal"], choice)).encode()
            need(pss(modulus, exponent, message, of_base64(signature, "a signature")), "ballot %s was not signed by the key of the vote" % nonce[:12])
        voted = sum(self.roll.values())
        need(len(self.ballots) <= voted, "%d ballots, and only %d were signed" % (len(self.ballots), voted))
        self.counts = {choice: sum(1 for said, _ in self.ballots.values() if said == choice) for choice in CHOICES}
        yes, no, abstain = (self.counts[choice] for choice in CHOICES)
        need(self.said == "tally yes %d no %d abstain %d of %d" % (yes, no, abstain, len(self.roll)), "the tally is not what the ballots say: yes %d, no %d, abstain %d of %d" % (yes, no, abstain, len(self.roll)))
        cast = yes + no + abstain
        if cast == 0 or cast * 100 < int(head["quorum"]) * len(self.roll):
            outcome = "no-quorum"
        elif yes > no if head["majority"] == "simple" else yes > 0 and 3 * yes >= 2 * (yes + no):
            outcome = "adopted"
        else:
            outcome = "rejected"
        need(self.outcome == "outcome " + outcome, "the outcome is " + outcome)
        return outcome

    def receipt(self, text):
        try:
            kept = json.loads(text)
            proposal, nonce, choice, signature = (kept[name] for name in ("proposalId", "nonce", "choice", "signature"))
            key, taken = of_base64(kept["publicKey"], "the receipt's key"), of_base64(kept["receipt"], "the receipt")
        except (ValueError, KeyError, TypeError):
            raise Wrong("no receipt") from None
        need(proposal == self.head["proposal"], "the receipt is of another vote")
        line = "ballot %s %s %s" % (nonce, choice, signature)
        need(kept["publicKey"] == self.signer and ed25519(key[12:], ("coopmesh ballot taken 1\n%s\n%s\n" % (proposal, line)).encode(), taken), "the receipt was not signed by the co-op")
        need(nonce in self.ballots, "the co-op took ballot %s and did not count it: the receipt proves it" % nonce[:12])
        need(self.ballots[nonce] == (choice, signature), "ballot %s does not say what was cast: the receipt proves it" % nonce[:12])
        return nonce, choice


def main():
    parser = argparse.ArgumentParser(description="Counts a vote of the assembly again without trusting who counted it.")
    parser.add_argument("record")
    parser.add_argument("--seal", metavar="SHA256")
    parser.add_argument("--key", metavar="KEY")
    parser.add_argument("--receipt", action="append", default=[], metavar="FILE")
    arguments = parser.parse_args()
    try:
        with open(arguments.record, "rb") as file:
            data = file.read(RECORD_MAX + 1)
        receipts = []
        for name in arguments.receipt:
            with open(name, encoding="utf-8") as file:
                receipts.append(file.read())
    except (OSError, ValueError) as e:
        print("not checked: %s" % e, file=sys.stderr)
        return 2
    try:
        vote = Vote(data)
        outcome = vote.check()
        need(arguments.seal is None or arguments.seal == vote.seal, "the seal is %s, and the minutes say another" % vote.seal)
        need(arguments.key is None or arguments.key == vote.signer, "another key signed it than the one you know")
        found = [vote.receipt(text) for text in receipts]
    except (Wrong, ValueError, IndexError, TypeError) as wrong:
        print("WRONG: %s" % wrong)
        return 1
    print("RIGHT: %s: %s" % (outcome, vote.about["title"]))
    print("counted: yes %d, no %d, abstain %d; %d on the roll, %d ballots signed, %d cast" % (
        *(vote.counts[choice] for choice in CHOICES), len(vote.roll), sum(vote.roll.values()), len(vote.ballots)))
    print("seal: %s%s" % (vote.seal, "" if arguments.seal is None else ", as in the minutes"))
    print("signed by: %s%s" % (vote.signer, "" if arguments.key is None else ", as you know it"))
    for nonce, choice in found:
        print("receipt: ballot %s says %s, and was counted" % (nonce[:12], choice))
    if vote.refused:
        print("refused: " + ", ".join("%s %d" % item for item in vote.refused.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
