package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is done to a report, the reader refuses it or reads it, and never fails. */
class XarfPropertiesTest {
    private static final List<byte[]> SAMPLES = XarfSamples.all();
    private static final List<String> VALUES =
            List.of(
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1e308",
                    "1e-400",
                    "1e999999",
                    "\"\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "[]",
                    "{}",
                    "[[[[]]]]",
                    "\"::\"",
                    "\"198.51.100.1/24\"",
                    "\"%\"",
                    "\"https://x y\"",
                    "{\"payload\": []}",
                    "[{\"payload\": 7}]",
                    "99999999999999999999",
                    "\"2026-13-01T00:00:00Z\"",
                    "\"0000-01-01T00:00:00+18:01\"");

    @Property
    void damagedBytesAreRefusedOrRead(@ForAll long seed) {
        var random = new Random(seed);
        byte[] document = SAMPLES.get(random.nextInt(SAMPLES.size())).clone();
        for (int i = random.nextInt(6); i >= 0; i--) {
            document[random.nextInt(document.length)] = (byte) random.nextInt(256);
        }

        readOrRefused(document);
    }

    @Property
    void valuesOfAnyKindInAnyPlaceAreRefusedOrRead(@ForAll long seed) {
        var random = new Random(seed);
        XarfType type = XarfType.values()[random.nextInt(XarfType.values().length)];
        ObjectNode document = XarfSamples.of(type);
        for (int i = random.nextInt(3); i >= 0; i--) change(document, random);

        readOrRefused(XarfSamples.bytes(document));
    }

    private static void change(ObjectNode document, Random random) {
        List<String> names = List.copyOf(document.propertyNames());
        if (names.isEmpty()) return;
        String name = names.get(random.nextInt(names.size()));
        JsonNode at = document.get(name);
        if (at instanceof ObjectNode inner && random.nextBoolean()) {
            change(inner, random);
        } else {
            document.set(
                    name, XarfSamples.JSON.readTree(VALUES.get(random.nextInt(VALUES.size()))));
        }
    }

    @Property
    void everyRuleBearsEveryValue(@ForAll long seed) {
        var random = new Random(seed);
        XarfType type = XarfType.values()[random.nextInt(XarfType.values().length)];
        JsonNode value = XarfSamples.JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));

        type.shape().fields().forEach((name, rule) -> rule.check(value, name, new Wrongs()));
    }

    private static void readOrRefused(byte[] document) {
        try {
            assertThat(XarfReader.read(document).evidence()).hasSizeLessThanOrEqualTo(52);
        } catch (ReportRefused refused) {
            assertThat(refused.wrongs()).isNotEmpty().hasSizeLessThanOrEqualTo(20);
            assertThat(refused.wrongs())
                    .allSatisfy(wrong -> assertThat(wrong.message()).isNotBlank());
        }
    }
}
