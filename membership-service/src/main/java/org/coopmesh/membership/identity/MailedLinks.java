package org.coopmesh.membership.identity;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * SQL for links that are sent by mail: asked for, written, used once. Asking does the same whatever the address is; whether it
 * has an account is looked up when the mail is written, and the token in the link is made then. Holds digests, no tokens. All
 * times are the wall clock's, as those of proofs are.
 */
@Repository
class MailedLinks {
    /** How long after it was written a link opens something, and how long after it was asked for it is still written. */
    static final Duration LIFETIME = Duration.ofMinutes(15);

    /** How many may be asked for within {@link #LIFETIME}. */
    static final int PER_EMAIL_MAX = 3;

    static final int PER_NETWORK_ADDRESS_MAX = 20;
    static final int ALTOGETHER_MAX = 500;

    private static final int EMAIL_LENGTH_MAX = 254;
    private static final int TOKEN_BYTES = 32;
    private static final int TOKEN_LENGTH_MAX = 64;

    private final JdbcClient db;
    private final Mails mails;
    private final SecureRandom random = new SecureRandom();

    MailedLinks(JdbcClient db, Mails mails) {
        this.db = db;
        this.mails = mails;
    }

    /** What a link is good for. */
    enum Purpose {
        /** It signs in whoever has the address. */
        SIGN_IN(Notice.SIGN_IN_LINK),
        /** It makes the address that of an account. */
        ADDRESS(Notice.ADDRESS_LINK);

        private final Notice notice;

        Purpose(Notice notice) {
            this.notice = notice;
        }

        Notice notice() {
            return notice;
        }

        String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One that was asked for.
     *
     * @param account whose it is; null where that is not known before the mail is written
     * @param address the network address it was asked for from
     */
    record Link(
            UUID id,
            String email,
            @Nullable AccountId account,
            String address,
            Language language,
            Instant askedAt,
            boolean written) {
        Optional<AccountId> owner() {
            return Optional.ofNullable(account);
        }
    }

    /**
     * Asks for a link, and queues the mail.
     *
     * @return false if too many were asked for lately; whether the address has an account makes no difference
     */
    @Transactional
    boolean ask(
            Purpose purpose,
            String email,
            @Nullable AccountId account,
            String address,
            Language language,
            Instant now,
            Instant queuedAt) {
        if (tooMany(email, address, now)) return false;
        UUID id = UUID.randomUUID();
        db.sql(
                        """
                        insert into mailed_link (id, purpose, email, account_id, address, language, asked_at)
                        values (:id, :purpose, :email, :account, :address, :language, :now)
                        """)
                .param("id", id)
                .param("purpose", purpose.tag())
                .param("email", email)
                .param("account", account == null ? null : account.value())
                .param("address", address)
                .param("language", language.tag())
                .param("now", utc(now))
                .update();
        mails.queue(List.of(new Told(purpose.notice().tag(), id, id)), queuedAt);
        return true;
    }

    /** Whether {@code text} could be an address at all. */
    static boolean mayBeEmail(String text) {
        return text.length() <= EMAIL_LENGTH_MAX
                && text.matches("[^\\s@\\p{Cntrl}]+@[^\\s@\\p{Cntrl}]+");
    }

    private boolean tooMany(String email, String address, Instant now) {
        return db.sql(
                        """
                        select count(*) >= :altogether
                            or count(*) filter (where lower(email) = lower(:email)) >= :perEmail
                            or count(*) filter (where address = :address) >= :perAddress
                        from mailed_link where asked_at > :since
                        """)
                .param("altogether", ALTOGETHER_MAX)
                .param("perEmail", PER_EMAIL_MAX)
                .param("perAddress", PER_NETWORK_ADDRESS_MAX)
                .param("email", email)
                .param("address", address)
                .param("since", utc(now.minus(LIFETIME)))
                .query(Boolean.class)
                .single();
    }

    /** What was asked for and may still be written: it is neither old nor used. */
    Optional<Link> wanted(UUID id, Instant now) {
        return db.sql(
                        """
                        select * from mailed_link where id = :id and asked_at > :since and used_at is null
                        """)
                .param("id", id)
                .param("since", utc(now.minus(LIFETIME)))
                .query(MailedLinks::link)
                .optional();
    }

    /** A new token for a link of {@code account}; an earlier one of it is void. */
    String write(UUID id, AccountId account, Instant now) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        db.sql(
                        """
                        update mailed_link set digest = :digest, account_id = :account, expires_at = :expiresAt
                        where id = :id
                        """)
                .param("id", id)
                .param("digest", SecretDigest.of(token))
                .param("account", account.value())
                .param("expiresAt", utc(now.plus(LIFETIME)))
                .update();
        return token;
    }

    /** Whose link it is, and for which address; nothing is used up. Empty if it is used, too old or none of ours. */
    Optional<Link> look(Purpose purpose, String token, Instant now) {
        if (token.length() > TOKEN_LENGTH_MAX) return Optional.empty();
        return db.sql(
                        """
                        select * from mailed_link
                        where digest = :digest and purpose = :purpose and used_at is null and expires_at > :now
                        """)
                .param("digest", SecretDigest.of(token))
                .param("purpose", purpose.tag())
                .param("now", utc(now))
                .query(MailedLinks::link)
                .optional();
    }

    /** Uses the link up; of two at once one gets it. */
    Optional<Link> take(Purpose purpose, String token, Instant now) {
        if (token.length() > TOKEN_LENGTH_MAX) return Optional.empty();
        return db.sql(
                        """
                        update mailed_link set used_at = :now
                        where digest = :digest and purpose = :purpose and used_at is null and expires_at > :now
                        returning *
                        """)
                .param("digest", SecretDigest.of(token))
                .param("purpose", purpose.tag())
                .param("now", utc(now))
                .query(MailedLinks::link)
                .optional();
    }

    /** No link that was written for the account opens anything any more. */
    void end(AccountId account, Instant now) {
        db.sql(
                        "update mailed_link set used_at = :now where account_id = :account and used_at is null")
                .param("account", account.value())
                .param("now", utc(now))
                .update();
    }

    void forget(Instant before) {
        db.sql("delete from mailed_link where asked_at < :before")
                .param("before", utc(before))
                .update();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Link link(ResultSet row, int number) throws SQLException {
        UUID account = row.getObject("account_id", UUID.class);
        return new Link(
                row.getObject("id", UUID.class),
                row.getString("email"),
                account == null ? null : new AccountId(account),
                row.getString("address"),
                Language.of(row.getString("language")),
                row.getObject("asked_at", OffsetDateTime.class).toInstant(),
                row.getString("digest") != null);
    }
}
