package org.coopmesh.abuse.appeal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.appeal.Appeal.Granted;
import org.coopmesh.abuse.appeal.Appeal.Lodged;
import org.coopmesh.abuse.appeal.Appeal.Refused;
import org.coopmesh.abuse.decision.DecisionId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.junit.jupiter.api.Test;

class AppealTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant DUE = NOW.plus(Duration.ofDays(14));
    private static final MemberId BY = new MemberId(UUID.randomUUID());

    @Test
    void whatIsLodgedIsGrantedOrRefusedWithReasons() {
        Filing filing = filing("it was not me", DUE);

        assertThat(new Lodged(filing).grant(BY, "so it was", NOW))
                .isEqualTo(new Granted(filing, BY, "so it was", NOW));
        assertThat(new Lodged(filing).refuse(BY, "it was", NOW))
                .isEqualTo(new Refused(filing, BY, "it was", NOW));
    }

    @Test
    void anAppealIsOverdueFromItsDate() {
        var lodged = new Lodged(filing("it was not me", DUE));

        assertThat(lodged.isOverdue(DUE.minusNanos(1))).isFalse();
        assertThat(lodged.isOverdue(DUE)).isTrue();
    }

    @Test
    void anAppealSaysWhyAndNotTooMuch() {
        assertThatIllegalArgumentException().isThrownBy(() -> filing(" ", DUE));
        assertThatIllegalArgumentException().isThrownBy(() -> filing("x".repeat(5_001), DUE));
        assertThatIllegalArgumentException().isThrownBy(() -> filing("why", NOW));
    }

    private static Filing filing(String text, Instant due) {
        return new Filing(
                new AppealId(UUID.randomUUID()),
                new DecisionId(UUID.randomUUID()),
                new CaseId(UUID.randomUUID()),
                new MemberId(UUID.randomUUID()),
                text,
                NOW,
                due);
    }
}
