package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerTest {
    @Test
    void aDeflatedAnswerTellsAllOfARouter() throws Exception {
        Answer answer = Answer.read(Samples.deflated(Samples.ALL));

        assertThat(answer.routerId()).isEqualTo(Samples.ID);
        assertThat(answer.hostname()).isEqualTo("mill-lane-7");
        assertThat(answer.figures())
                .isEqualTo(new Figures(90_062, 310, 7, 57_861_871_176L, 3_669_258_403L, 252_299));
        assertThat(answer.neighbours())
                .containsExactly(
                        new Neighbour("06:aa:bb:cc:00:01", "batadv", 231, 0, 0),
                        new Neighbour("06:aa:bb:cc:00:03", "batadv", 98, 0, 0));
        assertThat(answer.own())
                .containsExactlyInAnyOrder(
                        "02:aa:bb:cc:00:02", "06:aa:bb:cc:00:02", "0a:aa:bb:cc:00:02");
        assertThat(answer.combined()).isTrue();
        assertThat(answer.agent()).isFalse();
    }

    @Test
    void theOldFormTellsOnePartAtATime() throws Exception {
        assertThat(Answer.read(Samples.plain(Samples.NODEINFO)).hostname())
                .isEqualTo("mill-lane-7");
        assertThat(Answer.read(Samples.plain(Samples.NODEINFO)).figures()).isNull();
        assertThat(Answer.read(Samples.plain(Samples.STATISTICS)).figures()).isNotNull();
        assertThat(Answer.read(Samples.plain(Samples.NEIGHBOURS)).neighbours()).hasSize(2);
        assertThat(Answer.read(Samples.plain(Samples.NEIGHBOURS)).combined()).isFalse();
    }

    @Test
    void ownerPlaceAndAddressesOfClientsAreNotEvenRead() throws Exception {
        String more =
                Samples.ALL.replace(
                        "\"lldp\": {}",
                        """
                        "lldp":{"eth0":{"neighbours":{"0c:11:11:11:11:11":{}}}},
                        "wifi":{"client0":{"neighbours":{"0c:22:22:22:22:22":{"signal":-50}}}}
                        """);

        String known = Answer.read(Samples.deflated(more)).toString();

        assertThat(more).contains("0c:11", "0c:22", "mesh@example.org", "47.6612");
        assertThat(known).doesNotContain("0c:11", "0c:22", "example.org", "47.6", "fdca");
    }

    @Test
    void babelTellsCostsByLinkLocalAddress() throws Exception {
        Answer answer =
                Answer.read(
                        Samples.deflated(
                                """
                                {"neighbours":{"node_id":"02aabbcc0005","batadv":[],"babel":{"mesh-vpn":{
                                 "protocol":"babel","ll-addr":"fe80::5%mesh-vpn","neighbours":{
                                 "FE80::6%mesh-vpn":{"rxcost":96,"txcost":128,"cost":128,"reachability":65535}}}}}}
                                """));

        assertThat(answer.neighbours())
                .containsExactly(new Neighbour("fe80::6", "babel", 0, 96, 128));
        assertThat(answer.own()).containsExactly("fe80::5");
    }

    @ParameterizedTest
    @CsvSource({
        "3669258402.9999998,3669258403",
        "3669258403.0,3669258403",
        "0.4,0",
        "1e3,1000",
        "-0.0,0",
        "999999999999999999,999999999999999999",
        "0,0"
    })
    void countsOfLuaAreRoundedNotCut(String told, long counted) throws Exception {
        Answer answer = Answer.read(Samples.deflated(withRx(told)));

        assertThat(answer.figures()).isNotNull();
        assertThat(answer.figures().rxBytes()).isEqualTo(counted);
    }

    @ParameterizedTest
    @CsvSource({
        "1e300",
        "1e999999999",
        "-1",
        "9223372036854775808",
        "99999999999999999999",
        "11111111111111111111111111111111111111111111111111"
    })
    void hugeAndNegativeCountersAreRefused(String told) {
        assertRefused(withRx(told), Objection.COUNT_OUT_OF_RANGE);
    }

    @Test
    void whatIsMissingIsNotMadeUp() throws Exception {
        Answer answer =
                Answer.read(Samples.deflated("{\"nodeinfo\":{\"node_id\":\"02aabbcc0009\"}}"));

        assertThat(answer.hostname()).isNull();
        assertThat(answer.figures()).isNull();
        assertThat(answer.neighbours()).isNull();
    }

    @Test
    void anAgentOfACoopIsKnownAsOne() throws Exception {
        String agent = Samples.ALL.replace("\"uptime\"", "\"coopmesh\":{},\"uptime\"");

        assertThat(Answer.read(Samples.deflated(agent)).agent()).isTrue();
    }

    @Test
    void moreNeighboursThanAreTakenAreCutAndToldSo() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < Answer.NEIGHBOURS_MAX + 1; i++) {
            many.append("%s\"06:aa:bb:cc:01:%02x\":{\"tq\":1}".formatted(i == 0 ? "" : ",", i));
        }

        Answer answer =
                Answer.read(
                        Samples.deflated(
                                "{\"node_id\":\"02aabbcc0002\",\"batadv\":{\"06:aa:bb:cc:00:02\":{\"neighbours\":{"
                                        + many
                                        + "}}}}"));

        assertThat(answer.neighbours()).hasSize(Answer.NEIGHBOURS_MAX);
        assertThat(answer.cut()).isTrue();
    }

    static Stream<String> badHostnames() {
        return Stream.of(
                "a\\nb", "a\\u0000", "\\u001b[2Jgone", "\\u202egnp.exe", "\\ud800", "x".repeat(65));
    }

    @ParameterizedTest
    @MethodSource("badHostnames")
    void aHostnameThatCouldDeceiveAReaderIsRefused(String hostname) {
        assertRefused(Samples.ALL.replace("mill-lane-7", hostname), Objection.HOSTNAME_MALFORMED);
    }

    @Test
    void aHostnameOfAnyLanguageIsFine() throws Exception {
        String told = Samples.ALL.replace("mill-lane-7", "Bürgerhaus Süd – 東");

        assertThat(Answer.read(Samples.deflated(told)).hostname()).isEqualTo("Bürgerhaus Süd – 東");
    }

    @Test
    void oneAnswerSpeaksForOneRouter() {
        assertRefused(
                Samples.ALL.replaceFirst("02aabbcc0002", "02aabbcc0003"), Objection.IDS_DIFFER);
        assertRefused(
                "{\"node_id\":\"02aabbcc0002\",\"node_id\":\"02aabbcc0003\"}",
                Objection.IDS_DIFFER);
        assertRefused(Samples.ALL.replace("02aabbcc0002", "02AABBCC0002"), Objection.ID_MALFORMED);
        assertRefused("{\"statistics\":{\"uptime\":1}}", Objection.ID_MALFORMED);
    }

    @Test
    void aBombIsNotUnpacked() {
        byte[] bomb = Deflated.pack(new byte[8 << 20]);

        assertThat(bomb.length).isLessThan(Answer.BYTES_MAX);
        assertThatThrownBy(() -> Answer.read(bomb)).hasMessage("answer-bomb");
    }

    @Test
    void justWhatIsAllowedIsUnpacked() throws Exception {
        byte[] most = new byte[Answer.UNPACKED_BYTES_MAX];

        assertThat(Deflated.unpack(Deflated.pack(most), most.length)).isEqualTo(most);
        assertThatThrownBy(() -> Deflated.unpack(Deflated.pack(most), most.length - 1))
                .hasMessage("answer-bomb");
    }

    @Test
    void tooLongADatagramIsNotReadAtAll() {
        assertThatThrownBy(() -> Answer.read(new byte[Answer.BYTES_MAX + 1]))
                .hasMessage("answer-too-long");
    }

    @Test
    void tooDeepIsRefused() {
        String deep = "[".repeat(5_000) + "]".repeat(5_000);

        assertRefused(
                "{\"node_id\":\"02aabbcc0002\",\"lldp\":" + deep + "}", Objection.ANSWER_MALFORMED);
    }

    static Stream<String> notAnswers() {
        return Stream.of(
                "",
                "[]",
                "null",
                "{} {}",
                "{\"node_id\":02}",
                "{\"node_id\":\"02aabbcc0002\"} x",
                "{\"node_id\":\"02aabbcc0002\",\"uptime\":\"1\"}",
                "{\"node_id\":\"02aabbcc0002\",\"uptime\":NaN}",
                "{'node_id':'02aabbcc0002'}",
                "{\"node_id\":\"02aabbcc0002\",}");
    }

    @ParameterizedTest
    @MethodSource("notAnswers")
    void whatIsNoJsonIsRefused(String text) {
        assertRefused(text, Objection.ANSWER_MALFORMED);
    }

    @Test
    void truncatedAtAnyByteItIsRefused() {
        for (byte[] whole :
                new byte[][] {Samples.deflated(Samples.ALL), Samples.plain(Samples.STATISTICS)}) {
            for (int length = 0; length < whole.length; length++) {
                byte[] torn = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> Answer.read(torn))
                        .as("first %s of %s bytes", length, whole.length)
                        .isInstanceOf(AnswerRefused.class);
            }
        }
    }

    private static String withRx(String bytes) {
        return "{\"statistics\":{\"node_id\":\"02aabbcc0002\",\"traffic\":{\"rx\":{\"bytes\":"
                + bytes
                + "}}}}";
    }

    private static void assertRefused(String json, Objection why) {
        assertThatThrownBy(() -> Answer.read(Samples.deflated(json))).hasMessage(why.code());
    }
}
