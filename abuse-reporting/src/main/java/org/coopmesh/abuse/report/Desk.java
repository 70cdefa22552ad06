package org.coopmesh.abuse.report;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What moderators do about reporters: partners get keys, who abuses reporting is muted. Each step says who did it and stays. */
@Service
class Desk {
    static final Duration MUTE_MAX = Duration.ofDays(366);

    private static final Logger log = LoggerFactory.getLogger(Desk.class);

    private final Partners partners;
    private final Mutes mutes;
    private final Refusals refusals;
    private final Reports reports;
    private final Clock clock;

    Desk(Partners partners, Mutes mutes, Refusals refusals, Reports reports, Clock clock) {
        this.partners = partners;
        this.mutes = mutes;
        this.refusals = refusals;
        this.reports = reports;
        this.clock = clock;
    }

    /** A partner and the key that is shown this once. */
    record Admitted(Partner partner, PartnerKey key) {}

    @Transactional
    Admitted admit(String name, boolean trusted, int reportsPerHour, UUID by) {
        var partner =
                new Partner(
                        new PartnerId(UUID.randomUUID()),
                        name,
                        trusted,
                        reportsPerHour,
                        by,
                        now(),
                        null);
        PartnerKey key = PartnerKey.random();
        partners.add(partner, key.hash());
        log.atInfo().addKeyValue("partnerId", partner.id()).log("partner admitted");
        return new Admitted(partner, key);
    }

    List<Partner> partners(int limit) {
        return partners.list(limit);
    }

    /**
     * The key of a partner counts no more.
     *
     * @throws ReportNotFound if there is no such partner, or it ended before
     */
    @Transactional
    void end(PartnerId partner, UUID by) {
        if (!partners.end(partner, by, now())) throw new ReportNotFound();
    }

    /**
     * What the reporter of this report sends is kept from now on and opens no case. What must not wait, {@code child_safety}, is not held back.
     *
     * @throws ReportNotFound if there is no such report
     * @throws ReportRefused if nobody put a name to it, or {@code until} is not within a year from now
     */
    @Transactional
    Mutes.Mute mute(ReportId id, String reason, Instant until, UUID by) {
        Report report = reports.find(id).orElseThrow(ReportNotFound::new);
        Instant now = now();
        if (!until.isAfter(now) || until.isAfter(now.plus(MUTE_MAX))) {
            throw new ReportRefused("until", "lies within the next " + MUTE_MAX.toDays() + " days");
        }
        var mute =
                new Mutes.Mute(
                        UUID.randomUUID(),
                        id.value(),
                        report.reporter().kind(),
                        reason,
                        by,
                        now,
                        until.truncatedTo(ChronoUnit.MICROS),
                        null);
        if (!mutes.add(report, mute)) {
            throw new ReportRefused("id", "nobody put a name to this report; limits hold for them");
        }
        log.atInfo().addKeyValue("muteId", mute.id()).log("reporter muted");
        return mute;
    }

    /** @throws ReportNotFound if there is no such mute, or it was lifted before */
    @Transactional
    void lift(UUID mute, String reason, UUID by) {
        if (!mutes.lift(mute, by, reason, now())) throw new ReportNotFound();
    }

    List<Mutes.Mute> mutes(int limit) {
        return mutes.list(limit);
    }

    List<Refusals.Refusal> refusals(@Nullable Long before, int limit) {
        return refusals.list(before, limit);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
