package org.coopmesh.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.contracts.billing.v1.BookEvent;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest
@Import(BillingContext.class)
class HeadToldIT {
    @Autowired Ledger ledger;
    @Autowired Sealing sealing;
    @Autowired StandingClock clock;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        BillingContext.alone(registry);
    }

    @Test
    void theHeadOfADayIsToldOnce() throws Exception {
        clock.set("2026-11-05T10:00:00Z");
        ledger.post(
                new Transaction(
                        clock.instant(),
                        "test",
                        List.of(
                                new Posting(
                                        AccountId.BANK,
                                        AccountId.CASH,
                                        Money.parse("1.00", Currency.getInstance("EUR"))))));
        clock.set("2026-11-06T02:00:00Z");

        sealing.sealDaysThatAreOver();
        sealing.sealDaysThatAreOver();

        byte[] told =
                db.sql("select payload from outbox where topic = 'coopmesh.billing.book.v1'")
                        .query(byte[].class)
                        .single();
        var fact = BookEvent.parseFrom(told).getDayChained();
        assertThat(fact.getDay()).isEqualTo("2026-11-05");
        assertThat(HexFormat.of().formatHex(fact.getHead().toByteArray()))
                .isEqualTo(
                        db.sql("select encode(head, 'hex') from ledger_head")
                                .query(String.class)
                                .single());
    }
}
