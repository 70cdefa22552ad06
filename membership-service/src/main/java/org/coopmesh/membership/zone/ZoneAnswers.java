package org.coopmesh.membership.zone;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.Type;

/**
 * What is answered to DNS servers that fetch the zone: SOA, AXFR and IXFR (RFC 1995, 5936), to whoever signs with a key that is
 * known. Everybody else, and every other question, is refused: members ask the servers that have the zone from here.
 */
class ZoneAnswers {
    private static final Logger log = LoggerFactory.getLogger(ZoneAnswers.class);

    /** So many records make a message of less than 64 KiB, whatever their length. */
    private static final int RECORDS_A_MESSAGE = 100;

    private static final long REFRESH_SECONDS = 300;
    private static final long RETRY_SECONDS = 60;

    /** Four weeks: a village has names for that long after its servers are gone. */
    private static final long EXPIRE_SECONDS = 2_419_200;

    private static final long NEGATIVE_SECONDS = 60;
    private static final String WHOLE = "whole zone fetched";
    private static final String DIFFERENCE = "difference of zone fetched";
    private static final long COMPLAINT_EVERY_NANOS = 1_000_000_000L;

    private final ZoneKeeper keeper;
    private final TransferKeys keys;
    private final List<ZoneSettings.NameServer> servers;
    private final InstantSource wall;
    private long complainAgainNanos = System.nanoTime();

    /** @param wall what signatures are dated by: like those of TLS, by the machine's clock */
    ZoneAnswers(
            ZoneKeeper keeper,
            TransferKeys keys,
            List<ZoneSettings.NameServer> servers,
            InstantSource wall) {
        this.keeper = keeper;
        this.keys = keys;
        this.servers = servers;
        this.wall = wall;
    }

    /**
     * The messages that answer {@code raw}, in their order, made as they are taken; none where it is no question.
     *
     * @param stream false where one short message is all there is room for
     * @param peer for the log
     */
    Iterator<byte[]> answer(byte[] raw, boolean stream, String peer) {
        Message question;
        TSIGRecord signature;
        try {
            question = new Message(raw);
            signature = question.getTSIG(); // Trips where records are counted that were cut off.
        } catch (IOException | RuntimeException malformed) {
            return List.<byte[]>of().iterator();
        }
        if (question.getHeader().getFlag(Flags.QR)) return List.<byte[]>of().iterator();
        if (signature == null) return refused(question, Rcode.REFUSED, "unsigned", peer);
        int verified = keys.verify(question, raw, signature, wall.instant());
        if (verified == Rcode.FORMERR) return refused(question, verified, "torn", peer);
        TSIG key = keys.signer(signature.getName()).orElse(null);
        if (verified != Rcode.NOERROR || key == null) {
            complain(Rcode.TSIGstring(verified), peer);
            return one(notSigned(question, signature, key, verified));
        }
        Stream<Record> records;
        int rcode = Rcode.NOERROR;
        Record asked = question.getQuestion();
        String zone = keeper.head().zone();
        if (question.getHeader().getOpcode() != Opcode.QUERY) {
            rcode = Rcode.NOTIMP;
            records = Stream.of();
        } else if (asked == null || zone.isEmpty() || !asked.getName().equals(name(zone + "."))) {
            rcode = Rcode.NOTAUTH;
            records = Stream.of();
        } else {
            @Nullable Stream<Record> found = records(question, asked.getType(), stream, peer);
            rcode = found == null ? Rcode.REFUSED : Rcode.NOERROR;
            records = found == null ? Stream.of() : found;
        }
        if (rcode != Rcode.NOERROR) complain(Rcode.string(rcode), peer);
        return new Messages(question, rcode, records.iterator(), key, signature);
    }

    private @Nullable Stream<Record> records(
            Message question, int type, boolean stream, String peer) {
        if (type == Type.SOA || (type == Type.IXFR && !stream)) {
            Zones.Head head = keeper.head();
            return Stream.of(soa(head.zone(), head.serial()));
        }
        if (type == Type.AXFR && stream) {
            fetched(WHOLE, keeper.head().serial(), peer);
            return whole();
        }
        if (type != Type.IXFR) return null;
        Record had =
                question.getSection(Section.AUTHORITY).stream()
                        .filter(record -> record instanceof SOARecord)
                        .findFirst()
                        .orElse(null);
        if (!(had instanceof SOARecord soa)) return null;
        ZoneKeeper.Difference difference = keeper.since(soa.getSerial());
        List<Zones.Change> changes = difference.changes();
        Zones.Head head = difference.head();
        if (soa.getSerial() >= head.serial()) return Stream.of(soa(head.zone(), head.serial()));
        fetched(changes == null ? WHOLE : DIFFERENCE, head.serial(), peer);
        return changes == null ? whole() : differences(head, soa.getSerial(), changes);
    }

    private Stream<Record> whole() {
        ZoneKeeper.Snapshot snapshot = keeper.snapshot();
        Record soa = soa(snapshot.head().zone(), snapshot.head().serial());
        return Stream.concat(
                Stream.concat(Stream.of(soa), snapshot.records().stream().map(ZoneAnswers::record)),
                Stream.of(soa));
    }

    /** Version by version: the old SOA and what went, the new one and what came; the newest SOA around it all. */
    private Stream<Record> differences(Zones.Head head, long had, List<Zones.Change> changes) {
        Record newest = soa(head.zone(), head.serial());
        var records = new ArrayList<Record>(List.of(newest));
        int at = 0;
        for (long serial = had + 1; serial <= head.serial(); serial++) {
            records.add(soa(head.zone(), serial - 1));
            while (at < changes.size()
                    && changes.get(at).serial() == serial
                    && !changes.get(at).added()) {
                records.add(record(changes.get(at++).record()));
            }
            records.add(soa(head.zone(), serial));
            while (at < changes.size() && changes.get(at).serial() == serial) {
                records.add(record(changes.get(at++).record()));
            }
        }
        records.add(newest);
        return records.stream();
    }

    private Record soa(String zone, long serial) {
        String primary = servers.isEmpty() ? "ns." + zone : servers.getFirst().name();
        return new SOARecord(
                name(zone + "."),
                DClass.IN,
                ZoneRecord.TTL_SECONDS,
                name(primary + "."),
                name("hostmaster." + zone + "."),
                serial,
                REFRESH_SECONDS,
                RETRY_SECONDS,
                EXPIRE_SECONDS,
                NEGATIVE_SECONDS);
    }

    private static Record record(ZoneRecord record) {
        try {
            return Record.fromString(
                    name(record.owner()),
                    Type.value(record.type()),
                    DClass.IN,
                    ZoneRecord.TTL_SECONDS,
                    record.rdata(),
                    Name.root);
        } catch (IOException malformed) {
            throw new IllegalStateException(
                    "a record that DNS does not know: " + record, malformed);
        }
    }

    private static Name name(String absolute) {
        try {
            return Name.fromString(absolute);
        } catch (IOException malformed) {
            throw new IllegalStateException("a name that DNS does not know", malformed);
        }
    }

    private Iterator<byte[]> refused(Message question, int rcode, String why, String peer) {
        complain(why, peer);
        return one(answerTo(question, rcode));
    }

    /** RFC 8945, 5.2: the answer names the error; only to a signer whose clock is wrong it is signed. */
    private static Message notSigned(
            Message question, TSIGRecord signature, @Nullable TSIG key, int error) {
        Message answer = answerTo(question, Rcode.NOTAUTH);
        answer.addRecord(
                key != null && error == Rcode.BADTIME
                        ? key.generate(answer, answer.toWire(), error, signature)
                        : new TSIGRecord(
                                signature.getName(),
                                DClass.ANY,
                                0,
                                signature.getAlgorithm(),
                                signature.getTimeSigned(),
                                signature.getFudge(),
                                new byte[0],
                                question.getHeader().getID(),
                                error,
                                null),
                Section.ADDITIONAL);
        return answer;
    }

    private static Message answerTo(Message question, int rcode) {
        var answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setOpcode(question.getHeader().getOpcode());
        answer.getHeader().setRcode(rcode);
        Record asked = question.getQuestion();
        if (asked != null) answer.addRecord(asked, Section.QUESTION);
        return answer;
    }

    private static Iterator<byte[]> one(Message answer) {
        return List.of(answer.toWire()).iterator();
    }

    private static void fetched(String what, long serial, String peer) {
        log.atInfo().addKeyValue("peer", peer).addKeyValue("serial", serial).log(what);
    }

    /** Once a second at most: who is refused may ask as often as they like. */
    private synchronized void complain(String why, String peer) {
        if (System.nanoTime() - complainAgainNanos < 0) return;
        complainAgainNanos = System.nanoTime() + COMPLAINT_EVERY_NANOS;
        log.atWarn()
                .addKeyValue("peer", peer)
                .addKeyValue("why", why.toLowerCase(Locale.ROOT))
                .log("zone refused");
    }

    /** Fills message by message and signs each; there is always one. */
    private static final class Messages implements Iterator<byte[]> {
        private final Message question;
        private final int rcode;
        private final Iterator<Record> records;
        private final TSIG.StreamGenerator signer;
        private boolean begun;

        Messages(
                Message question,
                int rcode,
                Iterator<Record> records,
                TSIG key,
                TSIGRecord signature) {
            this.question = question;
            this.rcode = rcode;
            this.records = records;
            this.signer = new TSIG.StreamGenerator(key, signature);
        }

        @Override
        public boolean hasNext() {
            return !begun || records.hasNext();
        }

        @Override
        public byte[] next() {
            begun = true;
            Message answer = answerTo(question, rcode);
            if (rcode == Rcode.NOERROR) answer.getHeader().setFlag(Flags.AA);
            for (int i = 0; i < RECORDS_A_MESSAGE && records.hasNext(); i++) {
                answer.addRecord(records.next(), Section.ANSWER);
            }
            signer.generate(answer);
            return answer.toWire();
        }
    }
}
