package org.coopmesh.membership.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Repository;

/**
 * Counts failed sign-ins per account and per network address, for all replicas together. An unknown e-mail address is
 * counted like a known one, so the limit tells nothing.
 */
@Repository
class SignInFailures {
    private final JdbcClient db;
    private final IdentitySettings.Identity settings;
    private final Clock clock;

    SignInFailures(JdbcClient db, IdentitySettings settings, Clock clock) {
        this.db = db;
        this.settings = settings.identity();
        this.clock = clock;
    }

    void add(String email, String address) {
        db.sql("insert into sign_in_failure (source, at) values (:account, :at), (:address, :at)")
                .param("account", account(email))
                .param("address", address(address))
                .param("at", at(clock.instant()))
                .update();
    }

    /** Whether no more attempts are taken now for this account or from this address. */
    boolean tooMany(String email, String address) {
        return count(account(email)) >= settings.signInFailuresPerAccount()
                || count(address(address)) >= settings.signInFailuresPerAddress();
    }

    /** A successful sign-in wipes the account's failures; those of the address stay. */
    void forget(String email) {
        db.sql("delete from sign_in_failure where source = :account")
                .param("account", account(email))
                .update();
    }

    @Scheduled(fixedDelayString = "PT10M")
    void forgetOld() {
        db.sql("delete from sign_in_failure where at < :since").param("since", since()).update();
    }

    private long count(byte[] source) {
        return db.sql(
                        "select count(*) from sign_in_failure where source = :source and at >= :since")
                .param("source", source)
                .param("since", since())
                .query(Long.class)
                .single();
    }

    private OffsetDateTime since() {
        return at(clock.instant().minus(settings.signInWindow()));
    }

    private static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    private static byte[] account(String email) {
        return digest("account:" + email.strip().toLowerCase(Locale.ROOT));
    }

    private static byte[] address(String address) {
        return digest("address:" + address);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
