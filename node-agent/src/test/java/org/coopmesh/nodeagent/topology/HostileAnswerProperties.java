package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.coopmesh.nodeagent.topology.Answers.Sample;
import org.coopmesh.nodeagent.topology.LinkSource.Found;
import org.coopmesh.nodeagent.topology.LinkSource.Reading;

/** Whatever a daemon answers, its links are read or it is in trouble; nothing else happens. */
class HostileAnswerProperties {
    private static final int LINKS_MAX = 256;

    @Example
    void cutAtAnyByteNoAnswerIsTakenForWhole() throws IOException {
        for (Map.Entry<String, Sample> source : Answers.ALL.entrySet()) {
            List<byte[]> whole = source.getValue().answers().stream().map(Answers::bytes).toList();
            for (int which = 0; which < whole.size(); which++) {
                int end =
                        new String(whole.get(which), java.nio.charset.StandardCharsets.UTF_8)
                                .stripTrailing()
                                .length();
                for (int length = 0; length < end; length++) {
                    List<byte[]> cut = new ArrayList<>(whole);
                    cut.set(which, Arrays.copyOf(whole.get(which), length));
                    assertThatThrownBy(() -> source.getValue().read(cut))
                            .as("%s, answer %d, %d bytes", source.getKey(), which, length)
                            .isInstanceOf(SourceFailed.class);
                }
            }
        }
    }

    @Property(tries = 3_000, seed = "4711")
    void alteredAnywhereItIsReadOrRefused(@ForAll Random random) throws IOException {
        for (Sample source : Answers.ALL.values()) {
            List<byte[]> answers =
                    new ArrayList<>(source.answers().stream().map(Answers::bytes).toList());
            int which = random.nextInt(answers.size());
            answers.set(which, altered(answers.get(which), random));

            readOrRefused(source, answers);
        }
    }

    @Property(tries = 1_000, seed = "4712")
    void garbageIsReadOrRefused(@ForAll byte[] garbage) throws IOException {
        for (Sample source : Answers.ALL.values()) {
            byte[] printable = garbage.clone();
            String alphabet = "{}[]\",:0123456789dlie -truefalsnok\n";
            for (int i = 0; i < printable.length; i++) {
                printable[i] = (byte) alphabet.charAt((garbage[i] & 0xff) % alphabet.length());
            }

            for (byte[] answer : List.of(garbage, printable)) {
                List<byte[]> answers = new ArrayList<>();
                for (int i = 0; i < source.answers().size(); i++) answers.add(answer);
                readOrRefused(source, answers);
            }
        }
    }

    private static void readOrRefused(Sample source, List<byte[]> answers) throws IOException {
        try {
            Reading read = source.read(answers);
            assertThat(read.links()).hasSizeLessThanOrEqualTo(LINKS_MAX);
            assertThat(read.links())
                    .allSatisfy(link -> {
                        assertThat(link.getInterface()).matches("[!-~]{0,15}");
                        assertThat(link.getNeighbourAddress()).matches("[0-9a-z.:]{2,64}");
                        assertThat(link.getCostText()).matches("[ -~]{0,64}");
                    });
        } catch (SourceFailed expected) {
            assertThat(expected.trouble()).isNotNull();
        }
    }

    private static byte[] altered(byte[] answer, Random random) {
        byte[] altered = answer.clone();
        for (int times = random.nextInt(1, 4); times > 0; times--) {
            int at = random.nextInt(altered.length);
            switch (random.nextInt(4)) {
                case 0 -> altered[at] = (byte) random.nextInt(256);
                case 1 -> altered[at] = (byte) "{}[]\",:0-e".charAt(random.nextInt(10));
                case 2 -> {
                    // A stretch is there twice.
                    int length = random.nextInt(Math.min(64, altered.length - at) + 1);
                    byte[] longer = Arrays.copyOf(altered, altered.length + length);
                    System.arraycopy(altered, at, longer, at + length, altered.length - at);
                    altered = longer;
                }
                default -> {
                    // A stretch is gone.
                    int length = random.nextInt(Math.min(64, altered.length - at));
                    byte[] shorter = Arrays.copyOf(altered, altered.length - length);
                    System.arraycopy(
                            altered, at + length, shorter, at, altered.length - at - length);
                    altered = shorter;
                }
            }
        }
        return altered;
    }

    @Example
    void aKeyThatIsThereTwiceIsRefused() {
        refusedRows("[{\"a\": 1, \"a\": 2}]");
        refused(() ->
                Row.each(stream("{\"links\": [], \"links\": []}"), List.of("links"), row -> {}));
        refused(() -> Bencode.dictionary(Answers.bytes("d1:ai1e01:ai2ee")));
        refused(() -> Babeld.dump(stream("add neighbour 1 if a if b address fe80::1\nok\n")));
    }

    @Example
    void aValueOfTheWrongKindIsRefused() {
        for (String wrong : List.of("\"many\"", "-1", "1e400", "4294967296", "true", "NaN")) {
            refused(() ->
                    Olsrd2.links(
                            stream(
                                    Answers.OLSRD2_LINKS.replace(
                                            "\"domain_metric_out_raw\":22528",
                                            "\"domain_metric_out_raw\":" + wrong)),
                            new Found("olsrd2")));
        }
        refused(() ->
                Olsrd.links(
                        stream(
                                Answers.OLSRD_LINKS
                                        .replace("0.800000", "{\"very\": 1}")
                                        .replace("\"10.7.1.2\"", "[[\"10.7.1.2\"]]")),
                        new Found("olsrd")));
        refusedRows("[{\"rows\": 1} trailing");
        refusedRows("\"text\"");
        refusedRows("[1, 2]");
        refusedRows("");
    }

    @Example
    void whatNestsWithoutEndIsRefusedWithoutOverflow() {
        refusedRows("[{\"a\": " + "[".repeat(1_000_000));
        refusedRows("{\"a\": ".repeat(200_000));
        refused(() -> Bencode.dictionary(Answers.bytes("d1:a" + "l".repeat(1_000_000))));
        refused(() -> Bencode.dictionary(Answers.bytes("d1:a".repeat(200_000))));
    }

    @Example
    void whatGrowsWithoutEndIsRefused() {
        refusedRows("[{\"a\": \"" + "a".repeat(100_000) + "\"}]");
        StringBuilder keys = new StringBuilder("[{");
        for (int i = 0; i < 10_000; i++) keys.append("\"k").append(i).append("\": 1, ");
        refusedRows(keys + "\"end\": 1}]");
        refused(() -> Bencode.dictionary(Answers.bytes("d99999999999999999999:a")));
        refused(() -> Bencode.dictionary(Answers.bytes("d9223372036854775807:ae")));
        refused(() -> Babeld.dump(stream("add neighbour " + "x".repeat(5_000) + "\nok\n")));
        StringBuilder neighbours = new StringBuilder();
        for (int i = 1; i <= 300; i++) {
            neighbours
                    .append("add neighbour 1 address fe80::")
                    .append(Integer.toHexString(i))
                    .append(" if mesh0 rxcost 96 txcost 96\n");
        }
        refused(() -> Babeld.dump(stream(neighbours + "ok\n")));
    }

    private interface Reads {
        void read() throws IOException;
    }

    private static void refusedRows(String json) {
        refused(() -> Row.each(stream(json), List.of(), row -> {}));
    }

    private static void refused(Reads reads) {
        assertThatThrownBy(reads::read).isInstanceOf(SourceFailed.class);
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(Answers.bytes(text));
    }
}
