package org.coopmesh.billing.invoice;

import java.time.LocalDate;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.party.VatRate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what documents say of VAT. */
@Repository
class VatEntries {
    private final JdbcClient db;

    VatEntries(JdbcClient db) {
        this.db = db;
    }

    void insertAll(List<VatEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        db.sql(
                        """
                        insert into vat_entry (kind, about, counts_on, category, rate_hundredths, reason_code, gross_micro, base_micro,
                                               tax_micro, rounding_micro, currency, transaction_id)
                        select e.kind, e.about, e.counts_on::date, e.category, e.rate, e.reason, e.gross, e.base, e.tax, e.rounding,
                               e.currency, e.transaction_id
                          from unnest(:kinds::text[], :abouts::uuid[], :days::text[], :categories::text[], :rates::int[],
                                      :reasons::text[], :grosses::bigint[], :bases::bigint[], :taxes::bigint[], :roundings::bigint[],
                                      :currencies::text[], :transactions::uuid[])
                               as e (kind, about, counts_on, category, rate, reason, gross, base, tax, rounding, currency, transaction_id)
                        """)
                .param("kinds", texts(entries, entry -> entry.kind().code()))
                .param("abouts", entries.stream().map(VatEntry::about).toArray(UUID[]::new))
                .param("days", texts(entries, entry -> entry.countsOn().toString()))
                .param("categories", texts(entries, entry -> entry.rate().category().name()))
                .param(
                        "rates",
                        entries.stream()
                                .map(entry -> entry.rate().hundredths())
                                .toArray(Integer[]::new))
                .param("reasons", texts(entries, entry -> entry.rate().reasonCode()))
                .param("grosses", micros(entries, VatRate.Split::gross))
                .param("bases", micros(entries, VatRate.Split::net))
                .param("taxes", micros(entries, VatRate.Split::tax))
                .param("roundings", micros(entries, VatRate.Split::rounding))
                .param(
                        "currencies",
                        texts(entries, entry -> entry.split().net().currency().getCurrencyCode()))
                .param(
                        "transactions",
                        entries.stream()
                                .map(entry -> {
                                    TransactionId booked = entry.transaction();
                                    return booked == null ? null : booked.value();
                                })
                                .toArray(UUID[]::new))
                .update();
    }

    /** How an invoice or a credit note is taxed; empty where nothing was said of VAT when it was issued. */
    Optional<VatRate> rate(UUID about) {
        return db.sql(
                        """
                        select category, rate_hundredths, reason_code from vat_entry
                         where about = :about and kind in ('invoice', 'credit-note')
                        """)
                .param("about", about)
                .query((rs, row) ->
                        new VatRate(
                                VatRate.Category.valueOf(rs.getString("category")),
                                rs.getInt("rate_hundredths"),
                                rs.getString("reason_code")))
                .optional();
    }

    /** What all of one kind and rate come to. */
    record Sum(
            VatEntry.Kind kind,
            VatRate.Category category,
            int hundredths,
            long number,
            Money gross,
            Money base,
            Money tax,
            Money rounding) {}

    /** By kind, category and rate, of the days from {@code from} to {@code to}, both included. */
    List<Sum> sums(LocalDate from, LocalDate to, Currency currency) {
        return db.sql(
                        """
                        select kind, category, rate_hundredths, count(*) as number, sum(gross_micro)::bigint as gross,
                               sum(base_micro)::bigint as base, sum(tax_micro)::bigint as tax, sum(rounding_micro)::bigint as rounding
                          from vat_entry where counts_on between :from and :to and currency = :currency
                         group by kind, category, rate_hundredths order by category desc, rate_hundredths desc, kind
                        """)
                .param("from", from)
                .param("to", to)
                .param("currency", currency.getCurrencyCode())
                .query((rs, row) ->
                        new Sum(
                                VatEntry.Kind.of(rs.getString("kind")),
                                VatRate.Category.valueOf(rs.getString("category")),
                                rs.getInt("rate_hundredths"),
                                rs.getLong("number"),
                                new Money(rs.getLong("gross"), currency),
                                new Money(rs.getLong("base"), currency),
                                new Money(rs.getLong("tax"), currency),
                                new Money(rs.getLong("rounding"), currency)))
                .list();
    }

    /** The transactions that moved tax on these days. */
    Set<TransactionId> transactions(LocalDate from, LocalDate to) {
        return new HashSet<>(
                db.sql(
                                """
                                select transaction_id as id from vat_entry where counts_on between :from and :to and tax_micro <> 0
                                """)
                        .param("from", from)
                        .param("to", to)
                        .query((rs, row) -> new TransactionId(rs.getObject("id", UUID.class)))
                        .list());
    }

    private static @Nullable String[] texts(
            List<VatEntry> entries, Function<VatEntry, @Nullable String> text) {
        return entries.stream().map(text).toArray(String[]::new);
    }

    private static Long[] micros(List<VatEntry> entries, Function<VatRate.Split, Money> amount) {
        return entries.stream()
                .map(entry -> amount.apply(entry.split()).microUnits())
                .toArray(Long[]::new);
    }
}
