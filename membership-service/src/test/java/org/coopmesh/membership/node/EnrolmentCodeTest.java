package org.coopmesh.membership.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class EnrolmentCodeTest {
    @Test
    void aCodeIsReadBackHoweverItIsTyped() {
        var code = EnrolmentCode.random(new SecureRandom());
        String text = code.text();

        assertThat(EnrolmentCode.parse(" " + text.toLowerCase() + " ")).isEqualTo(code);
        assertThat(EnrolmentCode.parse(text.substring(0, 5) + "-" + text.substring(5)))
                .isEqualTo(code);
    }

    @Test
    void aCodeIsNeverShownInALog() {
        var code = EnrolmentCode.random(new SecureRandom());

        assertThat(code.toString()).doesNotContain(code.text());
    }

    @Test
    void lettersOutsideTheAlphabetAreRefused() {
        assertThatThrownBy(() -> EnrolmentCode.parse("U".repeat(26)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
