#!/usr/bin/env python3
"""Recomputes one line of an invoice, and the invoice's sum, sharing no code with the service that wrote it.

Usage: coopmesh_verify.py EXPORT.json [--days DAYS.json] [--ca CA.crt] [--books BOOKS.jsonl [--heads HEADS.json]]

EXPORT is what GET /api/invoices/{id}/lines/{line}/evidence answers. DAYS is what GET /api/usage/days answered, at any time and
to anybody: the roots to hold the co-op to. CA is the co-op's certificate, as every node has it. BOOKS is what GET
/api/treasury/books/BOOKS answers, HEADS what GET /api/ledger/heads answered when you kept it. Without these the export is
checked against itself only, and what it rests on is printed to be compared.

Checked are, of every line: that nothing in the file was changed since it was written; that the lines sum to the invoice; that
the invoice is what the payer's account in the book came to. Of a line for bytes: that the co-op's authority certified each node;
that each node's key signed each report, in an unbroken chain; that each report is in the published tree of its day, and counts
once; that the bytes are the sum of the reports, and the amount those bytes by the tariff. Of dues: each day's part of the plan's
dues. Of a shared cost, reciprocity and carriage: everybody's share, to the last unit, from what each weighs. Of what was carried
or paid ahead: the movements of the account. What a node signed and what the co-op declared is told apart, and whether the book
names by its hash what was declared. Exit code 0 if all of that holds, 1 with one line that says what does not, 2 if a file
cannot be read at all. Python 3.9 and its standard library.
"""
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import sys
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import coopmesh_verify_books as verify_books


class Wrong(Exception):
    """What does not hold."""


def need(condition, what):
    if not condition:
        raise Wrong(what)


def sha256(data):
    return hashlib.sha256(data).digest()


# Ed25519 (RFC 8032, section 5.1.7), in extended coordinates

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def ed_add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point = ed_add(point, point)
        scalar >>= 1
    return result


def ed_point(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = ed_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(key, message, signature):
    point, r = ed_point(key), ed_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    x1, y1, z1, _ = ed_times(s, BASE)
    x2, y2, z2, _ = ed_add(r, ed_times(h, point))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


# ECDSA over P-256 with SHA-256 (FIPS 186-5)

Q = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EC_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
EC_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def ec_add(one, other):
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % Q == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, Q - 2, Q)
    else:
        slope = (y2 - y1) * pow(x2 - x1, Q - 2, Q)
    x3 = (slope * slope - x1 - x2) % Q
    return x3, (slope * (x1 - x3) - y1) % Q


def ec_times(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = ec_add(result, point)
        point = ec_add(point, point)
        scalar >>= 1
    return result


def ecdsa(public, message, r, s):
    if not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, N - 2, N)
    e = int.from_bytes(sha256(message), "big")
    point = ec_add(ec_times(e * inverse % N, EC_BASE), ec_times(r * inverse % N, public))
    return point is not None and point[0] % N == r


# X.509 in DER, as much as the co-op's certificates have


def der(data, at=0):
    """The tag, the content and the end of the value at a place."""
    need(at + 2 <= len(data), "DER ends too early")
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        need(0 < count <= 3 and start + count <= len(data), "DER has a length of its own kind")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
        need(length >= 0x80 and length >> 8 * (count - 1), "DER has a length that is too long")
    need(start + length <= len(data), "DER ends too early")
    return tag, data[start : start + length], start + length


def ders(content):
    """All values in a row, each with its tag, content and whole encoding."""
    values, at = [], 0
    while at < len(content):
        tag, value, end = der(content, at)
        values.append((tag, value, content[at:end]))
        at = end
    return values


ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
P256_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
ALT_NAME, BASIC = bytes.fromhex("551d11"), bytes.fromhex("551d13")


class Certificate:
    def __init__(self, encoded):
        tag, content, end = der(encoded)
        need(tag == 0x30 and end == len(encoded), "a certificate is one DER sequence")
        parts = ders(content)
        need([p[0] for p in parts] == [0x30, 0x30, 0x03], "a certificate has three parts")
        self.encoded, self.signed = encoded, parts[0][2]
        fields = ders(parts[0][1])
        need(len(fields) >= 8 and fields[0][0] == 0xA0, "a certificate is of version 3")
        need(
            parts[1][2] == ECDSA_SHA256 and fields[2][2] == ECDSA_SHA256,
            "a certificate is signed by ECDSA with SHA-256",
        )
        self.issuer, self.subject, self.key = fields[3][2], fields[5][2], fields[6][2]
        signature = parts[2][1]
        need(signature[:1] == b"\0", "a signature has whole bytes")
        tag, content, end = der(signature, 1)
        numbers = ders(content)
        need(tag == 0x30 and end == len(signature), "a signature is one DER sequence")
        need([n[0] for n in numbers] == [2, 2], "a signature is two numbers")
        for _, value, _ in numbers:
            need(value and not value[0] & 0x80, "a number of a signature is positive")
            need(len(value) == 1 or value[0] or value[1] & 0x80, "a number of a signature is short")
        self.r, self.s = (int.from_bytes(n[1], "big") for n in numbers)
        self.extensions = {}
        for tag, value, _ in fields[7:]:
            if tag == 0xA3:
                for _, extension, _ in ders(der(value)[1]):
                    pieces = ders(extension)
                    self.extensions[pieces[0][1]] = pieces[-1][1]

    def issued(self, other):
        """Whether this authority signed the other certificate."""
        need(
            self.key[: len(P256_KEY)] == P256_KEY and self.key[len(P256_KEY)] == 4 and len(self.key) == 91,
            "the authority's key is one of P-256",
        )
        point = self.key[len(P256_KEY) + 1 :]
        x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
        need((y * y - x * x * x + 3 * x - EC_B) % Q == 0, "the authority's key is a point of P-256")
        return other.issuer == self.subject and ecdsa((x, y), other.signed, other.r, other.s)

    def is_authority(self):
        return ders(der(self.extensions.get(BASIC, b"\x30\x00"))[1])[:1] in (
            [(1, b"\xff", b"\x01\x01\xff")],
        )

    def nodes(self):
        names = ders(der(self.extensions.get(ALT_NAME, b"\x30\x00"))[1])
        uris = [value.decode("ascii", "replace") for tag, value, _ in names if tag == 0x86]
        return [uri[len("coopmesh:node:") :] for uri in uris if uri.startswith("coopmesh:node:")]


# Protocol buffers: coopmesh.billing.v1.UsageReport


def fields_of(data):
    """(number, value) of all fields; integers, or bytes for what has a length."""
    fields, at = [], 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            need(at < len(data) and shift < 70, "a report is no protocol buffer")
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value & (1 << 64) - 1

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            fields.append((key >> 3, varint()))
        elif key & 7 == 2:
            length = varint()
            need(at + length <= len(data), "a report is no protocol buffer")
            fields.append((key >> 3, data[at : at + length]))
            at += length
        elif key & 7 in (1, 5):
            length = 8 if key & 7 == 1 else 4
            need(at + length <= len(data), "a report is no protocol buffer")
            fields.append((key >> 3, data[at : at + length]))
            at += length
        else:
            raise Wrong("a report is no protocol buffer")
    return fields


def last(fields, number, default):
    values = [value for found, value in fields if found == number]
    return values[-1] if values else default


class Report:
    def __init__(self, signed):
        fields = fields_of(signed)
        self.hash = sha256(signed)
        self.node = last(fields, 1, b"").decode("ascii", "replace")
        self.boot = last(fields, 2, b"").decode("ascii", "replace")
        self.sequence = last(fields, 3, 0)
        self.previous = last(fields, 4, b"")
        self.started_at = last(fields_of(last(fields, 5, b"")), 1, 0)
        self.own = {}
        for number, value in fields:
            if number == 7:
                usage = fields_of(value)
                attachment = last(usage, 1, b"").decode("ascii", "replace").lower()
                need(attachment not in self.own, "a report names an attachment twice")
                self.own[attachment] = (
                    tuple(last(usage, n, 0) for n in (3, 4, 5, 6)) if last(usage, 2, 0) else None
                )

    @property
    def hour(self):
        return self.started_at - self.started_at % 3600


# The export


def keys(value, names, where):
    need(isinstance(value, dict) and set(value) == set(names), f"{where} has other fields than it should")
    return value


def number(value, where):
    need(isinstance(value, int) and not isinstance(value, bool), f"{where} is no whole number")
    return value


def from_base64(text, where):
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Wrong(f"{where} is no base64") from None
    need(base64.b64encode(data).decode() == text, f"{where} is no canonical base64")
    return data


def from_hex(text, where):
    try:
        data = bytes.fromhex(text)
    except (TypeError, ValueError):
        raise Wrong(f"{where} is no hexadecimal") from None
    need(data.hex() == text, f"{where} is no lower-case hexadecimal")
    return data


def seconds(text, where):
    try:
        return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())
    except (TypeError, ValueError):
        raise Wrong(f"{where} is no time in UTC") from None


def day(text, where):
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise Wrong(f"{where} is no day") from None


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def no_duplicates(pairs):
    need(len({name for name, _ in pairs}) == len(pairs), "a field is there twice")
    return dict(pairs)


def tree_root(leaf, index, size, path):
    """The root that a path leads to (RFC 9162, section 2.1.3.2)."""
    need(0 <= index < size, "a report stands outside of the tree")
    fn, sn, r = index, size - 1, sha256(b"\0" + leaf)
    for p in path:
        need(sn > 0, "a path is too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\1" + p + r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\1" + r + p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "a path is too short")
    return r


def check_nodes(body, ca):
    """The public key of each node, as the co-op's authority certified it."""
    nodes, authorities = {}, set()
    for i, node in enumerate(body["nodes"]):
        where = f"nodes[{i}]"
        keys(node, ("id", "identityKey", "certificates"), where)
        key = from_base64(node["identityKey"], where + ".identityKey")
        need(len(key) == 44 and key[:12] == bytes.fromhex("302a300506032b6570032100"), f"{where}.identityKey is no Ed25519 key")
        need(sha256(key).hex() == node["id"], f"{where}.id is not the hash of its key")
        need(node["certificates"], f"{where} has no certificate of the co-op")
        for j, pair in enumerate(node["certificates"]):
            name = f"{where}.certificates[{j}]"
            keys(pair, ("certificate", "authority"), name)
            certificate = Certificate(from_base64(pair["certificate"], name + ".certificate"))
            authority = Certificate(from_base64(pair["authority"], name + ".authority"))
            need(authority.is_authority() and authority.issued(authority), f"{name}.authority is no authority")
            need(authority.issued(certificate), f"{name}.certificate was not issued by that authority")
            need(certificate.nodes() == [node["id"]], f"{name}.certificate is another node's")
            need(ca is None or authority.encoded == ca, f"{name}.authority is not the co-op's")
            authorities.add(sha256(authority.encoded).hex())
        need(node["id"] not in nodes, f"{where} is there twice")
        nodes[node["id"]] = key[12:]
    return nodes, authorities


def check_runs(body, nodes, days):
    """The reports that count; each signed, in its chain, in the tree of its day, and there once."""
    counted, met = [], set()
    for i, run in enumerate(body["runs"]):
        where = f"runs[{i}]"
        keys(run, ("node", "signature", "reports"), where)
        need(run["node"] in nodes, f"{where}.node is none of the nodes")
        need(run["reports"], f"{where} has no reports")
        before = None
        for j, entry in enumerate(run["reports"]):
            name = f"{where}.reports[{j}]"
            counts = isinstance(entry, dict) and entry.get("counts") is True
            keys(entry, ("signed", "counts", "day", "index", "path") if counts else ("signed", "counts"), name)
            need(isinstance(entry["counts"], bool), f"{name}.counts is neither true nor false")
            report = Report(from_base64(entry["signed"], name + ".signed"))
            need(report.node == run["node"], f"{name} is another node's")
            if before is not None:
                need(
                    report.previous == before.hash and report.boot == before.boot and report.sequence == before.sequence + 1,
                    f"{name} does not follow the report before it: the chain is broken",
                )
            before = report
            if not counts:
                continue
            key = (report.node, report.boot, report.sequence)
            need(key not in met, f"{name} counts twice")
            met.add(key)
            need(entry["day"] in days, f"{name}.day is none of the days")
            size, root = days[entry["day"]]
            path = [from_hex(step, name + ".path") for step in entry["path"]]
            need(
                tree_root(report.hash, number(entry["index"], name + ".index"), size, path) == root,
                f"{name} is not in the tree of {entry['day']}",
            )
            counted.append(report)
        signature = from_base64(run["signature"], where + ".signature")
        need(
            ed25519(nodes[run["node"]], b"coopmesh-usage-v1\0" + before.hash, signature),
            f"{where}.signature is not the node's",
        )
    return counted


def check_days(body, published):
    days = {}
    for i, entry in enumerate(body["days"]):
        keys(entry, ("day", "reports", "root"), f"days[{i}]")
        need(entry["day"] not in days, f"days[{i}] is there twice")
        days[entry["day"]] = (number(entry["reports"], f"days[{i}].reports"), from_hex(entry["root"], f"days[{i}].root"))
        if published is not None:
            need(published.get(entry["day"]) == (entry["reports"], entry["root"]), f"the root of {entry['day']} is not the one published")
    return days


def check_stretches(body):
    stretches = {}
    for i, stretch in enumerate(body["stretches"]):
        where = f"stretches[{i}]"
        keys(stretch, ("attachment", "from", "to"), where)
        start, end = seconds(stretch["from"], where + ".from"), seconds(stretch["to"], where + ".to")
        need(start % 3600 == 0 and end % 3600 == 0 and start <= end, f"{where} is not of whole hours")
        for other_start, other_end in stretches.get(stretch["attachment"], []):
            need(end <= other_start or start >= other_end, f"{where} overlaps another")
        stretches.setdefault(stretch["attachment"], []).append((start, end))
    return stretches


def hours_of(counted, stretches):
    """(internet down, up, local down, up) by hour, and how many windows they were."""
    hours, windows = {}, 0
    for report in counted:
        met = False
        for attachment, usage in report.own.items():
            inside = any(a <= report.hour < b for a, b in stretches.get(attachment, []))
            if usage is None or not inside:
                continue
            met = True
            windows += 1
            sums = hours.setdefault(report.hour, [0, 0, 0, 0])
            for k in range(4):
                sums[k] += usage[k]
        need(met, "a report counts that says nothing of the line's attachments")
    return hours, windows


def share(monthly, start, end):
    """The part of a month's quantity for the days of [start, end)."""
    first = start.replace(day=1)
    length = ((first + datetime.timedelta(days=32)).replace(day=1) - first).days
    return monthly * (end - first).days // length - monthly * (start - first).days // length


def zone_of(name):
    try:
        import zoneinfo

        return zoneinfo.ZoneInfo(name)
    except Exception:
        raise Wrong(f"the time zone {name} is not known here") from None


def ninety_fifth(samples, size):
    need(len(samples) <= size, "there are more hours than the stretch has")
    dropped = size // 20
    return 0 if dropped >= len(samples) else sorted(samples)[len(samples) - 1 - dropped]


GB = 10**9
MBIT_HOUR = 450_000_000


def charge(tariff, hours):
    """The included bytes and the amount, in millionths, for bytes by hour."""
    kind = tariff.get("kind") if isinstance(tariff, dict) else None
    internet = sum(h[0] + h[1] for h in hours.values())
    if kind == "volume":
        keys(tariff, ("kind", "includedBytes", "perGbMicro", "activeDays"), "tariff")
        included = 0
        for i, run in enumerate(tariff["activeDays"]):
            keys(run, ("from", "to"), f"tariff.activeDays[{i}]")
            start, end = day(run["from"], "from"), day(run["to"], "to")
            included += share(number(tariff["includedBytes"], "tariff.includedBytes"), start, end)
        return included, max(0, internet - included) * number(tariff["perGbMicro"], "tariff.perGbMicro") // GB
    if kind == "timeOfDay":
        keys(tariff, ("kind", "windows", "otherwiseMicro", "timeZone"), "tariff")
        zone, sums = zone_of(tariff["timeZone"]), [0] * (len(tariff["windows"]) + 1)
        for hour, h in hours.items():
            at = datetime.datetime.fromtimestamp(hour, zone)
            place = len(tariff["windows"])
            for i, window in reversed(list(enumerate(tariff["windows"]))):
                keys(window, ("days", "fromHour", "toHour", "perGbMicro"), f"tariff.windows[{i}]")
                if at.isoweekday() in window["days"] and window["fromHour"] <= at.hour < window["toHour"]:
                    place = i
            sums[place] += h[0] + h[1]
        prices = [number(w["perGbMicro"], "perGbMicro") for w in tariff["windows"]] + [number(tariff["otherwiseMicro"], "otherwiseMicro")]
        return 0, sum(s * p // GB for s, p in zip(sums, prices))
    if kind == "percentile":
        keys(tariff, ("kind", "committedBits", "perMbitMicro", "direction", "hours", "days", "monthDays"), "tariff")
        size = max(number(tariff["hours"], "tariff.hours"), len(hours))
        down, up = [h[0] for h in hours.values()], [h[1] for h in hours.values()]
        if tariff["direction"] == "HIGHER_OF_PERCENTILES":
            rate = max(ninety_fifth(down, size), ninety_fifth(up, size))
        elif tariff["direction"] == "PERCENTILE_OF_HIGHER":
            rate = ninety_fifth([max(d, u) for d, u in zip(down, up)], size)
        elif tariff["direction"] == "PERCENTILE_OF_SUM":
            rate = ninety_fifth([d + u for d, u in zip(down, up)], size)
        else:
            raise Wrong("tariff.direction is none that there is")
        above = max(0, rate - number(tariff["committedBits"], "tariff.committedBits") // 1000 * 450_000)
        days, month = number(tariff["days"], "tariff.days"), number(tariff["monthDays"], "tariff.monthDays")
        return 0, number(tariff["perMbitMicro"], "tariff.perMbitMicro") * above * days // (MBIT_HOUR * month)
    raise Wrong("tariff.kind is none that rests on reports")


SUMS = ("internetBytes", "includedBytes", "localBytes", "windows", "amountMicro", "days")

MICRO = 10**6


def micro_of(text, currency):
    """A text such as "-12.50 EUR" in millionths."""
    need(isinstance(text, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]{1,6})? [A-Z]{3}", text), f"{text!r} is no amount")
    need(text.endswith(" " + currency), f"{text!r} is of another currency")
    return int(Fraction(text[:-4]) * MICRO)


# Dues


def dues(said, grounds, currency):
    """The days that count, and what they cost, by the steps that the line says."""
    inputs = said.get("inputs")
    need(isinstance(inputs, list) and inputs, "the line does not say how it came about")
    monthly = micro_of(inputs[0][1], currency)
    steps = [(i[0].split("/"), micro_of(i[1], currency)) for i in inputs if re.fullmatch(r"[0-9-]{10}/[0-9-]{10}", i[0])]
    steps = [(day(a, "a step"), day(b, "a step"), m) for (a, b), m in steps]
    first, end = day(said["from"], "line.from"), day(said["to"], "line.to")
    days, amount, at = 0, 0, first
    for start, stop, each in steps or [(first, end, monthly)]:
        need(at <= start < stop <= end, "a step is not of the line's days, or overlaps another")
        if grounds["kind"] == "dues":
            keys(grounds, ("kind", "monthlyMicro"), "grounds")
            need(each == number(grounds["monthlyMicro"], "grounds.monthlyMicro"), "the plan has other dues")
        else:
            keys(grounds, ("kind", "floorMicro", "ceilingMicro"), "grounds")
            floor, ceiling = number(grounds["floorMicro"], "floor"), number(grounds["ceilingMicro"], "ceiling")
            need(floor <= each <= ceiling, "the dues are outside of the plan's scale")
        days += (stop - start).days
        amount += share(each, start, stop)
        at = stop
    return days, amount


# Shares: exact fractions, rounded by the largest remainder, ties to the one who comes first


def rounded(exact, digits):
    """Whole minor units, in millionths, that sum to what the exact amounts, in whole units, sum to."""
    minor = [each * 10**digits for each in exact]
    whole = [each.numerator // each.denominator for each in minor]
    left = sum(minor) - sum(whole)
    need(left.denominator == 1, "the shares do not sum to whole minor units")
    order = sorted(range(len(minor)), key=lambda i: whole[i] - minor[i])
    for i in order[: int(left)]:
        whole[i] += 1
    return [each * 10 ** (6 - digits) for each in whole]


def fraction(text, where):
    need(isinstance(text, str) and re.fullmatch(r"[0-9]+(/[1-9][0-9]*)?", text), f"{where} is no fraction")
    return Fraction(text)


def natural(value, where):
    need(number(value, where) >= 0, f"{where} is below zero")
    return value


def weight(policy, participant):
    """What one participant weighs in a policy by which all pay in proportion."""
    kind = policy["kind"]
    if kind == "equal":
        return fraction(participant["presence"], "presence")
    if kind == "weight":
        return sum((fraction(part, "plans") * natural(policy["plans"][plan], "weight") for plan, part in participant["plans"].items()), Fraction(0))
    if kind == "usage":
        return Fraction(natural(participant["bytes"], "bytes"))
    need(kind == "p95", "no such policy")
    megabits = Fraction(natural(participant["peakBytes"], "peakBytes") * 8, 300 * 10**6)
    if "commitMbps" not in policy:
        return megabits
    over = max(Fraction(0), megabits - natural(policy["commitMbps"], "commitMbps"))
    return Fraction(natural(policy["commitFeeMicro"], "fee") + over * natural(policy["perMbpsMicro"], "price"), MICRO)


def proportional(amount, policy, participants):
    weights = [weight(policy, each) for each in participants]
    need(sum(weights) > 0, "all weights are zero")
    return [amount * each / sum(weights) for each in weights]


def airport(total, policy, participants):
    needs = [max([natural(policy["plans"][plan], "need") for plan in each["plans"]] or [0]) for each in participants]
    greatest = max(needs)
    need(greatest > 0, "nobody needs any of it")
    exact = [Fraction(0)] * len(needs)
    below = 0
    for step in sorted(set(needs)):
        sharers = [i for i, each in enumerate(needs) if each >= step]
        for i in sharers:
            exact[i] += total * Fraction(step - below, greatest * len(sharers))
        below = step
    return exact


def tree(total, facts, participants):
    after, costs = facts["next"], facts["costs"]
    need(len(after) == len(costs) and all(-1 <= n < i for i, n in enumerate(after)), "ways to a gateway turn back")
    ways = []
    for participant in participants:
        way = set()
        for node in participant["nodes"]:
            need(0 <= node < len(after), "a node is none of the tree")
            while after[node] >= 0 and node not in way:
                way.add(node)
                node = after[node]
        ways.append(way)
    beyond = {}
    for way in ways:
        for link in way:
            beyond[link] = beyond.get(link, 0) + 1
    used = sum(natural(costs[link], "cost") for link in beyond)
    need(used > 0, "nobody needs a link that costs")
    part = {link: total * Fraction(costs[link], used * beyond[link]) for link in beyond}
    return [sum((part[link] for link in way), Fraction(0)) for way in ways]


def shares_of(facts):
    """What each participant pays, in millionths."""
    names = ("pool", "purpose", "document", "month", "revision", "totalMicro", "minorDigits", "policy", "participants")
    policy, participants = facts["policy"], facts["participants"]
    keys(facts, names + (("next", "costs") if policy["kind"] == "tree" else ()), "the facts of a share")
    total = Fraction(natural(facts["totalMicro"], "totalMicro"), MICRO)
    if policy["kind"] == "fee":
        fees = [fraction(each["presence"], "presence") * Fraction(natural(policy["feeMicro"], "feeMicro"), MICRO) for each in participants]
        left = total - sum(fees)
        need(left >= 0, "the fees alone are more than is to be shared")
        rest = proportional(left, policy["rest"], participants) if left else [Fraction(0)] * len(fees)
        exact = [fee + more for fee, more in zip(fees, rest)]
    elif policy["kind"] == "airport":
        exact = airport(total, policy, participants)
    elif policy["kind"] == "tree":
        exact = tree(total, facts, participants)
    elif policy["kind"] == "clearing":
        spent = [Fraction(natural(each["expenseMicro"], "expenseMicro"), MICRO) for each in participants]
        need(sum(spent) == total, "what was spent is not the total")
        exact = [part - own for part, own in zip(proportional(total, {"kind": "usage"}, participants), spent)]
    else:
        exact = proportional(total, policy, participants)
    return rounded(exact, facts["minorDigits"])


PAYEE, GONE = -1, -2


def at_place(amounts, place, payee, where):
    if number(place, where) == GONE:
        return 0
    if place == PAYEE:
        need(payee is not None, f"{where} is none")
        return payee
    need(0 <= place < len(amounts), f"{where} is none")
    return amounts[place]


def transfers_of(facts):
    """What each payer pays, in millionths; below zero what they receive."""
    keys(facts, ("month", "revision", "ratePerGbMicro", "minorDigits", "payers"), "the facts of a settled month")
    carried = [natural(each["carried"], "carried") for each in facts["payers"]]
    originated = [natural(each["originated"], "originated") for each in facts["payers"]]
    rate = Fraction(natural(facts["ratePerGbMicro"], "rate"), MICRO * GB)
    hops = Fraction(sum(carried), sum(originated)) if sum(originated) else None
    exact = [rate * (c - hops * o) if hops is not None else Fraction(0) for c, o in zip(carried, originated)]
    return [-each for each in rounded(exact, facts["minorDigits"])]


def posted(grounds, said):
    """What was posted, in millionths, and by which texts the book names it: (beginning, hash)."""
    kind = grounds["kind"]
    if kind == "carriage":
        keys(grounds, ("kind", "paid", "month", "spans"), "grounds")
        need(grounds["month"] == said["from"][:7], "the carriage is of another month")
        need(sha256(canonical(grounds)).hex() == said.get("facts"), "the line names other carriage by its hash")
        amount = 0
        for span in grounds["spans"]:
            keys(span, ("node", "site", "perGbMicro", "before", "after"), "a span")
            price = natural(span["perGbMicro"], "perGbMicro")
            amount += price * natural(span["after"], "after") // GB - price * natural(span["before"], "before") // GB
        return (amount if grounds["paid"] else -amount), []
    if kind == "outage":
        keys(grounds, ("kind", "credit", "month", "percent", "monthSeconds", "parts"), "grounds")
        need(grounds["month"] == said["from"][:7], "the outage is of another month")
        percent, whole, weighed = natural(grounds["percent"], "percent"), natural(grounds["monthSeconds"], "monthSeconds"), 0
        need(percent <= 100 and whole > 0, "percent is 0 to 100 of a month")
        for part in grounds["parts"]:
            keys(part, ("from", "seconds", "monthlyMicro"), "a part")
            natural(part["from"], "from")
            need(natural(part["seconds"], "seconds") <= whole, "the month is shorter than the outage")
            weighed += natural(part["monthlyMicro"], "monthlyMicro") * part["seconds"]
        return -(weighed * percent // (100 * whole)), [("credit for outage %s" % grounds["credit"], sha256(canonical(grounds)).hex())]
    more = ("before", "placeBefore") if "before" in grounds else ()
    keys(grounds, ("kind", "now", "place") + more, "grounds")
    now, before = grounds["now"], grounds.get("before")
    need((before is None) == (now["revision"] == 1), "the revision before is missing")
    need(now["month"] == said["from"][:7], "the facts are of another month")
    if before is not None:
        need((before["month"], before["revision"] + 1) == (now["month"], now["revision"]), "before is not the revision before")
    if kind == "share":
        need(now["purpose"] == said["label"], "the facts are of another cost")
        need(before is None or before["pool"] == now["pool"], "before is of another cost")
        found = at_place(shares_of(now), grounds["place"], -now["totalMicro"], "place")
        if before is not None:
            found -= at_place(shares_of(before), grounds["placeBefore"], -before["totalMicro"], "placeBefore")
        text = "cost pool %s for %s, revision %d"
        names = [(text % (f["pool"], f["month"], f["revision"]), sha256(canonical(f)).hex()) for f in (now, before) if f is not None]
    else:
        need(kind == "reciprocity", "grounds.kind is none that there is")
        found = at_place(transfers_of(now), grounds["place"], None, "place")
        if before is not None:
            found -= at_place(transfers_of(before), grounds["placeBefore"], None, "placeBefore")
        text = "reciprocity for %s, revision %d"
        names = [(text % (f["month"], f["revision"]), sha256(canonical(f)).hex()) for f in (now, before) if f is not None]
    return found, names


# The invoice and the account that it was drawn from


class Account(verify_books.Books):
    """The books, and of them what moved one account."""

    def __init__(self, known, account):
        super().__init__(known)
        self.account, self.moved, self.texts, self.open = account, {}, {}, []

    def transaction(self, t):
        super().transaction(t)
        self.texts[t["whatSha256"]] = None
        self.open.append(t["whatSha256"])
        amounts = [int(p[0]) * ((p[3] == self.account) - (p[2] == self.account)) for p in t["postings"] if self.account in p[2:]]
        if amounts:
            self.moved[t["id"]] = {"micro": sum(amounts), "what": t["whatSha256"], "recorded": t["recorded"]}

    def head(self, h):
        super().head(h)
        for what in self.open:
            self.texts[what] = h
        self.open = []


class Book:
    """What the book says of this invoice, as far as is known here."""

    def __init__(self, invoice, books):
        self.movements, self.books = invoice["movements"], books
        if books is None:
            return
        for i, movement in enumerate(self.movements):
            found = books.moved.get(movement["id"])
            need(found is not None, f"the book knows no movements[{i}] of {invoice['account']}")
            need(found["micro"] == movement["micro"], f"movements[{i}]: the book says another amount")
            need(found["what"] == sha256(movement["what"].encode()).hex(), f"movements[{i}]: the book says another text")
        listed = {m["id"] for m in self.movements}
        last = max(books.moved[id]["recorded"] for id in listed)
        earlier = sum(m["micro"] for id, m in books.moved.items() if id not in listed and m["recorded"] < last)
        need(books.currencies[invoice["account"]] == invoice["currency"], "the account is in another currency")
        need(earlier == invoice["openingMicro"], "the book knows other movements before the invoice")

    def standing(self, named, plain):
        """How well the book holds what it calls by this text; by the plain one it says no hash."""
        if self.books is None:
            there = [m["what"] for m in self.movements]
            return IN_BOOK if named in there else NOT_NAMED if plain in there else "not on this account (give --books to look in all)"
        digest, without = (sha256(text.encode()).hex() for text in (named, plain))
        need(digest in self.books.texts or without in self.books.texts, f"the book knows nothing of this: {named}")
        if digest not in self.books.texts:
            return NOT_NAMED
        head = self.books.texts[digest]
        if head is None:
            return "named by its hash in the book, whose day is not sealed yet"
        return f"sealed in the book's head of {head['day']}: {head['hash']}"


IN_BOOK = "named by its hash in the book (give --books to look there)"
NOT_NAMED = "the book does not name it by its hash"

# ISO 4217: all others have two
MINOR_DIGITS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
MINOR_DIGITS.update(dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3), CLF=4, UYW=4)


def check_invoice(body, books):
    """The invoice's lines, and what the book says of them."""
    invoice = body["invoice"]
    names = ("number", "period", "currency", "minorDigits", "totalMicro", "timeZone", "lines", "account", "openingMicro", "movements")
    keys(invoice, names + (("carriedMicro",) if "carriedMicro" in invoice else ()), "invoice")
    need(invoice["minorDigits"] == MINOR_DIGITS.get(invoice["currency"], 2), "the currency has other minor units")
    lines, period, unit = invoice["lines"], invoice["period"], 10 ** (6 - invoice["minorDigits"])
    for i, said in enumerate(lines):
        number(said["amountMicro"], f"lines[{i}].amountMicro")
        if "result" in said:
            need(micro_of(said["result"], invoice["currency"]) == said["amountMicro"], f"lines[{i}] says another result than its amount")
    total = sum(said["amountMicro"] for said in lines)
    need(total == number(invoice["totalMicro"], "totalMicro"), f"the lines sum to {total}, the invoice is over {invoice['totalMicro']}")
    need(total % unit == 0 and total > 0, "the invoice is not over whole minor units")
    for i, movement in enumerate(invoice["movements"]):
        keys(movement, ("id", "what", "micro"), f"movements[{i}]")
        number(movement["micro"], f"movements[{i}].micro")
    book = Book(invoice, books)
    text = f"invoice {invoice['number']}"
    said = {name: invoice[name] for name in ("period", "currency", "lines")}
    sealed = f"{text}, lines {sha256(canonical(said)).hex()}"
    own = {
        f"charges for {period}": sum(s["amountMicro"] for s in lines if "charge" in s and s["kind"] != "adjustment"),
        f"adjustments with the bill for {period}": sum(s["amountMicro"] for s in lines if "charge" in s and s["kind"] == "adjustment"),
    }
    written = [m for m in invoice["movements"] if m["what"] == text or m["what"].startswith(text + ",")]
    need(len(written) == 1 and written[0]["micro"] == -total, "the account was not moved by this invoice")
    need(written[0]["what"] in (text, sealed), "the book names other lines of this invoice by their hash")
    for what, amount in own.items():
        need(sum(m["micro"] for m in invoice["movements"] if m["what"] == what) == amount, f"{what}: the account was moved by another amount")
    before = number(invoice["openingMicro"], "openingMicro")
    zone, ahead = zone_of(invoice["timeZone"]), {}
    for movement in invoice["movements"]:
        if movement is not written[0] and movement["what"] not in own:
            before += movement["micro"]
        if movement["what"].startswith("paid ahead for the hour "):
            hour = seconds(movement["what"].split(" ")[-1], "an hour")
            month = datetime.datetime.fromtimestamp(hour, zone).strftime("%Y-%m")
            ahead[month] = ahead.get(month, 0) - movement["micro"]
    sums = {kind: sum(s["amountMicro"] for s in lines if s["kind"] == kind) for kind in ("prepaid", "share", "reciprocity", "carriage", "outage")}
    need(sums["prepaid"] == -ahead.get(period, 0), f"prepaid: the account says {-ahead.get(period, 0)}, the invoice {sums['prepaid']}")
    others = sums["share"] + sums["reciprocity"] + sums["carriage"] + sums["outage"]
    carried = before - others + sum(micro for month, micro in ahead.items() if month >= period)
    if "carriedMicro" in invoice:
        need(number(invoice["carriedMicro"], "carriedMicro") == carried, f"carried: the account says {carried}, the bill {invoice['carriedMicro']}")
        whole = sum(s["amountMicro"] for s in lines if s["kind"] != "carried") + carried
        rest = abs(whole) % unit * (1 if whole > 0 else -1)
        found = [each for each in (carried, -rest) if each]
        need([s["amountMicro"] for s in lines if s["kind"] == "carried"] == found, f"carried: the account says {found}")
    return lines, book, book.standing(sealed, text)


def check_line(body, lines):
    line, before = body["line"], body["before"]
    keys(line, SUMS + ("invoice", "number", "charge", "site", "plan", "month", "currency"), "line")
    keys(before, SUMS, "before")
    for name in SUMS:
        number(line[name], f"line.{name}")
        number(before[name], f"before.{name}")
    need(0 < number(line["number"], "line.number") <= len(lines), "the invoice has no such line")
    said = lines[line["number"] - 1]
    for name in SUMS:
        need(line[name] == said[name], f"line.{name} is not what the invoice says")
    same = (said.get("charge", said["kind"]), said.get("site", ""), said.get("plan", ""), said.get("month", said["from"][:7]))
    need(same == (line["charge"], line["site"], line["plan"], line["month"]), "the line is another than on the invoice")
    need((line["invoice"], line["currency"]) == (body["invoice"]["number"], body["invoice"]["currency"]), "the line is of another invoice")
    return line, before, said


def check_sums(line, before, found):
    for name in SUMS:
        told = line[name] + before[name]
        need(found.get(name, 0) == told, f"line.{name}: recomputed are {found.get(name, 0)}, the invoices say {told}")


UNIT_PRICES = {"volume": "perGbMicro", "timeOfDay": "otherwiseMicro", "percentile": "perMbitMicro"}


def on_reports(body, line, before, said, published, ca, told):
    nodes, authorities = check_nodes(body, ca)
    days = check_days(body, published)
    counted = check_runs(body, nodes, days)
    hours, windows = hours_of(counted, check_stretches(body))
    tariff = body["tariff"]
    included, amount = charge(tariff, hours)
    found = {
        "internetBytes": sum(h[0] + h[1] for h in hours.values()),
        "includedBytes": included,
        "localBytes": sum(h[2] + h[3] for h in hours.values()),
        "windows": windows,
        "amountMicro": amount,
    }
    if tariff["kind"] == "percentile":  # A rate is billed, so the line names no bytes.
        found["internetBytes"] = found["localBytes"] = 0
        found["days"] = tariff["days"]
    need(tariff[UNIT_PRICES[tariff["kind"]]] == said.get("unitPriceMicro"), "the invoice says another price than the tariff")
    check_sums(line, before, found)
    told.append(f"{found['internetBytes']} bytes in {windows} windows of {len(counted)} reports by {len(nodes)} node(s)")
    told.append("signed by a node: the bytes")
    for authority in sorted(authorities):
        told.append(f"authority {authority}{' (the one given)' if ca else ': compare with the co-op, or give --ca'}")
    if published is None:
        for name in sorted(days):
            told.append(f"day {name} root {days[name][1].hex()}: compare with what was published, or give --days")
    return "the prices, and since when addresses are the site's"


def on_grounds(body, line, before, said, book, told):
    grounds = body["grounds"]
    kind = grounds.get("kind") if isinstance(grounds, dict) else None
    if kind in ("dues", "scale"):
        need(line["charge"] == kind, "the grounds are of another charge")
        days, amount = dues(said, grounds, line["currency"])
        check_sums(line, before, {"days": days, "amountMicro": amount})
        return "the plan's dues and the days"
    if kind == "takenBack":
        keys(grounds, ("kind",), "grounds")
        check_sums(line, before, {})
        return "that nothing is charged there any more"
    if kind == "account":
        keys(grounds, ("kind",), "grounds")
        need(said["kind"] in ("carried", "prepaid"), "the line rests on more than the account")
        check_sums(line, before, {"amountMicro": said["amountMicro"]})
        return "the account's movements"
    need(kind == said["kind"], "the grounds are of another line")
    amount, names = posted(grounds, said)
    check_sums(line, before, {"amountMicro": amount})
    if kind == "share":
        document = grounds["now"]["document"]
        told.append(f"shared by {len(grounds['now']['participants'])}; document {document or 'none'}: compare with its SHA-256")
    for place, (text, digest) in enumerate(names):
        of = "the facts of the share" if place == 0 else "the facts of the revision before"
        full = f"{text}, facts {digest}"
        others = [m for m in book.movements if m["what"] == text or m["what"].startswith(text + ",")]
        need(all(m["what"] in (text, full) for m in others), f"the book names other facts by their hash: {text}")
        alike = sum(s["amountMicro"] for s in body["invoice"]["lines"] if (s["kind"], s["from"], s.get("label")) == (kind, said["from"], said["label"]))
        need(place or others or alike == 0, f"the account was not moved by {text}")
        told.append(f"declared by the co-op: {of}; {book.standing(full, text)}")
    return {"carriage": "the bytes carried, and their prices", "outage": "when it was out, and the dues of those days"}.get(kind)


def verify(export, published=None, ca=None, books=None):
    """The line, and what is to be told of it; or raises Wrong. Books are asked for by the name of an account."""
    keys(export, ("format", "digest", "body"), "the export")
    need(export["format"] == "coopmesh-evidence-2", "the export is of another format")
    need(sha256(canonical(export["body"])).hex() == export["digest"], "the export was changed: its digest is another")
    body, reports = export["body"], ("tariff", "stretches", "nodes", "runs", "days")
    keys(body, ("invoice", "line", "before") + (("grounds",) if "grounds" in body else reports), "the export's body")
    lines, book, sealed = check_invoice(body, books(body["invoice"]["account"]) if books else None)
    line, before, said = check_line(body, lines)
    told = []
    if "grounds" in body:
        declared = on_grounds(body, line, before, said, book, told)
    else:
        declared = on_reports(body, line, before, said, published, ca, told)
    if declared:
        told.append(f"declared by the co-op: {declared}; {sealed}")
    told.append(f"the invoice: {len(lines)} lines sum to {body['invoice']['totalMicro']}, as the account came to; {sealed}")
    return line, told


def main(arguments):
    options = {"--days": None, "--ca": None, "--books": None, "--heads": None}
    files = []
    while arguments:
        argument = arguments.pop(0)
        if argument in options and arguments:
            options[argument] = arguments.pop(0)
        else:
            files.append(argument)
    if len(files) != 1 or files[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        published = ca = None
        heads = {}
        if options["--days"]:
            with open(options["--days"], encoding="utf-8") as file:
                published = {d["day"]: (d["reports"], d["root"]) for d in json.load(file)["items"]}
        if options["--ca"]:
            with open(options["--ca"], encoding="ascii") as file:
                text = file.read().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
                ca = base64.b64decode(text)
        if options["--heads"]:
            with open(options["--heads"], encoding="utf-8") as file:
                heads = {h["day"]: h["head"] for h in json.load(file)["items"]}
        if options["--books"]:
            open(options["--books"], "rb").close()
        with open(files[0], "rb") as file:
            text = file.read()
    except (OSError, ValueError, KeyError, IndexError) as error:
        print(f"CANNOT READ: {error}")
        return 2

    def books(account):
        return verify_books.check(options["--books"], heads, Account(heads, account))

    try:
        try:
            export = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates, parse_float=float)
        except ValueError as error:
            raise Wrong(f"the export is no JSON: {error}") from None
        line, told = verify(export, published, ca, books if options["--books"] else None)
    except (Wrong, verify_books.Wrong) as wrong:
        print(f"WRONG: {wrong}")
        return 1
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        print(f"WRONG: the export is malformed: {error!r}")
        return 1
    print(f"VERIFIED: {line['charge']} of {line['month']}{' on ' if line['plan'] else ''}{line['plan']}, invoice {line['invoice']} line {line['number']}")
    print(f"  {line['amountMicro']} millionths of {line['currency']}")
    for each in told:
        print(f"  {each}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
