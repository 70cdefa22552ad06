package org.coopmesh.mail;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.mail.Mail.State;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** SQL for the queue of mails: the only class that knows {@code mail} and {@code mail_gate}. */
public class Mails {
    private static final int ANSWER_CHARS_MAX = 500;

    /** More that wait are as good as this many. */
    static final int COUNTED_MAX = 10_000;

    private final JdbcClient db;

    Mails(JdbcClient db) {
        this.db = db;
    }

    /** What became of telling somebody. */
    public enum Standing {
        /** It waits, or is just being handed over. */
        ON_ITS_WAY,
        /** A server took it. */
        SENT,
        /** It did not leave by itself: no address, refused, in doubt, or nothing to tell any more. */
        NOT_SENT
    }

    /** Why nothing is sent, until when. */
    public record Gate(@Nullable Instant pausedUntil, @Nullable String why) {}

    /** Queues what is to be told, each once, in its order; in the transaction that makes it true. */
    public void queue(Collection<Told> told, Instant at) {
        if (told.isEmpty()) return;
        db.sql(
                        """
                        insert into mail (message_id, notice, about, recipient_id, queued_at, state, try_after)
                        select gen_random_uuid(), t.notice, t.about, t.recipient_id, :at, 'waiting', :at
                          from unnest(:notices::text[], :abouts::uuid[], :recipients::uuid[])
                               with ordinality as t (notice, about, recipient_id, place)
                         order by t.place
                        on conflict do nothing
                        """)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("notices", told.stream().map(Told::notice).toArray(String[]::new))
                .param("abouts", told.stream().map(Told::about).toArray(UUID[]::new))
                .param("recipients", told.stream().map(Told::recipient).toArray(UUID[]::new))
                .update();
    }

    /** What became of the notice about each of these; one that was never queued is left out. Of several copies the one that came furthest counts. */
    public Map<UUID, Standing> standing(String notice, Collection<UUID> about) {
        var standing = new HashMap<UUID, Standing>();
        db.sql(
                        """
                        select about, bool_or(state = 'sent') as sent, bool_or(state in ('waiting', 'sending')) as under_way from mail
                         where notice = :notice and about = any(:about) group by about
                        """)
                .param("notice", notice)
                .param("about", about.toArray(UUID[]::new))
                .query(rs -> {
                    standing.put(
                            rs.getObject("about", UUID.class),
                            rs.getBoolean("sent")
                                    ? Standing.SENT
                                    : rs.getBoolean("under_way")
                                            ? Standing.ON_ITS_WAY
                                            : Standing.NOT_SENT);
                });
        return standing;
    }

    /** Whether sending is paused, locked until the transaction ends: one takes mails up at a time. */
    Gate lockGate() {
        return db.sql("select paused_until, why from mail_gate for update")
                .query(Mails::gateRow)
                .single();
    }

    /** Whether sending is paused, and why. */
    public Gate gate() {
        return db.sql("select paused_until, why from mail_gate").query(Mails::gateRow).single();
    }

    void pause(@Nullable Instant until, @Nullable String why) {
        db.sql("update mail_gate set paused_until = :until, why = :why")
                .param("until", until == null ? null : until.atOffset(ZoneOffset.UTC))
                .param("why", cut(why))
                .update();
    }

    /** How many were taken up after {@code since}. */
    int claimedAfter(Instant since) {
        return db.sql("select count(*) from mail where claimed_at > :since")
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(Integer.class)
                .single();
    }

    /** Takes up to {@code limit} mails up, the longest waiting first. */
    List<Mail> claim(UUID worker, int limit, Instant now, Instant leaseUntil) {
        return db.sql(
                        """
                        update mail set state = 'sending', worker = :worker, claimed_at = :now, lease_until = :until, data_at = null
                         where id in (select id from mail where state = 'waiting' and try_after <= :now
                                       order by try_after, id limit :limit for update skip locked)
                        returning *
                        """)
                .param("worker", worker)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("until", leaseUntil.atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .query(Mails::mail)
                .list();
    }

    /** What nobody is at any more: waits again, or, where handing over had begun, is in doubt; how many are in doubt. */
    int sweep(Instant now) {
        db.sql(
                        """
                        update mail set state = 'waiting', worker = null
                         where state = 'sending' and lease_until < :now and data_at is null
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
        // The worker stays: one that was only slow may still say how it ended.
        return db.sql(
                        """
                        update mail set state = 'doubtful', answer = 'broke off while it was handed over'
                         where state = 'sending' and lease_until < :now and data_at is not null
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Whether the mail is still the worker's; its lease begins anew. */
    boolean isStill(UUID worker, long id, Instant leaseUntil) {
        return db.sql(
                                """
                                update mail set lease_until = :until where id = :id and worker = :worker and state = 'sending' and data_at is null
                                """)
                        .param("id", id)
                        .param("worker", worker)
                        .param("until", leaseUntil.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Notes that the text goes to the server now: from here on nobody else sends it by himself. False where it is not the worker's. */
    boolean handOver(UUID worker, long id, String to, Instant now) {
        return db.sql(
                                """
                                update mail set data_at = :now, sent_to = :to
                                 where id = :id and worker = :worker and state = 'sending' and data_at is null
                                """)
                        .param("id", id)
                        .param("worker", worker)
                        .param("to", to)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    void sent(UUID worker, long id, String answer, Instant now) {
        db.sql(
                        """
                        update mail set state = 'sent', sent_at = :now, answer = :answer
                         where id = :id and worker = :worker and data_at is not null and state in ('sending', 'doubtful')
                        """)
                .param("id", id)
                .param("worker", worker)
                .param("answer", cut(answer))
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** What it came to without being sent; {@code again} is null where nobody tries by himself. */
    void end(
            UUID worker,
            long id,
            State state,
            int attempts,
            @Nullable String to,
            @Nullable String answer,
            @Nullable Instant again) {
        db.sql(
                        """
                        update mail set state = :state, attempts = :attempts, answer = :answer, sent_to = coalesce(:to, sent_to),
                                        try_after = coalesce(:again, try_after)
                         where id = :id and worker = :worker and state in ('sending', 'doubtful')
                        """)
                .param("id", id)
                .param("worker", worker)
                .param("state", state.tag())
                .param("attempts", attempts)
                .param("to", to)
                .param("answer", cut(answer))
                .param("again", again == null ? null : again.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Gives back what the worker took up and did not begin to hand over, as if it never had. */
    void release(UUID worker) {
        db.sql(
                        """
                        update mail set state = 'waiting', worker = null, claimed_at = null
                         where worker = :worker and state = 'sending' and data_at is null
                        """)
                .param("worker", worker)
                .update();
    }

    /** The mail, locked until the transaction ends. */
    public Optional<Mail> lock(long id) {
        return db.sql("select * from mail where id = :id for update")
                .param("id", id)
                .query(Mails::mail)
                .optional();
    }

    /** Waits again under the same name, so that who got it before can tell. */
    public void again(long id, Instant now) {
        db.sql(
                        """
                        update mail set state = 'waiting', attempts = 0, try_after = :now, worker = null, data_at = null, answer = null
                         where id = :id
                        """)
                .param("id", id)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Lets all wait again that failed or had no address; how many. */
    public int retry(Instant now) {
        return db.sql(
                        """
                        update mail set state = 'waiting', attempts = 0, try_after = :now, worker = null, data_at = null, answer = null
                         where state in ('failed', 'unaddressed')
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Queues the notice, also where it was queued before. */
    public void queueAnew(Told told, Instant at) {
        db.sql(
                        """
                        insert into mail (message_id, notice, about, copy, recipient_id, queued_at, state, try_after)
                        select gen_random_uuid(), :notice, :about,
                               (select coalesce(max(o.copy) + 1, 0) from mail o where o.notice = :notice and o.about = :about),
                               :recipient, :at, 'waiting', :at
                        """)
                .param("notice", told.notice())
                .param("about", told.about())
                .param("recipient", told.recipient())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Queues the same notice once more, under a name of its own. */
    public void copy(long id, Instant now) {
        db.sql(
                        """
                        insert into mail (message_id, notice, about, copy, recipient_id, queued_at, state, try_after)
                        select gen_random_uuid(), m.notice, m.about,
                               (select max(o.copy) + 1 from mail o where o.notice = m.notice and o.about = m.about),
                               m.recipient_id, :now, 'waiting', :now
                          from mail m where m.id = :id
                        """)
                .param("id", id)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Takes the mail off the queue. */
    public void drop(long id, String why) {
        db.sql("update mail set state = 'dropped', worker = null, answer = :why where id = :id")
                .param("id", id)
                .param("why", cut(why))
                .update();
    }

    /** How many mails stand where; every state is there. */
    public Map<State, Long> count() {
        var counts = new LinkedHashMap<State, Long>();
        for (State state : State.values()) {
            counts.put(state, 0L);
        }
        db.sql("select state, count(*) as mails from mail group by state")
                .query((rs, row) ->
                        counts.put(State.of(rs.getString("state")), rs.getLong("mails")))
                .list();
        return counts;
    }

    /**
     * What did not leave; each counted up to {@link #COUNTED_MAX}.
     *
     * @param oldest since when the one waits that came first; null where none does
     */
    record Backlog(int waiting, int failed, int doubtful, @Nullable Instant oldest) {}

    Backlog backlog() {
        return db.sql(
                        """
                        select (select count(*) from (select from mail where state = 'waiting' limit :max) w) as waiting,
                               (select count(*) from (select from mail where state = 'failed' limit :max) f) as failed,
                               (select count(*) from (select from mail where state = 'doubtful' limit :max) d) as doubtful,
                               (select queued_at from mail where state = 'waiting' order by id limit 1) as oldest
                        """)
                .param("max", COUNTED_MAX)
                .query((rs, row) ->
                        new Backlog(
                                rs.getInt("waiting"),
                                rs.getInt("failed"),
                                rs.getInt("doubtful"),
                                instant(rs, "oldest")))
                .single();
    }

    /** Mails, the newest first, before the mail {@code before}. */
    public List<Mail> list(@Nullable State state, @Nullable Long before, int limit) {
        return db.sql(
                        """
                        select * from mail
                         where (:state::text is null or state = :state) and (:before::bigint is null or id < :before)
                         order by id desc limit :limit
                        """)
                .param("state", state == null ? null : state.tag())
                .param("before", before)
                .param("limit", limit)
                .query(Mails::mail)
                .list();
    }

    /** The mails to one recipient, the newest first. */
    public List<Mail> to(UUID recipient, int limit) {
        return db.sql(
                        "select * from mail where recipient_id = :recipient order by id desc limit :limit")
                .param("recipient", recipient)
                .param("limit", limit)
                .query(Mails::mail)
                .list();
    }

    /** The mails about one thing, the newest first. */
    public List<Mail> about(UUID about, int limit) {
        return db.sql("select * from mail where about = :about order by id desc limit :limit")
                .param("about", about)
                .param("limit", limit)
                .query(Mails::mail)
                .list();
    }

    /** Forgets mails of these notices that were queued before a time and that nobody is at; how many. */
    public int forget(Collection<String> notices, Instant queuedBefore) {
        return db.sql(
                        """
                        delete from mail where notice = any(:notices) and queued_at < :before and state <> 'sending'
                        """)
                .param("notices", notices.toArray(String[]::new))
                .param("before", queuedBefore.atOffset(ZoneOffset.UTC))
                .update();
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= ANSWER_CHARS_MAX
                ? text
                : text.substring(0, ANSWER_CHARS_MAX);
    }

    private static Gate gateRow(ResultSet rs, int row) throws SQLException {
        return new Gate(instant(rs, "paused_until"), rs.getString("why"));
    }

    private static Mail mail(ResultSet rs, int row) throws SQLException {
        return new Mail(
                rs.getLong("id"),
                rs.getObject("message_id", UUID.class),
                rs.getString("notice"),
                rs.getObject("about", UUID.class),
                rs.getObject("recipient_id", UUID.class),
                State.of(rs.getString("state")),
                rs.getInt("attempts"),
                rs.getObject("queued_at", OffsetDateTime.class).toInstant(),
                instant(rs, "sent_at"),
                rs.getString("sent_to"),
                rs.getString("answer"));
    }

    private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
        OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
