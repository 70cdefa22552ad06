package org.coopmesh.membership.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** SQL for where people are signed in. All times are the wall clock's, as those of tokens are. */
@Repository
class SignIns {
    /** How many are listed; older ones have ended long ago. */
    static final int LISTED_MAX = 50;

    private static final int AGENT_LENGTH_MAX = 200;

    private final JdbcClient db;
    private final ApplicationEventPublisher events;

    SignIns(JdbcClient db, ApplicationEventPublisher events) {
        this.db = db;
        this.events = events;
    }

    /**
     * One that goes on.
     *
     * @param factors in the words of {@code amr}, with spaces between
     * @param agent what the browser calls itself, cut
     * @param renewedAt when the gateway last asked for a token
     */
    record Going(
            UUID id, Instant at, String factors, String address, String agent, Instant renewedAt) {}

    void add(
            UUID id,
            AccountId account,
            Proof proof,
            String address,
            @Nullable String agent,
            String pageSession,
            @Nullable UUID replaces) {
        String named = agent == null ? "" : agent.replace("\0", "");
        db.sql(
                        """
                        insert into sign_in
                            (id, account_id, at, factors, address, agent, page_session, replaces)
                        values (:id, :account, :at, :factors, :address, :agent, :session, :replaces)
                        """)
                .param("id", id)
                .param("account", account.value())
                .param("at", utc(proof.at()))
                .param("factors", String.join(" ", proof.words()))
                .param("address", address)
                .param("agent", named.substring(0, Math.min(named.length(), AGENT_LENGTH_MAX)))
                .param("session", pageSession)
                .param("replaces", replaces)
                .update();
    }

    /** One more factor, under another number of the page's session. */
    void proved(UUID id, Proof proof, String pageSession) {
        db.sql(
                        """
                        update sign_in set at = :at, factors = :factors, page_session = :session
                        where id = :id
                        """)
                .param("id", id)
                .param("at", utc(proof.at()))
                .param("factors", String.join(" ", proof.words()))
                .param("session", pageSession)
                .update();
    }

    /** The gateway has got a token for it; what it had before, for this one or for that which it replaces, is over. */
    @Transactional
    void renewed(UUID id, String authorization, Instant at) {
        db.sql(
                        """
                        delete from oauth2_authorization
                        where id <> :authorization
                          and id in (select old.authorization_id
                                     from sign_in new join sign_in old on old.id in (new.id, new.replaces)
                                     where new.id = :id)
                        """)
                .param("id", id)
                .param("authorization", authorization)
                .update();
        db.sql(
                        """
                        update sign_in set authorization_id = :authorization, renewed_at = :at
                        where id = :id
                        """)
                .param("id", id)
                .param("authorization", authorization)
                .param("at", utc(at))
                .update();
    }

    /** Those that go on, the newest first. */
    List<Going> going(AccountId account) {
        return db.sql(
                        """
                        select s.* from sign_in s
                        join oauth2_authorization a on a.id = s.authorization_id
                        where s.account_id = :account
                          and a.refresh_token_expires_at > now()
                          and coalesce(a.refresh_token_metadata::jsonb ->> 'metadata.token.invalidated',
                                       'false') = 'false'
                        order by s.at desc limit :max
                        """)
                .param("account", account.value())
                .param("max", LISTED_MAX)
                .query(SignIns::going)
                .list();
    }

    /** Ends one at the page and, once this is kept, at the gateway. */
    @Transactional
    boolean end(AccountId account, UUID id) {
        Optional<String> authorization =
                db.sql(
                                """
                                select coalesce(authorization_id, '') from sign_in
                                where id = :id and account_id = :account
                                """)
                        .param("id", id)
                        .param("account", account.value())
                        .query(String.class)
                        .optional();
        if (authorization.isEmpty()) return false;
        db.sql("delete from oauth2_authorization where id = :id")
                .param("id", authorization.get())
                .update();
        db.sql(
                        """
                        delete from spring_session
                        where session_id = (select page_session from sign_in where id = :id)
                        """)
                .param("id", id)
                .update();
        events.publishEvent(new SignInsEnded(account, id));
        return true;
    }

    /** Forgets those whose token nobody can renew any more. */
    void forgetEnded(Instant before) {
        db.sql(
                        """
                        delete from sign_in s
                        where s.at < :before
                          and not exists (select from oauth2_authorization a
                                          where a.id = s.authorization_id)
                        """)
                .param("before", utc(before))
                .update();
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    private static Going going(ResultSet row, int number) throws SQLException {
        return new Going(
                row.getObject("id", UUID.class),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("factors"),
                row.getString("address"),
                row.getString("agent"),
                row.getObject("renewed_at", OffsetDateTime.class).toInstant());
    }
}
