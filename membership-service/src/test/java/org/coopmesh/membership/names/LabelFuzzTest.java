package org.coopmesh.membership.names;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever somebody types as a name is one label of DNS, or is refused by rule. */
class LabelFuzzTest {
    @FuzzTest
    void anyTextIsALabelOrRefusedByRule(byte[] bytes) {
        try {
            Label label = Label.of(new String(bytes, StandardCharsets.UTF_8));
            assertThat(label.ascii()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
            assertThat(label.skeleton()).isNotEmpty();
            assertThat(Label.of(label.ascii())).isEqualTo(label);
            assertThat(Label.of(label.display())).isEqualTo(label);
        } catch (NameRefused refused) {
            assertThat(refused.field()).isEqualTo("label");
            assertThat(refused.rule()).matches("[a-z-]+");
        }
    }
}
