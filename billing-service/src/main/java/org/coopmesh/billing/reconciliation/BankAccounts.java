package org.coopmesh.billing.reconciliation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** SQL for the co-op's accounts at banks. */
@Repository
class BankAccounts {
    private final JdbcClient db;
    private final JsonMapper json;

    BankAccounts(JdbcClient db, JsonMapper json) {
        this.db = db;
        this.json = json;
    }

    /** False, and nothing happens, if it is declared already. */
    boolean insert(BankAccount account) {
        return db.sql(
                                """
                                insert into bank_account (id, name, iban, currency, declared_by, declared_at)
                                values (:id, :name, :iban, :currency, :by, :at) on conflict (iban) do nothing
                                """)
                        .param("id", account.id())
                        .param("name", account.name())
                        .param("iban", account.iban().value())
                        .param("currency", account.currency().getCurrencyCode())
                        .param("by", account.declaredBy().value())
                        .param("at", account.declaredAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    boolean isEmpty() {
        return !db.sql("select exists (select 1 from bank_account)").query(Boolean.class).single();
    }

    void map(UUID id, CsvMapping mapping) {
        db.sql("update bank_account set csv_mapping = :mapping where id = :id")
                .param("mapping", json.writeValueAsString(mapping))
                .param("id", id)
                .update();
    }

    /** In the order of their declaration. */
    List<BankAccount> all() {
        return db.sql("select * from bank_account order by declared_at, id")
                .query(this::account)
                .list();
    }

    Optional<BankAccount> find(UUID id) {
        return db.sql("select * from bank_account where id = :id")
                .param("id", id)
                .query(this::account)
                .optional();
    }

    /** Locks the account until the transaction ends, so that two files of it are taken one after the other. */
    void lock(UUID id) {
        db.sql("select id from bank_account where id = :id for update")
                .param("id", id)
                .query(UUID.class)
                .single();
    }

    private BankAccount account(ResultSet rs, int row) throws SQLException {
        String mapping = rs.getString("csv_mapping");
        return new BankAccount(
                rs.getObject("id", UUID.class),
                rs.getString("name"),
                new Iban(rs.getString("iban")),
                Currency.getInstance(rs.getString("currency")),
                new MemberId(rs.getObject("declared_by", UUID.class)),
                rs.getObject("declared_at", OffsetDateTime.class).toInstant(),
                mapping == null ? null : json.readValue(mapping, CsvMapping.class));
    }
}
