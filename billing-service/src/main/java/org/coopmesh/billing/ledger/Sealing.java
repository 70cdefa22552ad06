package org.coopmesh.billing.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.coopmesh.contracts.billing.v1.BookEvent;
import org.coopmesh.eventbus.Outbox;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Seals days of recording that are over, chains what was recorded on them, and writes busy balances down. Postings are held off
 * only for the moment in which a day is sealed; the chain is made afterwards, by one, and each head is told.
 */
@Component
class Sealing {
    private static final Logger log = LoggerFactory.getLogger(Sealing.class);

    private final Heads heads;
    private final ClosedMonths months;
    private final Entries entries;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Duration after;
    private final Consumer<BookEvent> says;

    @Autowired
    Sealing(
            Heads heads,
            ClosedMonths months,
            Entries entries,
            TransactionTemplate transaction,
            Clock clock,
            @Value("${coopmesh.ledger.seal-after-day:PT1H}") Duration after,
            Outbox outbox) {
        this(
                heads,
                months,
                entries,
                transaction,
                clock,
                after,
                event -> outbox.add(BookEvents.TOPIC, BookEvents.KEY, event));
    }

    Sealing(
            Heads heads,
            ClosedMonths months,
            Entries entries,
            TransactionTemplate transaction,
            Clock clock,
            Duration after,
            Consumer<BookEvent> says) {
        this.heads = heads;
        this.months = months;
        this.entries = entries;
        this.transaction = transaction;
        this.clock = clock;
        this.after = after;
        this.says = says;
    }

    /** Tries again at the next look when postings would not be held off. */
    @Scheduled(
            initialDelayString = "${coopmesh.ledger.check-interval:PT10M}",
            fixedDelayString = "${coopmesh.ledger.check-interval:PT10M}")
    void check() {
        try {
            sealDaysThatAreOver();
        } catch (DataAccessException notNow) {
            log.atWarn().setCause(notNow).log("day not sealed, tries again");
        }
    }

    void sealDaysThatAreOver() {
        transaction.executeWithoutResult(status -> seal());
        transaction.executeWithoutResult(status -> chain());
    }

    private void seal() {
        Instant now = clock.instant();
        Instant until = now.minus(after).truncatedTo(ChronoUnit.DAYS);
        Instant sealed = heads.sealedUntil().orElse(null);
        if (sealed != null && !until.isAfter(sealed)
                || !heads.recordedBetween(sealed, until)
                || !heads.lock()) {
            return;
        }
        months.holdPostings();
        heads.seal(until, now);
    }

    private void chain() {
        Instant until = heads.sealedUntil().orElse(null);
        Head last = heads.last().orElse(null);
        if (until == null
                || last != null && !last.day().plusDays(1).isBefore(day(until))
                || !heads.lock()) {
            return;
        }
        var days = new Days(last);
        entries.read(
                last == null ? Instant.EPOCH : startOf(last.day().plusDays(1)), until, days::take);
        days.end();
        heads.checkpoint();
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** The chain as it grows from day to day. */
    private final class Days {
        private final HashChain chain;
        private @Nullable LocalDate day;
        private long transactions;

        Days(@Nullable Head last) {
            chain =
                    last == null
                            ? HashChain.fromTheBeginning()
                            : new HashChain(HexFormat.of().parseHex(last.hash()));
        }

        void take(WrittenTransaction written) {
            LocalDate recordedOn = day(written.recordedAt());
            if (!recordedOn.equals(day)) {
                end();
                day = recordedOn;
            }
            chain.append(written);
            transactions++;
        }

        void end() {
            if (day != null && transactions > 0) {
                var head = new Head(day, transactions, HexFormat.of().formatHex(chain.head()));
                heads.add(head);
                says.accept(BookEvents.chained(head, clock.instant()));
            }
            transactions = 0;
        }
    }
}
