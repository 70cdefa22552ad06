package org.coopmesh.billing.ledger;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The book, to be read by the treasurer and the board. */
@RestController
@RequestMapping("/api/ledger")
@PreAuthorize("hasAnyRole('treasurer', 'board')")
class LedgerController {
    private final Entries entries;
    private final Heads heads;
    private final Clock clock;

    LedgerController(Entries entries, Heads heads, Clock clock) {
        this.entries = entries;
        this.heads = heads;
        this.clock = clock;
    }

    record KindView(String kind, MoneyView balance) {}

    record TrialBalanceView(Instant asOf, boolean balanced, String sum, List<KindView> kinds) {}

    record AccountView(String id, String kind, @Nullable UUID ownerId, MoneyView balance) {}

    record AccountsView(List<AccountView> items, @Nullable String next) {}

    record LineView(
            long id,
            UUID transactionId,
            Instant effectiveAt,
            @Nullable Instant happenedAt,
            Instant recordedAt,
            String what,
            MoneyView amount,
            @Nullable UUID reverses) {}

    /** @param knownAt what was written down later is left out */
    record StatementView(
            String id,
            Instant asOf,
            Instant knownAt,
            MoneyView balance,
            List<LineView> items,
            @Nullable String next) {}

    @GetMapping("/trial-balance")
    TrialBalanceView trialBalance() {
        long sum = entries.total();
        return new TrialBalanceView(
                clock.instant(),
                sum == 0,
                sum == 0 ? "0.00" : sum + " micro",
                entries.totals().stream()
                        .map(t -> new KindView(t.kind(), MoneyView.of(t.balance())))
                        .toList());
    }

    @GetMapping("/accounts")
    AccountsView accounts(
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(defaultValue = "") String after) {
        List<AccountView> items =
                entries.accounts(after, limit).stream()
                        .map(account ->
                                new AccountView(
                                        account.id().toString(),
                                        account.id().kind().code(),
                                        account.id().owner(),
                                        MoneyView.of(account.balance())))
                        .toList();
        return new AccountsView(items, items.size() < limit ? null : items.getLast().id());
    }

    @GetMapping("/accounts/{id}/statement")
    StatementView statement(
            @PathVariable AccountId id,
            @RequestParam(required = false) @Nullable Instant asOf,
            @RequestParam(required = false) @Nullable Instant knownAt,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(required = false) @Nullable Long after) {
        Instant at = asOf == null ? clock.instant() : asOf;
        Instant known = knownAt == null ? clock.instant() : knownAt;
        Currency currency = entries.currencyOf(id).orElseThrow(() -> new AccountNotFound(id));
        List<LineView> items =
                entries.lines(id, at, known, after == null ? Long.MAX_VALUE : after, limit).stream()
                        .map(line ->
                                new LineView(
                                        line.id(),
                                        line.transactionId(),
                                        line.effectiveAt(),
                                        line.happenedAt(),
                                        line.recordedAt(),
                                        line.what(),
                                        MoneyView.of(line.amount()),
                                        line.reverses()))
                        .toList();
        return new StatementView(
                id.toString(),
                at,
                known,
                MoneyView.of(new Money(entries.balance(id, at, known), currency)),
                items,
                items.size() < limit ? null : String.valueOf(items.getLast().id()));
    }

    record HeadView(LocalDate day, long transactions, String head) {}

    record HeadsView(List<HeadView> items, @Nullable String next) {}

    /** Heads of the hash chain, for members to keep and to compare an export with. */
    @GetMapping("/heads")
    @PreAuthorize("hasAnyRole('member', 'treasurer', 'board')")
    HeadsView heads(
            @RequestParam(defaultValue = "100") @Min(1) @Max(400) int limit,
            @RequestParam(required = false) @Nullable LocalDate after) {
        List<HeadView> items =
                heads.after(after == null ? LocalDate.EPOCH : after, limit).stream()
                        .map(head -> new HeadView(head.day(), head.transactions(), head.hash()))
                        .toList();
        return new HeadsView(items, items.size() < limit ? null : items.getLast().day().toString());
    }

    @ExceptionHandler
    ProblemDetail notFound(AccountNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/account-not-found"));
        return problem;
    }

    private static final class AccountNotFound extends RuntimeException {
        AccountNotFound(AccountId id) {
            super("no account " + id);
        }
    }
}
