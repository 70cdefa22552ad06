package org.coopmesh.billing.treasury;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.coopmesh.billing.ledger.Head;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.WrittenTransaction;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Writes the book out, all of one moment, row by row: memory does not grow with it. */
@Service
class BookExport {
    private static final int HEADS = 400;
    // Nothing is recorded that far ahead.
    private static final Duration BEYOND = Duration.ofDays(2);

    private final Ledger ledger;
    private final PayerRegister register;
    private final JsonMapper json;
    private final Clock clock;

    BookExport(Ledger ledger, PayerRegister register, JsonMapper json, Clock clock) {
        this.ledger = ledger;
        this.register = register;
        this.json = json;
        this.clock = clock;
    }

    /** What there is for whom: {@code ./coopmesh verify books}, hledger, Beancount, spreadsheets. */
    enum Format {
        BOOKS,
        HLEDGER,
        BEANCOUNT,
        CSV
    }

    /**
     * Writes what takes effect from {@code from} on and before {@code until}, days in the co-op's zone; {@code BOOKS} is always the whole
     * book.
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public void write(
            Format format,
            Names names,
            @Nullable LocalDate from,
            @Nullable LocalDate until,
            OutputStream destination)
            throws IOException {
        Coop coop = register.coop();
        var out = new BufferedOutputStream(destination, 1 << 16);
        Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        switch (format) {
            case BOOKS -> whole(new BooksFormat(out, json, names));
            case HLEDGER ->
                    part(new HledgerFormat(text, names, coop.zone()), within(coop, from, until));
            case BEANCOUNT ->
                    part(
                            new BeancountFormat(text, names, coop.zone(), coop.currency()),
                            within(coop, from, until));
            case CSV -> part(new CsvFormat(text, names, coop.zone()), within(coop, from, until));
        }
        text.flush();
        out.flush();
    }

    private void part(BookFormat format, Predicate<WrittenTransaction> within) throws IOException {
        format.begin();
        ledger.readAccounts(account -> unchecked(() -> format.account(account)));
        ledger.read(
                Instant.EPOCH,
                clock.instant().plus(BEYOND),
                written -> {
                    if (within.test(written)) {
                        unchecked(() -> format.transaction(written));
                    }
                });
        format.end();
    }

    private void whole(BookFormat format) throws IOException {
        format.begin();
        ledger.readAccounts(account -> unchecked(() -> format.account(account)));
        var heads = new HeadsInTheirPlace(format);
        ledger.read(
                Instant.EPOCH,
                clock.instant().plus(BEYOND),
                written -> {
                    heads.before(written.recordedAt().atZone(ZoneOffset.UTC).toLocalDate());
                    unchecked(() -> format.transaction(written));
                });
        heads.before(LocalDate.MAX);
        ledger.readBalances(balance -> unchecked(() -> format.balance(balance)));
        format.end();
    }

    private static Predicate<WrittenTransaction> within(
            Coop coop, @Nullable LocalDate from, @Nullable LocalDate until) {
        Instant first = from == null ? Instant.MIN : coop.startOf(from);
        Instant end = until == null ? Instant.MAX : coop.startOf(until);
        return written ->
                !written.effectiveAt().isBefore(first) && written.effectiveAt().isBefore(end);
    }

    private interface Writing {
        void write() throws IOException;
    }

    private static void unchecked(Writing writing) {
        try {
            writing.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each head follows the last transaction of its day. */
    private final class HeadsInTheirPlace {
        private final BookFormat format;
        private final Deque<Head> next = new ArrayDeque<>();
        private LocalDate read = LocalDate.EPOCH;
        private boolean more = true;

        HeadsInTheirPlace(BookFormat format) {
            this.format = format;
        }

        void before(LocalDate day) {
            while (true) {
                if (next.isEmpty() && more) {
                    List<Head> page = ledger.heads(read, HEADS);
                    next.addAll(page);
                    more = page.size() == HEADS;
                    read = page.isEmpty() ? read : page.getLast().day();
                }
                if (next.isEmpty() || !next.getFirst().day().isBefore(day)) {
                    return;
                }
                Head head = next.removeFirst();
                unchecked(() -> format.head(head));
            }
        }
    }
}
