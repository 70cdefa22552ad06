package org.coopmesh.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class OutboxBellTest {
    private final OutboxBell bell = new OutboxBell(new DriverManagerDataSource());

    @Test
    void theRelayMayRestWhenNothingWasCommittedSinceItLooked() {
        bell.ring();

        assertThat(bell.mayRest(bell.looking())).isTrue();
    }

    @Test
    void whatIsCommittedWhileItLooksMakesItLookAgain() {
        long looked = bell.looking();
        bell.ring();

        assertThat(bell.mayRest(looked)).isFalse();
        assertThat(bell.mayRest(bell.looking())).isTrue();
    }
}
