package org.coopmesh.billing.reconciliation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for statements, their entries and the parts of these. */
@Repository
class BankEntries {
    private static final int BATCH = 1_000;

    private static final String PARTS =
            """
            select p.*, e.account_id, e.booked_on, e.value_on, e.bank_reference, e.code, e.reversal, e.information,
                   e.statement_id is not null as on_statement, a.currency
              from bank_part p
              join bank_entry e on e.id = p.entry_id
              join bank_account a on a.id = e.account_id
            """;

    private final JdbcClient db;

    BankEntries(JdbcClient db) {
        this.db = db;
    }

    void insert(StatementHead statement, int line) {
        db.sql(
                        """
                        insert into bank_statement (id, account_id, file_id, line, bank_id, sequence, first_day, last_day, opening_micro,
                                                    closing_micro)
                        values (:id, :account, :file, :line, :bankId, :sequence, :first, :last, :opening, :closing)
                        """)
                .param("id", statement.id())
                .param("account", statement.account())
                .param("file", statement.file())
                .param("line", line)
                .param("bankId", statement.bankId())
                .param("sequence", statement.sequence())
                .param("first", statement.firstDay())
                .param("last", statement.lastDay())
                .param("opening", statement.opening().microUnits())
                .param("closing", statement.closing().microUnits())
                .update();
    }

    /** What is kept of an entry that another file told before. */
    record Before(UUID id, boolean onStatement, int parts, boolean placed) {}

    /** Those of {@code fingerprints} that are there, by their index. */
    Map<Integer, Before> find(UUID account, List<byte[]> fingerprints) {
        var found = new HashMap<Integer, Before>();
        for (int from = 0; from < fingerprints.size(); from += BATCH) {
            int offset = from;
            byte[][] some =
                    fingerprints
                            .subList(from, Math.min(from + BATCH, fingerprints.size()))
                            .toArray(byte[][]::new);
            db.sql(
                            """
                            select f.at, e.id, e.statement_id is not null as on_statement, count(p.id)::int as parts,
                                   coalesce(bool_or(p.placed_micro <> 0), false) as placed
                              from unnest(:prints::bytea[]) with ordinality as f (fingerprint, at)
                              join bank_entry e on e.account_id = :account and e.fingerprint = f.fingerprint
                              left join bank_part p on p.entry_id = e.id
                             group by f.at, e.id
                            """)
                    .param("prints", some)
                    .param("account", account)
                    .query((ResultSet rs) -> {
                        found.put(
                                offset + rs.getInt("at") - 1,
                                new Before(
                                        rs.getObject("id", UUID.class),
                                        rs.getBoolean("on_statement"),
                                        rs.getInt("parts"),
                                        rs.getBoolean("placed")));
                    });
        }
        return found;
    }

    /** An entry that is new. */
    record New(
            UUID id,
            UUID account,
            UUID file,
            @Nullable UUID statement,
            byte[] fingerprint,
            BankEntry entry) {}

    void insert(List<New> entries) {
        for (int from = 0; from < entries.size(); from += BATCH) {
            insertBatch(entries.subList(from, Math.min(from + BATCH, entries.size())));
        }
    }

    private void insertBatch(List<New> entries) {
        int size = entries.size();
        var ids = new UUID[size];
        var statements = new @Nullable UUID[size];
        var lines = new Integer[size];
        var booked = new String[size];
        var value = new String[size];
        var amounts = new Long[size];
        var references = new @Nullable String[size];
        var codes = new @Nullable String[size];
        var reversals = new Boolean[size];
        var information = new @Nullable String[size];
        var prints = new byte[size][];
        for (int i = 0; i < size; i++) {
            New each = entries.get(i);
            BankEntry entry = each.entry();
            ids[i] = each.id();
            statements[i] = each.statement();
            lines[i] = entry.line();
            booked[i] = entry.bookedOn().toString();
            value[i] = entry.valueOn().toString();
            amounts[i] = entry.amount().microUnits();
            references[i] = entry.bankReference();
            codes[i] = entry.code();
            reversals[i] = entry.reversal();
            information[i] = entry.information();
            prints[i] = each.fingerprint();
        }
        New any = entries.getFirst();
        db.sql(
                        """
                        insert into bank_entry (id, account_id, file_id, line, statement_id, booked_on, value_on, amount_micro, bank_reference,
                                                code, reversal, information, fingerprint)
                        select e.id, :account, :file, e.line, e.statement_id, e.booked_on::date, e.value_on::date, e.amount_micro,
                               e.bank_reference, e.code, e.reversal, e.information, e.fingerprint
                          from unnest(:ids::uuid[], :lines::int[], :statements::uuid[], :booked::text[], :value::text[], :amounts::bigint[],
                                      :references::text[], :codes::text[], :reversals::boolean[], :information::text[], :prints::bytea[])
                               as e (id, line, statement_id, booked_on, value_on, amount_micro, bank_reference, code, reversal, information,
                                     fingerprint)
                        """)
                .param("account", any.account())
                .param("file", any.file())
                .param("ids", ids)
                .param("lines", lines)
                .param("statements", statements)
                .param("booked", booked)
                .param("value", value)
                .param("amounts", amounts)
                .param("references", references)
                .param("codes", codes)
                .param("reversals", reversals)
                .param("information", information)
                .param("prints", prints)
                .update();
        var parts = new ArrayList<NewPart>();
        for (New each : entries) {
            for (int i = 0; i < each.entry().parts().size(); i++) {
                parts.add(new NewPart(each.id(), i + 1, each.entry().parts().get(i)));
            }
        }
        for (int from = 0; from < parts.size(); from += BATCH) {
            insertParts(parts.subList(from, Math.min(from + BATCH, parts.size())));
        }
    }

    private record NewPart(UUID entry, int position, BankEntry.Part part) {}

    private void insertParts(List<NewPart> parts) {
        int size = parts.size();
        var ids = new UUID[size];
        var entries = new UUID[size];
        var positions = new Integer[size];
        var amounts = new Long[size];
        var names = new @Nullable String[size];
        var ibans = new @Nullable String[size];
        var texts = new @Nullable String[size];
        var references = new @Nullable String[size];
        var endToEnd = new @Nullable String[size];
        var mandates = new @Nullable String[size];
        var reasons = new @Nullable String[size];
        var charges = new @Nullable Long[size];
        for (int i = 0; i < size; i++) {
            BankEntry.Part part = parts.get(i).part();
            ids[i] = UUID.randomUUID();
            entries[i] = parts.get(i).entry();
            positions[i] = parts.get(i).position();
            amounts[i] = part.amount().microUnits();
            names[i] = part.name();
            ibans[i] = part.iban() == null ? null : part.iban().value();
            texts[i] = part.text();
            references[i] = part.reference();
            endToEnd[i] = part.endToEndId();
            mandates[i] = part.mandateId();
            reasons[i] = part.returnReason();
            charges[i] = part.charges() == null ? null : part.charges().microUnits();
        }
        db.sql(
                        """
                        insert into bank_part (id, entry_id, position, amount_micro, name, iban, remittance, reference, end_to_end_id,
                                               mandate_id, return_reason, charges_micro)
                        select * from unnest(:ids::uuid[], :entries::uuid[], :positions::int[], :amounts::bigint[], :names::text[],
                                             :ibans::text[], :texts::text[], :references::text[], :endToEnd::text[], :mandates::text[],
                                             :reasons::text[], :charges::bigint[])
                        """)
                .param("ids", ids)
                .param("entries", entries)
                .param("positions", positions)
                .param("amounts", amounts)
                .param("names", names)
                .param("ibans", ibans)
                .param("texts", texts)
                .param("references", references)
                .param("endToEnd", endToEnd)
                .param("mandates", mandates)
                .param("reasons", reasons)
                .param("charges", charges)
                .update();
    }

    /** A statement vouches now for what a notification had told. */
    void onStatement(UUID statement, Collection<UUID> entries) {
        db.sql(
                        "update bank_entry set statement_id = :statement where id = any(:ids) and statement_id is null")
                .param("statement", statement)
                .param("ids", entries.toArray(UUID[]::new))
                .update();
    }

    /** Tells the parts of an entry that was told as a whole, and of which nothing has a place yet. */
    void detail(UUID entry, List<BankEntry.Part> parts) {
        db.sql("delete from bank_part where entry_id = :entry").param("entry", entry).update();
        var all = new ArrayList<NewPart>();
        for (int i = 0; i < parts.size(); i++) all.add(new NewPart(entry, i + 1, parts.get(i)));
        insertParts(all);
    }

    /** In the order of their days. */
    List<StatementHead> statements(UUID account) {
        return StatementHead.ordered(
                db.sql(
                                """
                                select s.*, a.currency from bank_statement s join bank_account a on a.id = s.account_id
                                 where s.account_id = :account order by s.first_day, s.last_day, s.id
                                """)
                        .param("account", account)
                        .query((rs, row) -> {
                            Currency currency = Currency.getInstance(rs.getString("currency"));
                            return new StatementHead(
                                    rs.getObject("id", UUID.class),
                                    rs.getObject("account_id", UUID.class),
                                    rs.getObject("file_id", UUID.class),
                                    rs.getString("bank_id"),
                                    rs.getObject("sequence", Long.class),
                                    rs.getObject("first_day", LocalDate.class),
                                    rs.getObject("last_day", LocalDate.class),
                                    new Money(rs.getLong("opening_micro"), currency),
                                    new Money(rs.getLong("closing_micro"), currency));
                        })
                        .list());
    }

    /** What entries came to. */
    record Sum(long count, Money amount) {}

    /** All entries of the account that were booked from {@code from} to {@code to}. */
    Sum sum(UUID account, LocalDate from, LocalDate to, Currency currency) {
        return db.sql(
                        """
                        select count(*) as entries, coalesce(sum(amount_micro), 0)::bigint as amount from bank_entry
                         where account_id = :account and booked_on between :from and :to
                        """)
                .param("account", account)
                .param("from", from)
                .param("to", to)
                .query((rs, row) ->
                        new Sum(rs.getLong("entries"), new Money(rs.getLong("amount"), currency)))
                .single();
    }

    /** What waits. */
    Sum open(Currency currency, LocalDate from, LocalDate to) {
        return db.sql(
                        """
                        select count(*) as parts, coalesce(sum(p.amount_micro - p.placed_micro), 0)::bigint as amount
                          from bank_part p join bank_entry e on e.id = p.entry_id
                         where p.placed_micro <> p.amount_micro and e.booked_on between :from and :to
                        """)
                .param("from", from)
                .param("to", to)
                .query((rs, row) ->
                        new Sum(rs.getLong("parts"), new Money(rs.getLong("amount"), currency)))
                .single();
    }

    /**
     * In the order of their days and of the file, those after {@code after}.
     *
     * @param open only those of which something waits, or only those of which nothing does; null for all
     * @param text a part of a name, an account, a reference or a text; empty for any
     */
    List<OpenPart> list(
            @Nullable UUID account,
            @Nullable Boolean open,
            String text,
            @Nullable UUID after,
            int limit) {
        return db.sql(
                        PARTS
                                + """
                                 where (:account::uuid is null or e.account_id = :account)
                                   and (:open::boolean is null or (p.placed_micro <> p.amount_micro) = :open)
                                   and (:text = '' or strpos(lower(concat_ws(' ', p.name, p.iban, p.remittance, p.reference, p.end_to_end_id,
                                                                             e.information)), lower(:text)) > 0)
                                   and (:after::uuid is null or (e.booked_on, e.line, p.position, p.id) >
                                        (select be.booked_on, be.line, b.position, b.id
                                           from bank_part b join bank_entry be on be.id = b.entry_id where b.id = :after))
                                 order by e.booked_on, e.line, p.position, p.id limit :limit
                                """)
                .param("account", account, java.sql.Types.OTHER)
                .param("open", open, java.sql.Types.BOOLEAN)
                .param("text", text)
                .param("after", after, java.sql.Types.OTHER)
                .param("limit", limit)
                .query(BankEntries::part)
                .list();
    }

    /** Of which something waits, in the order of their ids, those after {@code after}. */
    List<OpenPart> waiting(@Nullable UUID after, int limit) {
        return db.sql(
                        PARTS
                                + """
                                 where p.placed_micro <> p.amount_micro and (:after::uuid is null or p.id > :after)
                                 order by p.id limit :limit
                                """)
                .param("after", after, java.sql.Types.OTHER)
                .param("limit", limit)
                .query(BankEntries::part)
                .list();
    }

    /** Locks the parts until the transaction ends, in the order of their ids; one that is not there is left out. */
    List<OpenPart> lock(Collection<UUID> ids) {
        UUID[] some = ids.toArray(UUID[]::new);
        db.sql("select id from bank_part where id = any(:ids) order by id for update")
                .param("ids", some)
                .query(UUID.class)
                .list();
        return db.sql(PARTS + " where p.id = any(:ids) order by p.id")
                .param("ids", some)
                .query(BankEntries::part)
                .list();
    }

    Optional<OpenPart> find(UUID id) {
        return db.sql(PARTS + " where p.id = :id")
                .param("id", id)
                .query(BankEntries::part)
                .optional();
    }

    /** {@link #place} for many parts, in one statement. */
    void placeAll(Map<UUID, Money> amounts) {
        UUID[] ids = amounts.keySet().toArray(UUID[]::new);
        db.sql(
                        """
                        update bank_part p set placed_micro = p.placed_micro + n.amount_micro
                          from unnest(:ids::uuid[], :amounts::bigint[]) as n (id, amount_micro) where p.id = n.id
                        """)
                .param("ids", ids)
                .param(
                        "amounts",
                        Arrays.stream(ids)
                                .map(id -> Objects.requireNonNull(amounts.get(id)).microUnits())
                                .toArray(Long[]::new))
                .update();
    }

    /** Writes down that {@code amount} more of the part, or less, stands in the book. */
    void place(UUID part, Money amount) {
        db.sql("update bank_part set placed_micro = placed_micro + :amount where id = :id")
                .param("amount", amount.microUnits())
                .param("id", part)
                .update();
    }

    private static OpenPart part(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        String iban = rs.getString("iban");
        Long charges = rs.getObject("charges_micro", Long.class);
        return new OpenPart(
                rs.getObject("id", UUID.class),
                rs.getObject("entry_id", UUID.class),
                rs.getObject("account_id", UUID.class),
                rs.getObject("booked_on", LocalDate.class),
                rs.getObject("value_on", LocalDate.class),
                rs.getString("bank_reference"),
                rs.getString("code"),
                rs.getBoolean("reversal"),
                rs.getString("information"),
                rs.getBoolean("on_statement"),
                new Money(rs.getLong("placed_micro"), currency),
                new BankEntry.Part(
                        new Money(rs.getLong("amount_micro"), currency),
                        rs.getString("name"),
                        iban == null ? null : new Iban(iban),
                        rs.getString("remittance"),
                        rs.getString("reference"),
                        rs.getString("end_to_end_id"),
                        rs.getString("mandate_id"),
                        rs.getString("return_reason"),
                        charges == null ? null : new Money(charges, currency)));
    }
}
