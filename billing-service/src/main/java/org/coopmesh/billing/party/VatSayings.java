package org.coopmesh.billing.party;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.party.PartyRegister.Said;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what was said of VAT. */
@Repository
class VatSayings {
    private final JdbcClient db;

    VatSayings(JdbcClient db) {
        this.db = db;
    }

    void insert(VatTerms terms, UUID by, Instant at) {
        db.sql(
                        """
                        insert into vat_terms (effective_on, mode, rate_hundredths, reason_code, said_by, said_at)
                        values (:on, :mode, :rate, :reason, :by, :at)
                        """)
                .param("on", terms.effectiveOn())
                .param("mode", terms.mode().code())
                .param("rate", terms.hundredths())
                .param("reason", terms.reasonCode())
                .param("by", by)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** In force on {@code day}: the latest by effective date, then by time. */
    Optional<VatTerms> on(LocalDate day) {
        return db.sql(
                        """
                        select * from vat_terms where effective_on <= :day order by effective_on desc, id desc limit 1
                        """)
                .param("day", day)
                .query(VatSayings::terms)
                .optional();
    }

    /** Newest first. */
    List<Said<VatTerms>> all(int limit) {
        return db.sql(
                        """
                        select * from vat_terms order by effective_on desc, id desc limit :limit
                        """)
                .param("limit", limit)
                .query((rs, row) ->
                        new Said<>(
                                terms(rs, row),
                                rs.getObject("said_by", UUID.class),
                                rs.getObject("said_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    void insert(PayerId payer, LocalDate on, boolean reverse, UUID by, Instant at) {
        db.sql(
                        """
                        insert into vat_reverse (payer_id, effective_on, reverse, said_by, said_at)
                        values (:payer, :on, :reverse, :by, :at)
                        """)
                .param("payer", payer.value())
                .param("on", on)
                .param("reverse", reverse)
                .param("by", by)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Those of {@code payers} who on {@code day} owe the tax themselves. */
    Set<PayerId> reverse(Collection<PayerId> payers, LocalDate day) {
        return new HashSet<>(
                db.sql(
                                """
                                select payer_id
                                  from (select distinct on (payer_id) payer_id, reverse from vat_reverse
                                         where payer_id = any (:payers::uuid[]) and effective_on <= :day
                                         order by payer_id, effective_on desc, id desc) latest
                                 where reverse
                                """)
                        .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                        .param("day", day)
                        .query((rs, row) -> new PayerId(rs.getObject("payer_id", UUID.class)))
                        .list());
    }

    private static VatTerms terms(ResultSet rs, int row) throws SQLException {
        return new VatTerms(
                rs.getObject("effective_on", LocalDate.class),
                VatTerms.Mode.of(rs.getString("mode")),
                rs.getInt("rate_hundredths"),
                rs.getString("reason_code"));
    }
}
