package org.coopmesh.billing.rating;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for the versions of plans. */
@Repository
class Plans {
    private final JdbcClient db;
    private final JsonMapper json;

    Plans(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** Every version of every plan, the versions of one in the order in which they take effect. */
    List<Plan> all() {
        return db.sql("select * from plan order by code, effective_on").query(this::plan).list();
    }

    /** Makes two who change plans at once wait for each other; readers do not wait. */
    void lock() {
        db.sql("lock table plan in share row exclusive mode").update();
    }

    void insert(Plan plan, Instant recordedAt, String recordedBy) {
        db.sql(
                        """
                        insert into plan (code, effective_on, name, description, flat_micro, included_bytes, per_gb_micro,
                                          currency, recorded_at, recorded_by, parts)
                        values (:code, :on, :name, :description, :flat, :included, :perGb, :currency, :recordedAt, :recordedBy,
                                cast(:parts as jsonb))
                        """)
                .param("code", plan.code())
                .param("on", plan.effectiveOn())
                .param("name", plan.name())
                .param("description", plan.description())
                .param("flat", plan.flat().microUnits())
                .param("included", plan.includedBytes())
                .param("perGb", plan.perGb().microUnits())
                .param(
                        "parts",
                        json.writeValueAsString(plan.parts().stream().map(StoredPart::of).toList()))
                .param("currency", plan.flat().currency().getCurrencyCode())
                .param("recordedAt", recordedAt.atOffset(ZoneOffset.UTC))
                .param("recordedBy", recordedBy)
                .update();
    }

    private Plan plan(ResultSet rs, int row) throws SQLException {
        Currency currency = Currency.getInstance(rs.getString("currency"));
        return new Plan(
                rs.getString("code"),
                rs.getString("name"),
                rs.getString("description"),
                rs.getObject("effective_on", LocalDate.class),
                currency,
                Arrays.stream(json.readValue(rs.getString("parts"), StoredPart[].class))
                        .map(stored -> stored.part(currency))
                        .toList());
    }
}
