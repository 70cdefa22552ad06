package org.coopmesh.billing.reconciliation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.billing.costshare.CostPoolId;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.reconciliation.Booking.Kind;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for where parts of entries stand in the book, and for whose accounts money comes from. */
@Repository
class Bookings {
    private static final String COLUMNS =
            """
            select b.*, a.currency from bank_booking b
              join bank_part p on p.id = b.part_id
              join bank_entry e on e.id = p.entry_id
              join bank_account a on a.id = e.account_id
            """;

    private final JdbcClient db;

    Bookings(JdbcClient db) {
        this.db = db;
    }

    void insert(Booking booking) {
        insertAll(List.of(booking));
    }

    void insertAll(List<Booking> made) {
        int size = made.size();
        if (size == 0) return;
        var ids = new UUID[size];
        var parts = new UUID[size];
        var kinds = new String[size];
        var amounts = new Long[size];
        var payers = new @Nullable UUID[size];
        var payments = new @Nullable UUID[size];
        var pools = new @Nullable UUID[size];
        var costPayments = new @Nullable UUID[size];
        var directDebits = new @Nullable UUID[size];
        var accounts = new @Nullable String[size];
        var reasons = new @Nullable String[size];
        var transactions = new @Nullable UUID[size];
        var rules = new String[size];
        var by = new UUID[size];
        var at = new String[size];
        for (int i = 0; i < size; i++) {
            Booking booking = made.get(i);
            ids[i] = booking.id();
            parts[i] = booking.part();
            kinds[i] = code(booking.kind());
            amounts[i] = booking.amount().microUnits();
            payers[i] = booking.payer() == null ? null : booking.payer().value();
            payments[i] = booking.payment();
            pools[i] = booking.pool() == null ? null : booking.pool().value();
            costPayments[i] = booking.costPayment();
            directDebits[i] = booking.directDebit();
            accounts[i] = booking.account() == null ? null : booking.account().toString();
            reasons[i] = booking.reason();
            transactions[i] = booking.transaction() == null ? null : booking.transaction().value();
            rules[i] = booking.rule().name().toLowerCase(Locale.ROOT);
            by[i] = booking.by().value();
            at[i] = booking.at().atOffset(ZoneOffset.UTC).toString();
        }
        db.sql(
                        """
                        insert into bank_booking (id, part_id, kind, amount_micro, payer_id, payment_id, cost_pool_id, cost_payment_id,
                                                  direct_debit_id, account, reason, ledger_transaction_id, rule, booked_by, booked_at)
                        select * from unnest(:ids::uuid[], :parts::uuid[], :kinds::text[], :amounts::bigint[], :payers::uuid[],
                                             :payments::uuid[], :pools::uuid[], :costPayments::uuid[], :directDebits::uuid[], :accounts::text[],
                                             :reasons::text[],
                                             :transactions::uuid[], :rules::text[], :by::uuid[], :at::timestamptz[])
                        """)
                .param("ids", ids)
                .param("parts", parts)
                .param("kinds", kinds)
                .param("amounts", amounts)
                .param("payers", payers)
                .param("payments", payments)
                .param("pools", pools)
                .param("costPayments", costPayments)
                .param("directDebits", directDebits)
                .param("accounts", accounts)
                .param("reasons", reasons)
                .param("transactions", transactions)
                .param("rules", rules)
                .param("by", by)
                .param("at", at)
                .update();
    }

    void undo(UUID id, Booking.Undone undone) {
        db.sql(
                        "update bank_booking set undone_by = :by, undone_at = :at, undone_why = :why where id = :id")
                .param("by", undone.by().value())
                .param("at", undone.at().atOffset(ZoneOffset.UTC))
                .param("why", undone.why())
                .param("id", id)
                .update();
    }

    Optional<Booking> find(UUID id) {
        return db.sql(COLUMNS + " where b.id = :id")
                .param("id", id)
                .query(Bookings::booking)
                .optional();
    }

    /** Each part's, those undone too, in the order in which they were made. */
    Map<UUID, List<Booking>> of(Collection<UUID> parts) {
        return db
                .sql(COLUMNS + " where b.part_id = any(:parts) order by b.booked_at, b.id")
                .param("parts", parts.toArray(UUID[]::new))
                .query(Bookings::booking)
                .list()
                .stream()
                .collect(Collectors.groupingBy(Booking::part));
    }

    /** The booking that stands for the payment; nothing where the payment did not come by a file. */
    Optional<Booking> ofPayment(UUID payment) {
        return db.sql(
                        COLUMNS
                                + " where b.payment_id = :payment and b.kind = 'payment' and b.undone_at is null")
                .param("payment", payment)
                .query(Bookings::booking)
                .optional();
    }

    /** The booking that stands for the payment of a shared cost. */
    Optional<Booking> ofCostPayment(UUID payment) {
        return db.sql(
                        COLUMNS
                                + " where b.cost_payment_id = :payment and b.kind = 'cost' and b.undone_at is null")
                .param("payment", payment)
                .query(Bookings::booking)
                .optional();
    }

    /** A payment that came by a file, with what the file said. */
    record Came(UUID payment, @Nullable String endToEndId, @Nullable Iban iban) {}

    /** Payments that stand and came with one of these end-to-end ids, or from one of these accounts; the latest first. */
    List<Came> came(Collection<String> endToEndIds, Collection<String> ibans, int limit) {
        return db.sql(
                        """
                        select b.payment_id, p.end_to_end_id, p.iban
                          from bank_booking b join bank_part p on p.id = b.part_id
                         where b.kind = 'payment' and b.undone_at is null
                           and (p.end_to_end_id = any(:ids) or p.iban = any(:ibans))
                           and not exists (select from bank_booking r
                                            where r.payment_id = b.payment_id and r.kind = 'return' and r.undone_at is null)
                         order by b.booked_at desc, b.id limit :limit
                        """)
                .param("ids", endToEndIds.toArray(String[]::new))
                .param("ibans", ibans.toArray(String[]::new))
                .param("limit", limit)
                .query((rs, row) -> {
                    String iban = rs.getString("iban");
                    return new Came(
                            rs.getObject("payment_id", UUID.class),
                            rs.getString("end_to_end_id"),
                            iban == null ? null : new Iban(iban));
                })
                .list();
    }

    /** How much of each of these transactions entries explain. */
    Map<TransactionId, Long> explained(Collection<TransactionId> transactions) {
        var explained = new HashMap<TransactionId, Long>();
        db.sql(
                        """
                        select ledger_transaction_id, sum(amount_micro)::bigint as amount from bank_booking
                         where undone_at is null and ledger_transaction_id = any(:ids) group by ledger_transaction_id
                        """)
                .param("ids", transactions.stream().map(TransactionId::value).toArray(UUID[]::new))
                .query((ResultSet rs) -> {
                    explained.put(
                            new TransactionId(rs.getObject("ledger_transaction_id", UUID.class)),
                            rs.getLong("amount"));
                });
        return explained;
    }

    /** What stands of all accounts' entries booked up to {@code to}: what moved the book, and what went between own accounts. */
    record Standing(Money inBook, Money own) {}

    Standing standing(LocalDate to, Currency currency) {
        return db.sql(
                        """
                        select coalesce(sum(b.amount_micro) filter (where b.kind <> 'own'), 0)::bigint as in_book,
                               coalesce(sum(b.amount_micro) filter (where b.kind = 'own'), 0)::bigint as own
                          from bank_booking b join bank_part p on p.id = b.part_id join bank_entry e on e.id = p.entry_id
                         where b.undone_at is null and e.booked_on <= :to
                        """)
                .param("to", to)
                .query((rs, row) ->
                        new Standing(
                                new Money(rs.getLong("in_book"), currency),
                                new Money(rs.getLong("own"), currency)))
                .single();
    }

    /** What entries of one kind came to. */
    record KindSum(Kind kind, @Nullable String account, long count, Money amount) {}

    /** What stands of entries of the account booked from {@code from} to {@code to}, by kind. */
    List<KindSum> sums(UUID account, LocalDate from, LocalDate to, Currency currency) {
        return db.sql(
                        """
                        select b.kind, b.account, count(*) as bookings, sum(b.amount_micro)::bigint as amount
                          from bank_booking b join bank_part p on p.id = b.part_id join bank_entry e on e.id = p.entry_id
                         where b.undone_at is null and e.account_id = :account and e.booked_on between :from and :to
                         group by b.kind, b.account order by b.kind, b.account
                        """)
                .param("account", account)
                .param("from", from)
                .param("to", to)
                .query((rs, row) ->
                        new KindSum(
                                kind(rs.getString("kind")),
                                rs.getString("account"),
                                rs.getLong("bookings"),
                                new Money(rs.getLong("amount"), currency)))
                .list();
    }

    /** Whose the account is; what was learned of it before is forgotten. */
    void learn(Iban iban, PayerId payer, Booking booking) {
        db.sql(
                        """
                        insert into bank_payer (iban, payer_id, learned_by, learned_at) values (:iban, :payer, :by, :at)
                        on conflict (iban) do update
                           set payer_id = excluded.payer_id, learned_by = excluded.learned_by, learned_at = excluded.learned_at
                         where bank_payer.payer_id <> excluded.payer_id
                        """)
                .param("iban", iban.value())
                .param("payer", payer.value())
                .param("by", booking.by().value())
                .param("at", booking.at().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** An account that a person said to be a payer's. */
    record Learned(Iban iban, PayerId payer, MemberId by, java.time.Instant at) {}

    /** By account, those after {@code after}. */
    List<Learned> learned(String after, int limit) {
        return db.sql("select * from bank_payer where iban > :after order by iban limit :limit")
                .param("after", after)
                .param("limit", limit)
                .query((rs, row) ->
                        new Learned(
                                new Iban(rs.getString("iban")),
                                new PayerId(rs.getObject("payer_id", UUID.class)),
                                new MemberId(rs.getObject("learned_by", UUID.class)),
                                rs.getObject("learned_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    Map<Iban, PayerId> payers(Collection<Iban> ibans) {
        var payers = new HashMap<Iban, PayerId>();
        db.sql("select iban, payer_id from bank_payer where iban = any(:ibans)")
                .param("ibans", ibans.stream().map(Iban::value).toArray(String[]::new))
                .query((ResultSet rs) -> {
                    payers.put(
                            new Iban(rs.getString("iban")),
                            new PayerId(rs.getObject("payer_id", UUID.class)));
                });
        return payers;
    }

    /** False if there was none. */
    boolean forget(Iban iban) {
        return db.sql("delete from bank_payer where iban = :iban")
                        .param("iban", iban.value())
                        .update()
                == 1;
    }

    static String code(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Kind kind(String code) {
        return Kind.valueOf(code.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static Booking booking(ResultSet rs, int row) throws SQLException {
        UUID payer = rs.getObject("payer_id", UUID.class);
        UUID pool = rs.getObject("cost_pool_id", UUID.class);
        UUID transaction = rs.getObject("ledger_transaction_id", UUID.class);
        String account = rs.getString("account");
        String why = rs.getString("undone_why");
        return new Booking(
                rs.getObject("id", UUID.class),
                rs.getObject("part_id", UUID.class),
                kind(rs.getString("kind")),
                new Money(
                        rs.getLong("amount_micro"), Currency.getInstance(rs.getString("currency"))),
                payer == null ? null : new PayerId(payer),
                rs.getObject("payment_id", UUID.class),
                pool == null ? null : new CostPoolId(pool),
                rs.getObject("cost_payment_id", UUID.class),
                rs.getObject("direct_debit_id", UUID.class),
                account == null ? null : AccountId.of(account),
                rs.getString("reason"),
                transaction == null ? null : new TransactionId(transaction),
                Booking.Rule.valueOf(rs.getString("rule").toUpperCase(Locale.ROOT)),
                new MemberId(rs.getObject("booked_by", UUID.class)),
                rs.getObject("booked_at", OffsetDateTime.class).toInstant(),
                why == null
                        ? null
                        : new Booking.Undone(
                                new MemberId(rs.getObject("undone_by", UUID.class)),
                                rs.getObject("undone_at", OffsetDateTime.class).toInstant(),
                                why));
    }
}
