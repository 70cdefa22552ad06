package org.coopmesh.billing.party;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for what was said of the co-op and its payers. */
@Repository
class Parties {
    private final JdbcClient db;

    Parties(JdbcClient db) {
        this.db = db;
    }

    void insert(Seller seller, UUID by, Instant at) {
        db.sql(
                        """
                        insert into seller (said_at, said_by, name, line1, line2, post_code, city, country, vat_id, tax_number,
                                            register, iban, bic, creditor_id, email, tax_note, belgian_references, language)
                        values (:at, :by, :name, :line1, :line2, :postCode, :city, :country, :vatId, :taxNumber,
                                :register, :iban, :bic, :creditorId, :email, :taxNote, :belgian, :language)
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("by", by)
                .param("name", seller.name())
                .param("line1", seller.address().line1())
                .param("line2", seller.address().line2())
                .param("postCode", seller.address().postCode())
                .param("city", seller.address().city())
                .param("country", seller.address().country())
                .param("vatId", seller.vatId())
                .param("taxNumber", seller.taxNumber())
                .param("register", seller.register())
                .param("iban", seller.iban())
                .param("bic", seller.bic())
                .param("creditorId", seller.creditorId())
                .param("email", seller.email())
                .param("taxNote", seller.taxNote())
                .param("belgian", seller.belgianReferences())
                .param("language", seller.language().tag())
                .update();
    }

    Optional<Seller> seller(Instant at) {
        return db.sql(
                        "select * from seller where said_at <= :at order by said_at desc, id desc limit 1")
                .param("at", at.atOffset(ZoneOffset.UTC))
                .query(Parties::seller)
                .optional();
    }

    Optional<Seller> firstSeller() {
        return db.sql("select * from seller order by said_at, id limit 1")
                .query(Parties::seller)
                .optional();
    }

    void insert(PayerId payer, PayerDetails details, UUID by, Instant at) {
        db.sql(
                        """
                        insert into payer_details (payer_id, said_at, said_by, name, line1, line2, post_code, city, country,
                                                   vat_id, language, email)
                        values (:payer, :at, :by, :name, :line1, :line2, :postCode, :city, :country, :vatId, :language, :email)
                        """)
                .param("payer", payer.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("by", by)
                .param("name", details.name())
                .param("line1", details.address().line1())
                .param("line2", details.address().line2())
                .param("postCode", details.address().postCode())
                .param("city", details.address().city())
                .param("country", details.address().country())
                .param("vatId", details.vatId())
                .param("language", details.language().tag())
                .param("email", details.email())
                .update();
    }

    Optional<PayerDetails> details(PayerId payer, Instant at) {
        return db.sql(
                        """
                        select * from payer_details where payer_id = :payer and said_at <= :at
                         order by said_at desc, id desc limit 1
                        """)
                .param("payer", payer.value())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .query(Parties::details)
                .optional();
    }

    List<PartyRegister.Said<PayerDetails>> history(PayerId payer, int limit) {
        return db.sql(
                        """
                        select * from payer_details where payer_id = :payer order by said_at desc, id desc limit :limit
                        """)
                .param("payer", payer.value())
                .param("limit", limit)
                .query((rs, row) ->
                        new PartyRegister.Said<>(
                                details(rs, row),
                                rs.getObject("said_by", UUID.class),
                                rs.getObject("said_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static Seller seller(ResultSet rs, int row) throws SQLException {
        return new Seller(
                rs.getString("name"),
                address(rs),
                rs.getString("vat_id"),
                rs.getString("tax_number"),
                rs.getString("register"),
                rs.getString("iban"),
                rs.getString("bic"),
                rs.getString("creditor_id"),
                rs.getString("email"),
                rs.getString("tax_note"),
                rs.getBoolean("belgian_references"),
                Language.of(rs.getString("language")));
    }

    private static PayerDetails details(ResultSet rs, int row) throws SQLException {
        return new PayerDetails(
                rs.getString("name"),
                address(rs),
                rs.getString("vat_id"),
                Language.of(rs.getString("language")),
                rs.getString("email"));
    }

    private static Address address(ResultSet rs) throws SQLException {
        return new Address(
                rs.getString("line1"),
                rs.getString("line2"),
                rs.getString("post_code"),
                rs.getString("city"),
                rs.getString("country"));
    }
}
