package org.coopmesh.abuse.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListReaderTest {
    @Test
    void aSampleOfWhatCrowdSecAnswersIsRead() throws Exception {
        try (InputStream sample =
                ListReaderTest.class.getResourceAsStream(
                        "/crowdsec/synthetic-decisions-stream-v2.json")) {
            Reading reading = DecisionReader.read(sample, false);

            assertThat(reading.entries())
                    .containsOnly(
                            Map.entry(
                                    Prefix.parse("198.51.100.77"),
                                    Optional.of(Duration.parse("PT23H59M55S"))),
                            Map.entry(
                                    Prefix.parse("2001:db8:bad::/48"),
                                    Optional.of(Duration.ofHours(167))));
            assertThat(reading.gone()).containsExactly(Prefix.parse("203.0.113.9"));
            assertThat(reading.leftOut()).isEmpty();
        }
    }

    @Test
    void commentsBlanksAndBothFamiliesAreRead() throws Exception {
        var reading =
                read(
                        """
                        \uFEFF# a list
                        ; another comment

                        45.1.2.3
                        45.1.3.0/24 ; SBL1
                        45.1.4.7/24
                        2a00:1::/32\t# of somebody
                        ::ffff:45.9.9.9
                        45.1.2.3/32,5,bots\r
                        45.2.0.0 - 45.2.0.9
                        45.3.0.0-45.3.255.254
                        46.0.0.256
                        here
                        """);

        assertThat(reading.entries().keySet())
                .extracting(Prefix::toString)
                .containsExactly(
                        "45.1.2.3/32",
                        "45.1.3.0/24",
                        "45.1.4.0/24",
                        "2a00:1::/32",
                        "45.9.9.9/32",
                        "45.2.0.0/29",
                        "45.2.0.8/31",
                        "45.3.0.0/17",
                        "45.3.128.0/18",
                        "45.3.192.0/19",
                        "45.3.224.0/20",
                        "45.3.240.0/21",
                        "45.3.248.0/22",
                        "45.3.252.0/23",
                        "45.3.254.0/24",
                        "45.3.255.0/25",
                        "45.3.255.128/26",
                        "45.3.255.192/27",
                        "45.3.255.224/28",
                        "45.3.255.240/29",
                        "45.3.255.248/30",
                        "45.3.255.252/31",
                        "45.3.255.254/32");
        assertThat(reading.leftOut()).containsOnly(java.util.Map.entry("malformed", 2));
    }

    @Test
    void aRangeInTooManyPiecesIsLeftOutAndCounted() throws Exception {
        var reading = read("2a00::1-2a0f:ffff:ffff:ffff:ffff:ffff:ffff:fffe\n45.1.1.1\n");

        assertThat(reading.entries()).hasSize(1);
        assertThat(reading.leftOut()).containsEntry("range-in-too-many-pieces", 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>\n<body>Not found</body>\n</html>",
                "1.2.3\n1.2.3.4.5\n01.2.3.4",
                "45.1.1.9-45.1.1.1",
                "45.1.1.9-2a00::1"
            })
    void whatIsHardlyAnyAddressIsNoList(String text) {
        assertThatExceptionOfType(NoList.class)
                .isThrownBy(() -> read(text))
                .matches(e -> e.outcome().equals("no-list"));
    }

    @Test
    void aLineWithoutAnEndIsOneMalformedLine() throws Exception {
        assertThat(read("45.1.1.1\n45.1.1.2\n" + "9".repeat(5_000_000)).leftOut())
                .containsEntry("malformed", 1);
    }

    @Test
    void tenMillionLinesAreNotReadToTheEnd() {
        var endless = new Endless();

        assertThatExceptionOfType(NoList.class)
                .isThrownBy(() -> ListReader.read(endless))
                .matches(e -> e.outcome().equals("too-long"));

        assertThat(endless.read).isLessThan(12_000_000);
    }

    /** Ten million lines and more. */
    private static final class Endless extends InputStream {
        private static final byte[] LINE = "45.1.1.1\n".getBytes(StandardCharsets.US_ASCII);
        private long read;

        @Override
        public int read() {
            return LINE[(int) (read++ % LINE.length)];
        }
    }

    @Property
    void thePiecesOfARangeAreExactlyTheRange(
            @ForAll @LongRange(max = 0xffff_ffffL) long one,
            @ForAll @LongRange(max = 0xffff_ffffL) long other) {
        long first = Math.min(one, other);
        long last = Math.max(one, other);

        List<Prefix> pieces = ListReader.pieces(address(first), address(last));

        BigInteger next = BigInteger.valueOf(first);
        for (Prefix piece : pieces) {
            assertThat(piece.first()).isEqualTo(next);
            next = next.add(piece.size());
        }
        assertThat(next).isEqualTo(BigInteger.valueOf(last).add(BigInteger.ONE));
    }

    private static Prefix address(long number) {
        return new Prefix(Prefix.Family.V4, BigInteger.valueOf(number), 32);
    }

    @ParameterizedTest
    @CsvSource({
        "1h0m0s, PT1H",
        "23h59m55.756182786s, PT23H59M55S",
        "500ms, PT0S",
        "-1h2m3s, PT-1H-2M-3S",
        "167h, PT167H"
    })
    void aDurationOfGoIsRead(String text, Duration duration) {
        assertThat(DecisionReader.duration(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "1", "1h x", "h", "1.5.5s", "99999999999999s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> DecisionReader.duration(text));
    }

    @Test
    void decisionsOfCrowdSecAreReadWithTheirTime() throws Exception {
        var reading =
                decisions(
                        """
                        {"new": [
                          {"id": 1, "origin": "CAPI", "type": "ban", "scope": "Ip", "value": "45.1.1.1", "duration": "2h0m0s"},
                          {"type": "ban", "scope": "ip", "value": "45.1.1.1", "duration": "1h0m0s", "extra": {"a": [1]}},
                          {"type": "ban", "scope": "Range", "value": "45.2.0.0/16", "duration": "-3s"},
                          {"type": "captcha", "scope": "Ip", "value": "45.1.1.2", "duration": "1h"},
                          {"type": "ban", "scope": "Country", "value": "ZZ", "duration": "1h"},
                          {"type": "ban", "scope": "Ip", "value": "nowhere", "duration": "1h"}],
                         "links": {"blocklists": []},
                         "deleted": [{"type": "ban", "scope": "Ip", "value": "45.9.9.9", "duration": "-1s"}]}
                        """);

        assertThat(reading.entries())
                .containsExactly(
                        java.util.Map.entry(
                                Prefix.parse("45.1.1.1"), Optional.of(Duration.ofHours(2))));
        assertThat(reading.gone()).containsExactly(Prefix.parse("45.9.9.9"));
        assertThat(reading.leftOut())
                .containsEntry("over-already", 1)
                .containsEntry("not-a-ban", 1)
                .containsEntry("not-an-address", 1)
                .containsEntry("malformed", 1);
        assertThat(decisions("{\"new\":null,\"deleted\":null}").entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{\"new\": [",
                "{\"new\": [{\"type\": \"ban\"",
                "{\"new\": [1]}",
                "{\"new\": null"
            })
    void anAnswerThatBreaksOffIsNoList(String text) {
        assertThatExceptionOfType(NoList.class).isThrownBy(() -> decisions(text));
    }

    private static Reading read(String text) throws IOException, NoList {
        return ListReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Reading decisions(String text) throws NoList {
        return DecisionReader.read(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), true);
    }
}
