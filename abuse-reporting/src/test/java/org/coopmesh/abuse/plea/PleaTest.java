package org.coopmesh.abuse.plea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.ban.BanId;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PleaTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final MemberId ANNA = new MemberId(UUID.randomUUID());

    private static Petition petition(String address, String text, Duration due) {
        return new Petition(
                new PleaId(UUID.randomUUID()),
                new BanId(UUID.randomUUID()),
                Prefix.parse(address),
                "somebody@example.org",
                Language.EN,
                text,
                NOW,
                NOW.plus(due));
    }

    @Test
    void itIsGrantedRefusedOrOver() {
        var lodged = new Plea.Lodged(petition("203.0.113.7", "why", Duration.ofDays(14)));

        assertThat(lodged.grant(ANNA, "right", NOW).petition()).isEqualTo(lodged.petition());
        assertThat(lodged.refuse(ANNA, "wrong", NOW).by()).isEqualTo(ANNA);
        assertThat(lodged.end(NOW).at()).isEqualTo(NOW);
    }

    @Test
    void itIsOverdueFromItsDayOn() {
        var lodged = new Plea.Lodged(petition("203.0.113.7", "why", Duration.ofDays(14)));

        assertThat(lodged.isOverdue(NOW.plus(Duration.ofDays(14)).minusSeconds(1))).isFalse();
        assertThat(lodged.isOverdue(NOW.plus(Duration.ofDays(14)))).isTrue();
    }

    @Test
    void itIsAboutOneAddressAndSaysWhy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> petition("203.0.113.0/24", "why", Duration.ofDays(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> petition("203.0.113.7", " ", Duration.ofDays(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> petition("203.0.113.7", "x".repeat(5_001), Duration.ofDays(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> petition("203.0.113.7", "why", Duration.ZERO));
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void everyLetterIsThereInEveryLanguage(Language language) {
        assertThat(PleaLetters.words(language).bundle().keySet())
                .isEqualTo(PleaLetters.words(Language.EN).bundle().keySet());
        assertThat(PleaLetters.words(language).bundle().keySet())
                .allSatisfy(key -> assertThat(PleaLetters.words(language).of(key)).isNotBlank());
    }
}
