package org.coopmesh.membership.zone;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/**
 * Tells the secondaries that there is a new version (NOTIFY, RFC 1996). Who does not answer is told five times within half a minute;
 * after that they find out by themselves, by the refresh of the SOA.
 */
@Component
class Notifier {
    private static final Logger log = LoggerFactory.getLogger(Notifier.class);
    private static final int TRIES_MAX = 5;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int ANSWER_BYTES_MAX = 4_096;
    private static final int ID_MAX = 0xffff;

    private final List<ZoneSettings.Secondary> secondaries;
    private final TransferKeys keys;
    private volatile long newest;

    Notifier(ZoneSettings settings) throws IOException {
        this.secondaries = settings.told();
        this.keys = ZonePort.keys(settings);
        for (ZoneSettings.Secondary secondary : secondaries) {
            if (keys.signer(secondary.key()).isEmpty()) {
                throw new IllegalArgumentException(
                        "coopmesh.zone.secondaries names a key that is not in key-file: "
                                + secondary.key());
            }
        }
    }

    /** Tells every secondary, each on a thread of its own; returns at once. */
    void tell(Zones.Head head) {
        if (head.serial() == 0) return;
        newest = head.serial();
        for (ZoneSettings.Secondary secondary : secondaries) {
            Thread.ofVirtual().name("zone-notify").start(() -> tell(secondary, head));
        }
    }

    private void tell(ZoneSettings.Secondary secondary, Zones.Head head) {
        Duration pause = FIRST_PAUSE;
        String why = "";
        for (int i = 0; i < TRIES_MAX && newest == head.serial(); i++) {
            try {
                int rcode = ask(secondary, head.zone());
                if (rcode == Rcode.NOERROR) return;
                why = Rcode.string(rcode);
            } catch (IOException failed) {
                why = String.valueOf(failed.getMessage());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException stopped) {
                return;
            }
            pause = pause.multipliedBy(2);
        }
        if (newest == head.serial()) {
            log.atWarn()
                    .addKeyValue("secondary", secondary.at())
                    .addKeyValue("serial", head.serial())
                    .addKeyValue("why", why)
                    .log("secondary not told");
        }
    }

    private int ask(ZoneSettings.Secondary secondary, String zone) throws IOException {
        var message = new Message(ThreadLocalRandom.current().nextInt(ID_MAX + 1));
        message.getHeader().setOpcode(Opcode.NOTIFY);
        message.getHeader().setFlag(Flags.AA);
        message.addRecord(
                Record.newRecord(Name.fromString(zone + "."), Type.SOA, DClass.IN),
                Section.QUESTION);
        TSIG key = keys.signer(secondary.key()).orElseThrow();
        key.apply(message, null);
        byte[] wire = message.toWire();
        var at = new InetSocketAddress(secondary.at().getAddress(), secondary.at().getPort());
        try (var socket = new DatagramSocket()) {
            socket.connect(at);
            socket.setSoTimeout((int) ANSWER_WITHIN.toMillis());
            socket.send(new DatagramPacket(wire, wire.length));
            var packet = new DatagramPacket(new byte[ANSWER_BYTES_MAX], ANSWER_BYTES_MAX);
            socket.receive(packet);
            var answer = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            if (answer.getHeader().getID() != message.getHeader().getID()
                    || !answer.getHeader().getFlag(Flags.QR)) {
                throw new IOException("an answer to something else");
            }
            return answer.getHeader().getRcode();
        }
    }
}
