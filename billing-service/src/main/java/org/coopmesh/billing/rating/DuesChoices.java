package org.coopmesh.billing.rating;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.SiteId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what payers picked on sliding scales; rows are only ever added. */
@Repository
class DuesChoices {
    private final JdbcClient db;

    DuesChoices(JdbcClient db) {
        this.db = db;
    }

    void insert(PayerId payer, SiteId site, DuesChoice choice, Instant recordedAt, MemberId by) {
        db.sql(
                        """
                        insert into dues_choice (payer_id, site_id, effective_on, monthly_micro, currency, recorded_at, recorded_by)
                        values (:payer, :site, :on, :monthly, :currency, :at, :by)
                        """)
                .param("payer", payer.value())
                .param("site", site.value())
                .param("on", choice.effectiveOn())
                .param("monthly", choice.amount().microUnits())
                .param("currency", choice.amount().currency().getCurrencyCode())
                .param("at", recordedAt.atOffset(ZoneOffset.UTC))
                .param("by", by.value())
                .update();
    }

    /** All choices of the payers, in the order in which they take effect; of two with one day the later is last. */
    Map<PayerId, Map<SiteId, List<DuesChoice>>> of(Collection<PayerId> payers) {
        var choices = new HashMap<PayerId, Map<SiteId, List<DuesChoice>>>();
        db.sql(
                        """
                        select payer_id, site_id, effective_on, monthly_micro, currency from dues_choice
                         where payer_id = any(:payers) order by effective_on, id
                        """)
                .param("payers", payers.stream().map(PayerId::value).toArray(UUID[]::new))
                .query(rs -> {
                    choices.computeIfAbsent(
                                    new PayerId(rs.getObject("payer_id", UUID.class)),
                                    payer -> new HashMap<>())
                            .computeIfAbsent(
                                    new SiteId(rs.getObject("site_id", UUID.class)),
                                    site -> new ArrayList<>())
                            .add(
                                    new DuesChoice(
                                            rs.getObject("effective_on", LocalDate.class),
                                            new Money(
                                                    rs.getLong("monthly_micro"),
                                                    Currency.getInstance(
                                                            rs.getString("currency")))));
                });
        return choices;
    }
}
