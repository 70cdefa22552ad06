package org.coopmesh.billing.metering;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the certificates that nodes showed; each is written once. */
@Repository
class Certificates {
    /** Certificates known to be written; the least recently used is written again, which changes nothing. */
    private static final int REMEMBERED_MAX = 50_000;

    private final JdbcClient db;
    private final NodePortKeys keys;
    private final Map<String, Boolean> remembered =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(256, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                            return size() > REMEMBERED_MAX;
                        }
                    });

    Certificates(JdbcClient db, NodePortKeys keys) {
        this.db = db;
        this.keys = keys;
    }

    /** A certificate and that of the authority that had issued it, in DER. */
    record Kept(byte[] certificate, byte[] authority) {}

    /** Keeps what {@code node} showed, if it was not kept before. */
    void keep(NodeId node, X509Certificate certificate, Instant at) {
        String known = node.hex() + certificate.getSerialNumber();
        if (remembered.containsKey(known)) return;
        try {
            for (X509Certificate authority : keys.authorities()) {
                if (!issued(authority, certificate)) continue;
                db.sql(
                                """
                                insert into node_certificate (node_id, hash, der, authority, first_seen)
                                values (:node, :hash, :der, :authority, :at) on conflict do nothing
                                """)
                        .param("node", node.bytes())
                        .param("hash", Sha256.of(certificate.getEncoded()))
                        .param("der", certificate.getEncoded())
                        .param("authority", authority.getEncoded())
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .update();
                remembered.put(known, true);
                return;
            }
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that TLS took", impossible);
        }
    }

    private static boolean issued(X509Certificate authority, X509Certificate certificate) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException notThisOne) {
            return false;
        }
    }

    /** What {@code node} showed, newest first. */
    List<Kept> of(NodeId node, int limit) {
        return db.sql(
                        """
                        select der, authority from node_certificate
                        where node_id = :node order by first_seen desc, hash limit :limit
                        """)
                .param("node", node.bytes())
                .param("limit", limit)
                .query((rows, i) -> new Kept(rows.getBytes("der"), rows.getBytes("authority")))
                .list();
    }
}
