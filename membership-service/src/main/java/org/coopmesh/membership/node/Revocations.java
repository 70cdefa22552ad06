package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the certificates of nodes, those that were revoked, and the lists that say so. */
@Repository
class Revocations {
    private final JdbcClient db;

    Revocations(JdbcClient db) {
        this.db = db;
    }

    /** Why a certificate is revoked, with the number that RFC 5280 gives it. */
    enum Reason {
        KEY_COMPROMISE("key-compromise", 1),
        SUPERSEDED("superseded", 4),
        CESSATION_OF_OPERATION("cessation-of-operation", 5);

        private final String text;
        private final int code;

        Reason(String text, int code) {
            this.text = text;
            this.code = code;
        }

        int code() {
            return code;
        }

        private static Reason of(String text) {
            for (Reason reason : values()) {
                if (reason.text.equals(text)) {
                    return reason;
                }
            }
            throw new IllegalArgumentException(text);
        }
    }

    /** One line of a list. */
    record Revoked(BigInteger serial, Instant at, Reason reason) {}

    /**
     * A list as it is handed out.
     *
     * @param stale whether something was revoked since
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed out as it is.
    record RevocationList(
            long number, Instant madeAt, Instant nextUpdateAt, byte[] der, boolean stale) {}

    /** Notes a certificate; one that is noted already stays as it is. */
    void keep(String authority, NodeId node, X509Certificate certificate) {
        db.sql(
                        """
                        insert into node_certificate (authority, serial, node_id, ends_at, tls_key_hash)
                        values (:authority, :serial, :node, :endsAt, :tlsKeyHash) on conflict do nothing
                        """)
                .param("authority", authority)
                .param("serial", certificate.getSerialNumber().toString(16))
                .param("node", node.hex())
                .param("endsAt", Nodes.time(certificate.getNotAfter().toInstant()))
                .param("tlsKeyHash", NodeId.sha256(certificate.getPublicKey().getEncoded()))
                .update();
    }

    boolean isAnothers(byte[] tlsKeyHash, NodeId node) {
        return db.sql(
                        """
                        select exists (select from node_certificate
                                       where tls_key_hash = :hash and node_id <> :node)
                        """)
                .param("hash", tlsKeyHash)
                .param("node", node.hex())
                .query(Boolean.class)
                .single();
    }

    /** Revokes every certificate that a key holds; those revoked before keep their time and reason. */
    void revoke(NodeId node, Reason reason, Instant at) {
        int revoked =
                db.sql(
                                """
                                update node_certificate set revoked_at = :at, reason = :reason
                                where node_id = :node and revoked_at is null and ends_at > :at
                                """)
                        .param("node", node.hex())
                        .param("reason", reason.text)
                        .param("at", Nodes.time(at))
                        .update();
        if (revoked > 0) {
            db.sql("update revocation_list set stale = true").update();
        }
    }

    /** What a list made now has on it, until a while after the certificates' end. */
    List<Revoked> revoked(String authority, Instant endsAfter) {
        return db.sql(
                        """
                        select serial, revoked_at, reason from node_certificate
                        where authority = :authority and revoked_at is not null and ends_at > :endsAfter
                        order by revoked_at, serial
                        """)
                .param("authority", authority)
                .param("endsAfter", Nodes.time(endsAfter))
                .query((row, number) ->
                        new Revoked(
                                new BigInteger(Nodes.text(row, "serial"), 16),
                                requireNonNull(Nodes.instant(row, "revoked_at")),
                                Reason.of(Nodes.text(row, "reason"))))
                .list();
    }

    /** The newest list of the authority whose id begins so. */
    Optional<RevocationList> newest(String authorityBegin) {
        return db.sql("select * from revocation_list where starts_with(authority, :begin)")
                .param("begin", authorityBegin)
                .query((row, number) ->
                        new RevocationList(
                                row.getLong("number"),
                                requireNonNull(Nodes.instant(row, "made_at")),
                                requireNonNull(Nodes.instant(row, "next_update_at")),
                                requireNonNull(row.getBytes("der")),
                                row.getBoolean("stale")))
                .optional();
    }

    /** One at a time makes a list of {@code authority}, until its transaction ends. */
    void lock(String authority) {
        db.sql("select pg_advisory_xact_lock(hashtext('revocation list ' || :authority))")
                .param("authority", authority)
                .query((row, number) -> true)
                .single();
    }

    void save(String authority, RevocationList list) {
        db.sql(
                        """
                        insert into revocation_list (authority, number, made_at, next_update_at, der)
                        values (:authority, :number, :madeAt, :nextUpdateAt, :der)
                        on conflict (authority) do update
                        set number = excluded.number, made_at = excluded.made_at, der = excluded.der,
                            next_update_at = excluded.next_update_at, stale = false
                        """)
                .param("authority", authority)
                .param("number", list.number())
                .param("madeAt", Nodes.time(list.madeAt()))
                .param("nextUpdateAt", Nodes.time(list.nextUpdateAt()))
                .param("der", list.der())
                .update();
    }

    /** Forgets certificates that ended before {@code end}. */
    void forget(Instant end) {
        db.sql("delete from node_certificate where ends_at < :end")
                .param("end", Nodes.time(end))
                .update();
    }
}
