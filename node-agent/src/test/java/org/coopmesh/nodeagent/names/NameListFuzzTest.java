package org.coopmesh.nodeagent.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.coopmesh.contracts.membership.v1.NamesHead;
import org.coopmesh.nodeagent.identity.Ed25519Key;

/** Whatever names the co-op's own server signs, nothing but names of the village's zone gets into the hosts file. */
class NameListFuzzTest {
    private static final byte[] SECRET = new byte[Ed25519.SECRET_KEY_SIZE];
    private static final Map<String, byte[]> KEYS = Map.of("k", Ed25519Key.publicKeyOf(SECRET));

    @FuzzTest
    void anySignedLinesAreOfTheZoneOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        var lines = new TreeSet<>(Arrays.asList(text.split("\n")));
        byte[] head =
                NamesHead.newBuilder()
                        .setSerial(1)
                        .setZone("village.mesh")
                        .setLines(lines.size())
                        .setLinesHash(NameList.hash(lines))
                        .build()
                        .toByteArray();
        try {
            NameList list = NameList.of(head, signed(head), "k", lines, "mesh", KEYS);
            assertThat(list.lines())
                    .allMatch(line -> line.matches("[0-9a-f.:]{2,39} [a-z0-9.-]+\\.village\\.mesh"))
                    .noneMatch(line -> line.startsWith("127.") || line.startsWith("::1 "));
        } catch (NamesRefused refused) {
            assertThat(refused.trouble()).isNotNull();
        }
    }

    @FuzzTest
    void anySignedHeadIsTakenOrRefused(byte[] head) {
        try {
            NameList list =
                    NameList.of(head, signed(head), "k", new TreeSet<>(List.of()), "mesh", KEYS);
            assertThat(list.head().getZone()).endsWith(".mesh");
        } catch (NamesRefused refused) {
            assertThat(refused.trouble()).isNotNull();
        }
    }

    private static byte[] signed(byte[] head) {
        byte[] context = "coopmesh-names-v1\0".getBytes(StandardCharsets.US_ASCII);
        byte[] message = Arrays.copyOf(context, context.length + head.length);
        System.arraycopy(head, 0, message, context.length, head.length);
        return Ed25519Key.sign(SECRET, message);
    }
}
