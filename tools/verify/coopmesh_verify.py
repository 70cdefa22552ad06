#!/usr/bin/env python3
"""Recomputes one line of an invoice from what the nodes signed, sharing no code with the service that wrote it.

Usage: coopmesh_verify.py EXPORT.json [--days DAYS.json] [--ca CA.crt]

EXPORT is what GET /api/invoices/{id}/lines/{line}/evidence answers. DAYS is what GET /api/usage/days answered, at any time and
to anybody: the roots to hold the co-op to. CA is the co-op's certificate, as every node has it. Without these two the export is
checked against itself only, and the roots and the fingerprint it rests on are printed to be compared.

Checked are: that nothing in the file was changed since it was written; that the co-op's authority certified each node; that each
node's key signed each report, in an unbroken chain; that each report is in the published tree of its day, and counts once; that
the bytes of the line are the sum of the reports; that the amount of the line is those bytes by the tariff. Exit code 0 if all of
that holds, 1 with one line that says what does not, 2 if the file cannot be read at all. Python 3.9 and its standard library.
"""
import base64
import binascii
import datetime
import hashlib
import json
import sys


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


SUMS = ("internetBytes", "includedBytes", "localBytes", "windows", "amountMicro")


def verify(export, published=None, ca=None):
    """Says what was verified, or raises Wrong."""
    keys(export, ("format", "digest", "body"), "the export")
    need(export["format"] == "coopmesh-evidence-1", "the export is of another format")
    need(sha256(canonical(export["body"])).hex() == export["digest"], "the export was changed: its digest is another")
    body = keys(export["body"], ("line", "before", "tariff", "stretches", "nodes", "runs", "days"), "the export's body")
    line = keys(body["line"], SUMS + ("invoice", "number", "charge", "site", "plan", "month", "currency"), "line")
    before = keys(body["before"], SUMS, "before")
    for name in SUMS:
        number(line[name], f"line.{name}")
        number(before[name], f"before.{name}")
    nodes, authorities = check_nodes(body, ca)
    days = check_days(body, published)
    counted = check_runs(body, nodes, days)
    hours, windows = hours_of(counted, check_stretches(body))
    included, amount = charge(body["tariff"], hours)
    found = {
        "internetBytes": sum(h[0] + h[1] for h in hours.values()),
        "includedBytes": included,
        "localBytes": sum(h[2] + h[3] for h in hours.values()),
        "windows": windows,
        "amountMicro": amount,
    }
    if body["tariff"]["kind"] == "percentile":  # A rate is billed, so the line names no bytes.
        found["internetBytes"] = found["localBytes"] = 0
    for name in SUMS:
        told = line[name] + before[name]
        need(found[name] == told, f"line.{name}: the reports say {found[name]}, the invoices {told}")
    return found, len(counted), len(nodes), authorities, days, line


def main(arguments):
    options = {"--days": None, "--ca": None}
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
        if options["--days"]:
            with open(options["--days"], encoding="utf-8") as file:
                published = {d["day"]: (d["reports"], d["root"]) for d in json.load(file)["items"]}
        if options["--ca"]:
            with open(options["--ca"], encoding="ascii") as file:
                text = file.read().split("-----BEGIN CERTIFICATE-----")[1].split("-----END")[0]
                ca = base64.b64decode(text)
        with open(files[0], "rb") as file:
            text = file.read()
    except (OSError, ValueError, KeyError, IndexError) as error:
        print(f"CANNOT READ: {error}")
        return 2
    try:
        try:
            export = json.loads(text.decode("utf-8"), object_pairs_hook=no_duplicates, parse_float=float)
        except ValueError as error:
            raise Wrong(f"the export is no JSON: {error}") from None
        found, reports, nodes, authorities, days, line = verify(export, published, ca)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        print(f"WRONG: the export is malformed: {error!r}")
        return 1
    print(f"VERIFIED: {line['charge']} of {line['month']} on {line['plan']}, invoice {line['invoice']} line {line['number']}")
    print(f"  {found['internetBytes']} bytes in {found['windows']} windows of {reports} reports by {nodes} node(s)")
    print(f"  {line['amountMicro']} millionths of {line['currency']}")
    for authority in sorted(authorities):
        print(f"  authority {authority}{' (the one given)' if ca else ': compare with the co-op, or give --ca'}")
    if published is None:
        for name in sorted(days):
            print(f"  day {name} root {days[name][1].hex()}: compare with what was published, or give --days")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
