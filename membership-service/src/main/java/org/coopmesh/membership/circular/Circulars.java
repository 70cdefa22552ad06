package org.coopmesh.membership.circular;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailWriter;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.Person;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Letters to many members: each goes to everybody who is meant by it at that moment, once, as a mail of their own. */
@Component
public class Circulars implements MailWriter {
    /** Whoever gets more reads none. */
    static final int PER_DAY_MAX = 5;

    private static final Duration DAY = Duration.ofDays(1);
    private static final String NOTICE = "circular";

    private final CircularTable table;
    private final Membership membership;
    private final Mails mails;
    private final Clock clock;

    Circulars(CircularTable table, Membership membership, Mails mails, Clock clock) {
        this.table = table;
        this.membership = membership;
        this.mails = mails;
        this.clock = clock;
    }

    /**
     * How far a letter has come.
     *
     * @param sent taken by a mail server
     * @param notSent refused, in doubt, or for somebody who has left meanwhile
     */
    record Progress(int recipients, int waiting, int sent, int notSent) {}

    /** How many a letter would reach. */
    int reach(String label, String zone) {
        return membership.reachable(label, zone).size();
    }

    /**
     * Sends {@code circular}; the same again under its number sends nothing.
     *
     * @param chosen whom it is for, as many as its audience says
     * @throws CircularRefused if its number stands for another letter, it would reach nobody, or today's letters are sent
     */
    @Transactional
    Circular send(Circular circular, Set<MemberId> chosen) {
        table.lock();
        Optional<Circular> before = table.find(circular.id());
        if (before.isPresent()) {
            if (before.get().saysWhat(circular) && wentTo(chosen, circular.id())) {
                return before.get();
            }
            throw new CircularRefused("circular-differs", "another letter has this number");
        }
        Instant now = circular.at();
        if (table.sentAfter(now.minus(DAY)) >= PER_DAY_MAX) {
            throw new CircularRefused(
                    "too-many-circulars",
                    "at most %d letters to many in 24 hours".formatted(PER_DAY_MAX));
        }
        List<MemberId> to =
                chosen.isEmpty()
                        ? membership.reachable(circular.to().label(), circular.to().zone())
                        : membership.reachable(chosen);
        if (to.isEmpty()) {
            throw new CircularRefused(
                    "reaches-nobody",
                    chosen.isEmpty()
                            ? "nobody has this label in this zone"
                            : "none of those chosen belongs");
        }
        mails.queue(
                table.add(circular, to).stream()
                        .map(line -> new Told(NOTICE, line.id(), line.member().value()))
                        .toList(),
                now);
        return circular;
    }

    /** Whoever could not be reached, or was erased since, has no line. */
    private boolean wentTo(Set<MemberId> chosen, UUID id) {
        return chosen.isEmpty()
                || chosen.containsAll(
                        table.recipients(id).stream()
                                .map(CircularTable.Recipient::member)
                                .toList());
    }

    Instant now() {
        return clock.instant();
    }

    Optional<Circular> find(UUID id) {
        return table.find(id);
    }

    List<Circular> page(CircularTable.@Nullable Cursor after, int limit) {
        return table.page(after, limit);
    }

    @Transactional(readOnly = true)
    Progress progress(UUID id) {
        List<UUID> lines = table.recipients(id).stream().map(CircularTable.Recipient::id).toList();
        Map<UUID, Mails.Standing> standing = mails.standing(NOTICE, lines);
        int sent = 0;
        int waiting = 0;
        for (Mails.Standing each : standing.values()) {
            if (each == Mails.Standing.SENT) sent++;
            if (each == Mails.Standing.ON_ITS_WAY) waiting++;
        }
        return new Progress(lines.size(), waiting, sent, lines.size() - sent - waiting);
    }

    @Override
    public Set<String> writes() {
        return Set.of(NOTICE);
    }

    @Override
    public Written write(Mail mail) {
        Optional<Circular> circular = table.ofRecipient(mail.about());
        Optional<Person> person = membership.reachable(new MemberId(mail.recipient()));
        if (circular.isEmpty() || person.isEmpty()) return new Written.Nothing();
        return new Written.Ready(
                person.get().email(),
                circular.get().language(),
                circular.get().subject(),
                circular.get().text(),
                null);
    }
}
