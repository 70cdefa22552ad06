package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import org.coopmesh.abuse.report.Intake.Attached;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class XarfReaderTest {
    @Test
    void thereAreThirtyTwoTypesInSevenCategories() {
        var categories = new HashSet<String>();
        for (XarfType type : XarfType.values()) categories.add(type.category());

        assertThat(XarfType.values()).hasSize(32);
        assertThat(categories).hasSize(7);
    }

    @ParameterizedTest
    @EnumSource(XarfType.class)
    void aReportOfEachTypeIsRead(XarfType type) {
        XarfReader.Xarf read = XarfReader.read(XarfSamples.bytes(XarfSamples.of(type)));

        assertThat(read.type()).isEqualTo(type);
        assertThat(read.address()).hasToString("198.51.100.77/32");
        assertThat(read.port()).isEqualTo(40_000);
        assertThat(read.description() == null).isEqualTo(type.ours() == Category.CHILD_SAFETY);
    }

    @ParameterizedTest
    @EnumSource(XarfType.class)
    void whatATypeMustSayIsMissedByName(XarfType type) {
        for (String required : type.shape().required()) {
            ObjectNode document = XarfSamples.of(type);
            document.remove(required);

            assertThat(refusal(document).wrongs())
                    .anySatisfy(wrong -> assertThat(wrong.field()).isEqualTo(required));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "xarf_version | \"3.0\" | xarf_version | pattern",
                "report_id | \"1\" | report_id | uuid",
                "timestamp | \"yesterday\" | timestamp | time",
                "timestamp | \"2026-02-30T10:00:00Z\" | timestamp | time",
                "category | \"gossip\" | category | oneOf",
                "type | \"gossip\" | type | oneOf",
                "category | 7 | category | required",
                "source_port | 0 | source_port | min",
                "source_port | 1.5 | source_port | whole",
                "source_port | 1e400 | source_port | max",
                "protocol | \"gopher\" | protocol | oneOf",
                "smtp_from | \"nobody\" | smtp_from | email",
                "confidence | 2 | confidence | max",
                "tags | [\"no colon\"] | tags[0] | pattern",
                "evidence | [{\"content_type\": \"a/b\"}] | evidence[0].payload | required",
                "evidence | [{\"content_type\": \"a/b\", \"payload\": \"%\"}] | evidence[0].payload | base64",
                "evidence | [{\"content_type\": \"a/b\", \"payload\": \"\", \"hash\": \"x\"}] | evidence[0].hash | pattern",
                "sender | {\"org\": \"x\", \"contact\": \"a@b.example\", \"domain\": \"b.example\", \"more\": 1} | sender.more | unknown",
                "reporter | \"me\" | reporter | object",
                "spam_indicators | {\"suspicious_links\": [\"no uri\"]} | spam_indicators.suspicious_links[0] | uri"
            })
    void whatIsWrongIsNamedWithItsRule(String field, String value, String named, String rule) {
        ObjectNode document = XarfSamples.of(XarfType.MESSAGING__SPAM);
        document.set(field, XarfSamples.JSON.readTree(value));

        ReportRefused refusal = refusal(document);

        assertThat(refusal.wrongs())
                .contains(
                        refusal.wrongs().stream()
                                .filter(w -> w.field().equals(named) && w.rule().equals(rule))
                                .findFirst()
                                .orElse(new ReportRefused.Wrong(named, rule, "not found")));
    }

    @Test
    void anAttackFromAnAddressNamesItsPortAndOneFromADomainNeedNot() {
        ObjectNode attack = XarfSamples.of(XarfType.CONNECTION__DDOS);
        attack.remove("source_port");
        assertThat(refusal(attack).field()).isEqualTo("source_port");

        attack.put("source_identifier", "host.member.example.net");
        XarfReader.Xarf read = XarfReader.read(XarfSamples.bytes(attack));

        assertThat(read.address()).isNull();
        assertThat(read.url()).isEqualTo("dns:host.member.example.net");
    }

    @Test
    void aHashThatDoesNotFitIsFlaggedAndTheFileKept() {
        ObjectNode document = XarfSamples.of(XarfType.CONNECTION__PORT_SCAN);
        byte[] log = "log".getBytes(StandardCharsets.UTF_8);
        String right = Evidence.of("text/plain", log, Category.SPAM).sha256();

        Attached wrong = XarfReader.read(XarfSamples.bytes(document)).evidence().get(1);
        ((ObjectNode) document.get("evidence").get(0)).put("hash", "sha256:" + right);
        Attached fits = XarfReader.read(XarfSamples.bytes(document)).evidence().get(1);
        ((ObjectNode) document.get("evidence").get(0)).put("size", 4);
        Attached longer = XarfReader.read(XarfSamples.bytes(document)).evidence().get(1);
        ((ObjectNode) document.get("evidence").get(0)).remove("size");
        ((ObjectNode) document.get("evidence").get(0))
                .put("hash", "md5:dc1d71bbb5c4d2a5e936db79ef10c19f");
        Attached md5 = XarfReader.read(XarfSamples.bytes(document)).evidence().get(1);

        assertThat(wrong.claim().differs()).isTrue();
        assertThat(wrong.content()).isEqualTo(log);
        assertThat(fits.claim().differs()).isFalse();
        assertThat(longer.claim().differs()).isTrue();
        assertThat(md5.claim().differs()).isFalse();
    }

    @Test
    void ofChildSafetyHashesAreAllThatIsTaken() {
        XarfReader.Xarf read =
                XarfReader.read(XarfSamples.bytes(XarfSamples.of(XarfType.CONTENT__CSAM)));

        assertThat(read.description()).isNull();
        assertThat(read.url()).isEqualTo("https://member.example.net/x");
        assertThat(read.evidence().getLast().onlyHash()).isEqualTo("ab".repeat(32));
        assertThat(read.evidence())
                .noneSatisfy(file -> assertThat(file.contentType()).isEqualTo("application/json"));
    }

    @Test
    void depthTwiceTheSameNameAndWhatFollowsAreRefused() {
        for (String text :
                List.of(
                        "",
                        "null",
                        "[]",
                        "\"report\"",
                        "{\"category\": \"messaging\", \"category\": \"content\"}",
                        "{} {}",
                        "[".repeat(100_000),
                        "{\"a\":".repeat(50) + "1" + "}".repeat(50),
                        "{\"n\": " + "9".repeat(1_000) + "}")) {
            ReportRefused refusal =
                    catchThrowableOfType(
                            ReportRefused.class,
                            () -> XarfReader.read(text.getBytes(StandardCharsets.UTF_8)));
            assertThat(refusal).as(text.substring(0, Math.min(20, text.length()))).isNotNull();
        }
    }

    @Test
    void whatNoRuleKnowsIsKeptInTheDocument() {
        ObjectNode document = XarfSamples.of(XarfType.MESSAGING__SPAM);
        document.put("trap_id", "7");
        byte[] bytes = XarfSamples.bytes(document);

        XarfReader.Xarf read = XarfReader.read(bytes);

        assertThat(read.evidence().getFirst().content()).isEqualTo(bytes);
        assertThat(read.description()).contains("trap_id: 7").contains("seen by our sensor");
    }

    private static ReportRefused refusal(ObjectNode document) {
        return catchThrowableOfType(
                ReportRefused.class, () -> XarfReader.read(XarfSamples.bytes(document)));
    }
}
