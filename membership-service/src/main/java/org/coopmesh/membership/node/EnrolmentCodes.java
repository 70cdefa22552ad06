package org.coopmesh.membership.node;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for one-time codes; knows their hashes only. */
@Repository
class EnrolmentCodes {
    private final JdbcClient db;

    EnrolmentCodes(JdbcClient db) {
        this.db = db;
    }

    /**
     * A code as the register keeps it.
     *
     * @param use who used it and the answer; null while it is unused
     */
    record Issued(NodeRecordId node, Instant expiresAt, @Nullable Use use) {}

    /** Who used a code, with which TLS key, and the certificate that was the answer. */
    record Use(NodeId by, byte[] tlsKeyHash, byte[] certificate) {}

    void insert(EnrolmentCode code, NodeRecordId node, Instant expiresAt) {
        db.sql(
                        """
                        insert into enrolment_code (code_hash, node, expires_at)
                        values (:hash, :node, :expiresAt)
                        """)
                .param("hash", code.hash())
                .param("node", node.value())
                .param("expiresAt", Nodes.time(expiresAt))
                .update();
    }

    /** A node has one unused code at a time: a new one makes the old one void. */
    void withdrawUnused(NodeRecordId node) {
        db.sql("delete from enrolment_code where node = :node and used_at is null")
                .param("node", node.value())
                .update();
    }

    /** Locks the code until the transaction ends, so that two keys cannot both find it unused. */
    Optional<Issued> lock(EnrolmentCode code) {
        return db.sql("select * from enrolment_code where code_hash = :hash for update")
                .param("hash", code.hash())
                .query((row, number) -> {
                    String usedBy = row.getString("used_by");
                    return new Issued(
                            new NodeRecordId(Nodes.uuid(row, "node")),
                            requireNonNull(Nodes.instant(row, "expires_at")),
                            usedBy == null
                                    ? null
                                    : new Use(
                                            new NodeId(usedBy),
                                            requireNonNull(row.getBytes("tls_key_hash")),
                                            requireNonNull(row.getBytes("certificate"))));
                })
                .optional();
    }

    void use(EnrolmentCode code, NodeRecordId node, Use use, Instant at) {
        db.sql(
                        """
                        update enrolment_code
                        set node = :node, used_at = :at, used_by = :by, tls_key_hash = :tlsKeyHash,
                            certificate = :certificate
                        where code_hash = :hash
                        """)
                .param("node", node.value())
                .param("at", Nodes.time(at))
                .param("by", use.by().hex())
                .param("tlsKeyHash", use.tlsKeyHash())
                .param("certificate", use.certificate())
                .param("hash", code.hash())
                .update();
    }
}
