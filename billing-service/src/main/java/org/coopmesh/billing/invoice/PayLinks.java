package org.coopmesh.billing.invoice;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for the links under which an invoice is paid without signing in. What is kept leads to no link. */
@Repository
class PayLinks {
    /** Before the token of a link; the gateway leads it here. */
    static final String PATH = "/pay/";

    private static final int TOKEN_BYTES = 16;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{22}");

    private final SecureRandom random = new SecureRandom();
    private final JdbcClient db;

    PayLinks(JdbcClient db) {
        this.db = db;
    }

    /** Makes a new link for each of {@code invoices}; the paths of the links, as they are told once. */
    Map<InvoiceId, String> make(Collection<InvoiceId> invoices, Instant at) {
        var paths = new LinkedHashMap<InvoiceId, String>();
        var hashes = new byte[invoices.size()][];
        int i = 0;
        for (InvoiceId invoice : invoices) {
            byte[] bytes = new byte[TOKEN_BYTES];
            random.nextBytes(bytes);
            String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            hashes[i++] = hash(token);
            paths.put(invoice, PATH + token);
        }
        db.sql(
                        """
                        insert into pay_link (token_sha256, invoice_id, made_at)
                        select l.token_sha256, l.invoice_id, :at
                          from unnest(:hashes::bytea[], :invoices::uuid[]) as l (token_sha256, invoice_id)
                        """)
                .param("hashes", hashes)
                .param("invoices", invoices.stream().map(InvoiceId::value).toArray(UUID[]::new))
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
        return paths;
    }

    /** The invoice that a link leads to; empty for what no link looks like. */
    Optional<InvoiceId> find(String token) {
        if (!TOKEN.matcher(token).matches()) {
            return Optional.empty();
        }
        return db.sql("select invoice_id from pay_link where token_sha256 = :hash")
                .param("hash", hash(token))
                .query((rs, row) -> new InvoiceId(rs.getObject("invoice_id", UUID.class)))
                .optional();
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
