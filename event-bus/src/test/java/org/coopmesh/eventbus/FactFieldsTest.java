package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactFieldsTest {
    @Test
    void whatIsWellFormedIsRead() {
        UUID id = UUID.randomUUID();

        assertThat(FactFields.id("payer_id", id.toString())).isEqualTo(id);
        assertThat(FactFields.day("since", "2026-02-28")).isEqualTo(LocalDate.of(2026, 2, 28));
        assertThat(FactFields.nodeId("node_id", "0a".repeat(32))).isEqualTo("0a".repeat(32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1-1-1-1-1", "payer", "00000000-0000-0000-0000-00000000000G", "\0"})
    void aMalformedIdIsToldWithItsField(String id) {
        assertThatThrownBy(() -> FactFields.id("payer_id", id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("payer_id is not a UUID: \"" + id + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2026-02-30", "28.02.2026", "yesterday"})
    void aMalformedDayIsToldWithItsField(String day) {
        assertThatThrownBy(() -> FactFields.day("overdue.since", day))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("overdue.since is not a day: \"" + day + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0a", "xyz"})
    void aMalformedNodeIdIsToldWithItsField(String nodeId) {
        assertThatThrownBy(() -> FactFields.nodeId("node_id", nodeId))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node_id is not a node id: \"" + nodeId + "\"");
    }

    @Test
    void aLongValueIsToldInPart() {
        assertThatThrownBy(() -> FactFields.id("payer_id", "x".repeat(10_000)))
                .message()
                .hasSizeLessThan(200);
    }
}
