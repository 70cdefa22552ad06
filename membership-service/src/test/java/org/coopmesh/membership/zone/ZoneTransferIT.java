package org.coopmesh.membership.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** Transfers as dnsjava asks for them and checks their signatures; nsd does in NameServerIT. */
class ZoneTransferIT extends ServedZone {
    private static final InetSocketAddress PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), ZONE_PORT);

    @Test
    void theZoneHasNamesAndServicesAsDnsSdWantsThem() throws Exception {
        Owner owner = owner();
        name(owner, "muehle", "");
        name(
                owner,
                "bücherei",
                ", \"service\": {\"type\": \"http\", \"port\": 8080, \"path\": \"/katalog\"}");
        long serial = publish();

        List<Record> zone = axfr(key(SECRET));

        assertThat(zone.getFirst()).isInstanceOf(SOARecord.class);
        assertThat(((SOARecord) zone.getFirst()).getSerial()).isEqualTo(serial);
        assertThat(zone.getLast()).isEqualTo(zone.getFirst());
        assertThat(lines(zone))
                .contains(
                        "village.mesh. NS ns1.village.mesh.",
                        "village.mesh. NS ns.example.org.",
                        "ns1.village.mesh. A 127.0.0.1",
                        "muehle.village.mesh. A " + addressOf(owner),
                        "xn--bcherei-n2a.village.mesh. A " + addressOf(owner),
                        "lb._dns-sd._udp.village.mesh. PTR village.mesh.",
                        "_services._dns-sd._udp.village.mesh. PTR _http._tcp.village.mesh.",
                        "_http._tcp.village.mesh. PTR b\\195\\188cherei._http._tcp.village.mesh.",
                        "b\\195\\188cherei._http._tcp.village.mesh. SRV 0 0 8080 xn--bcherei-n2a.village.mesh.");
        assertThat(zone)
                .filteredOn(record -> record instanceof TXTRecord)
                .extracting(record -> ((TXTRecord) record).getStrings())
                .contains(List.of("path=/katalog"));
        assertThat(lines(zone))
                .anyMatch(line -> line.startsWith("muehle.village.mesh. AAAA fd42:201:"));
    }

    @Test
    void whoHasAnOlderVersionGetsWhatCameAndWent() throws Exception {
        Owner owner = owner();
        UUID goes = name(owner, "geht", "");
        long before = publish();
        name(owner, "kommt", "");
        publish();
        release(owner, goes);
        long after = publish();

        ZoneTransferIn transfer = ixfr(before);
        transfer.run();

        assertThat(after).isEqualTo(before + 2);
        assertThat(transfer.isIXFR()).isTrue();
        assertThat(transfer.getIXFR()).hasSize(2);
        assertThat(transfer.getIXFR().getFirst().start).isEqualTo(before);
        assertThat(lines(transfer.getIXFR().getFirst().adds))
                .contains("kommt.village.mesh. A " + addressOf(owner));
        assertThat(transfer.getIXFR().getLast().end).isEqualTo(after);
        assertThat(lines(transfer.getIXFR().getLast().deletes))
                .contains("geht.village.mesh. A " + addressOf(owner));
        // Who has the newest, or says that they have a newer one, is told which it is
        for (long has : new long[] {after, after + 1_000}) {
            ZoneTransferIn current = ixfr(has);
            current.run();
            assertThat(current.isCurrent()).isTrue();
        }
    }

    @Test
    void theLogIsBoundedAndBeyondItTheWholeZoneComes() throws Exception {
        Owner owner = owner();
        name(owner, "erster", "");
        long before = publish();
        for (int i = 0; i < Zones.LOG_VERSIONS_MAX; i++) {
            UUID name = name(owner, "kurz", "");
            publish();
            release(owner, name);
            if (i % 2 == 0) publish();
        }
        publish();

        assertThat(db.sql("select count(*) from zone_version").query(Integer.class).single())
                .isEqualTo(Zones.LOG_VERSIONS_MAX);
        ZoneTransferIn transfer = ixfr(before);
        transfer.run();
        assertThat(transfer.isAXFR()).isTrue();
        assertThat(lines(transfer.getAXFR()))
                .contains("erster.village.mesh. A " + addressOf(owner));
    }

    @Test
    void aLargeZoneComesInManyMessages() throws Exception {
        Owner owner = owner();
        for (int i = 0; i < 300; i++)
            name(
                    owner,
                    "viele"
                            + "bdfghkmprt".charAt(i / 100)
                            + "bdfghkmprt".charAt(i / 10 % 10)
                            + "bdfghkmprt".charAt(i % 10),
                    "");
        publish();

        assertThat(lines(axfr(key(SECRET))))
                .filteredOn(line -> line.startsWith("viele"))
                .hasSizeGreaterThanOrEqualTo(600);
    }

    @Test
    void nothingIsToldWithoutTheRightSignature() throws Exception {
        name(owner(), "geheim", "");
        publish();

        assertThatThrownBy(() -> axfr(key(WRONG_SECRET))).isInstanceOf(ZoneTransferException.class);
        assertThatThrownBy(() -> axfr(null)).isInstanceOf(ZoneTransferException.class);
        assertThat(ask(question(Type.AXFR, null)).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(ask(question(Type.SOA, null)).getSection(Section.ANSWER)).isEmpty();
        Message wrong = ask(question(Type.AXFR, key(WRONG_SECRET)));
        assertThat(wrong.getHeader().getRcode()).isEqualTo(Rcode.NOTAUTH);
        assertThat(wrong.getTSIG().getError()).isEqualTo(Rcode.BADSIG);
        assertThat(wrong.getSection(Section.ANSWER)).isEmpty();
        Message unknown =
                ask(question(Type.AXFR, new TSIG(TSIG.HMAC_SHA256, "other.mesh.", SECRET)));
        assertThat(unknown.getTSIG().getError()).isEqualTo(Rcode.BADKEY);
        Message sha1 = ask(question(Type.AXFR, new TSIG(TSIG.HMAC_SHA1, KEY, SECRET)));
        assertThat(sha1.getTSIG().getError()).isEqualTo(Rcode.BADKEY);
    }

    @Test
    void aSignatureOfAnotherHourIsWorthNothing() throws Exception {
        publish();
        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        var key =
                new TSIG(
                        TSIG.HMAC_SHA256,
                        Name.fromString(KEY),
                        new SecretKeySpec(Base64.getDecoder().decode(SECRET), "HmacSHA256"),
                        late);

        Message answer = ask(question(Type.AXFR, key));

        assertThat(answer.getTSIG().getError()).isEqualTo(Rcode.BADTIME);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
    }

    @Test
    void oneBitMoreOrLessAndNobodySignedIt() throws Exception {
        publish();
        byte[] good = question(Type.AXFR, key(SECRET));
        assertThat(ask(good).getSection(Section.ANSWER)).isNotEmpty();
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] bent = good.clone();
            // The identifier is not signed; everything behind it is
            int at = 2 + random.nextInt(bent.length - 2);
            int bit = random.nextInt(8);
            // Names of keys are the same in capitals
            if (bit == 5 && Character.isLetter(bent[at])) continue;
            bent[at] ^= (byte) (1 << bit);
            Message answer = askOrNothing(bent);

            if (answer != null) {
                assertThat(answer.getSection(Section.ANSWER))
                        .as("bit %d of byte %d", bit, at)
                        .isEmpty();
            }
        }
    }

    @Test
    void otherQuestionsAndOtherZonesAreRefused() throws Exception {
        publish();
        assertThat(ask(question(Type.A, key(SECRET))).getRcode()).isEqualTo(Rcode.REFUSED);
        Message other =
                ask(
                        signed(
                                Message.newQuery(
                                        Record.newRecord(
                                                Name.fromString("org."), Type.AXFR, DClass.IN))));
        assertThat(other.getRcode()).isEqualTo(Rcode.NOTAUTH);
        var update = Message.newUpdate(Name.fromString("village.mesh."));
        assertThat(ask(signed(update)).getRcode()).isEqualTo(Rcode.NOTIMP);
        assertThat(update.getHeader().getOpcode()).isEqualTo(Opcode.UPDATE);
    }

    @Test
    void byDatagramThereIsTheSerialAlone() throws Exception {
        long serial = publish();
        byte[] question = question(Type.SOA, key(SECRET));
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(3_000);
            socket.send(new DatagramPacket(question, question.length, PORT));
            var packet = new DatagramPacket(new byte[4_096], 4_096);
            socket.receive(packet);

            var answer = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            assertThat(((SOARecord) answer.getSection(Section.ANSWER).getFirst()).getSerial())
                    .isEqualTo(serial);
        }
    }

    @Test
    void aNodeOutOfServiceAndTheNamesOfItAreNotServed() throws Exception {
        Owner owner = owner();
        name(owner, "abbau", "");
        publish();
        assertThat(lines(axfr(key(SECRET)))).anyMatch(line -> line.startsWith("abbau."));

        ask("/api/nodes/" + owner.node() + "/retire", "{\"reason\": \"broken\"}");
        publish();

        assertThat(lines(axfr(key(SECRET)))).noneMatch(line -> line.startsWith("abbau."));
    }

    @Test
    void whatAnOverlayCallsTheNodeIsServedUnlessTwoClaimIt() throws Exception {
        Owner one = owner();
        Owner two = owner();
        name(one, "eins", "");
        name(two, "zwei", "");
        tell(one, "200:848a:604f:bb7e:4384:65db:8db6:6895");
        tell(two, "fc12:3456::7");
        tell(two, "8.8.8.8");
        triggers.review();
        assertThat(lines(axfr(key(SECRET))))
                .contains(
                        "eins.village.mesh. AAAA 200:848a:604f:bb7e:4384:65db:8db6:6895",
                        "zwei.village.mesh. AAAA fc12:3456:0:0:0:0:0:7")
                .noneMatch(line -> line.endsWith("8.8.8.8"));

        tell(two, "200:848a:604f:bb7e:4384:65db:8db6:6895");
        triggers.review();

        assertThat(lines(axfr(key(SECRET)))).noneMatch(line -> line.contains(" 200:848a"));
    }

    @Test
    void afterARestoreTheSerialIsRaisedByHandAndEverybodyFetchesAnew() throws Exception {
        name(owner(), "gerettet", "");
        long before = publish();

        db.sql("update zone_head set serial = serial + 5000").update();
        db.sql("delete from zone_version").update();
        db.sql("insert into zone_wish default values").update();
        long after = publish();

        assertThat(after).isEqualTo(before + 5_001);
        assertThat(keeper.head().serial()).isEqualTo(after);
        ZoneTransferIn transfer = ixfr(before + 3_000);
        transfer.run();
        assertThat(transfer.isAXFR()).isTrue();
        assertThat(lines(transfer.getAXFR())).anyMatch(line -> line.startsWith("gerettet."));
        assertThat(
                        org.coopmesh.contracts.membership.v1.NamesHead.parseFrom(
                                        keeper.head().head())
                                .getSerial())
                .isEqualTo(after);
    }

    private void tell(Owner owner, String address) {
        db.sql(
                        "insert into node_status (node_id, last_seen_at) values (:node, now()) on conflict do nothing")
                .param("node", owner.agent().id().hex())
                .update();
        db.sql(
                        "insert into node_address (node_id, interface, address) values (:node, '', :address)")
                .param("node", owner.agent().id().hex())
                .param("address", address)
                .update();
    }

    private static List<Record> axfr(TSIG key) throws Exception {
        ZoneTransferIn transfer =
                ZoneTransferIn.newAXFR(Name.fromString("village.mesh."), PORT, key);
        transfer.setTimeout(Duration.ofSeconds(20));
        transfer.run();
        return transfer.getAXFR();
    }

    private static ZoneTransferIn ixfr(long have) throws Exception {
        ZoneTransferIn transfer =
                ZoneTransferIn.newIXFR(
                        Name.fromString("village.mesh."), have, false, PORT, key(SECRET));
        transfer.setTimeout(Duration.ofSeconds(20));
        return transfer;
    }

    private static List<String> lines(List<Record> records) {
        return records.stream()
                .map(record ->
                        record.getName()
                                + " "
                                + Type.string(record.getType())
                                + " "
                                + record.rdataToString())
                .toList();
    }

    private static byte[] question(int type, TSIG key) throws IOException {
        Message question =
                Message.newQuery(
                        Record.newRecord(Name.fromString("village.mesh."), type, DClass.IN));
        if (key != null) key.apply(question, null);
        return question.toWire();
    }

    private static byte[] signed(Message question) {
        key(SECRET).apply(question, null);
        return question.toWire();
    }

    private static Message ask(byte[] question) throws IOException {
        Message answer = askOrNothing(question);
        assertThat(answer).isNotNull();
        return answer;
    }

    private static Message askOrNothing(byte[] question) throws IOException {
        try (var socket = new Socket(PORT.getAddress(), PORT.getPort())) {
            socket.setSoTimeout(5_000);
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(question.length);
            out.write(question);
            out.flush();
            socket.shutdownOutput();
            var in = new DataInputStream(socket.getInputStream());
            byte[] answer;
            try {
                answer = in.readNBytes(in.readUnsignedShort());
            } catch (java.io.EOFException nothing) {
                return null;
            }
            return new Message(answer);
        }
    }
}
