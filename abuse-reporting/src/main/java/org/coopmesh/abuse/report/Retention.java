package org.coopmesh.abuse.report;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.evidence.EvidenceVault;
import org.coopmesh.mail.Mails;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Has erased what reports of long closed cases said: files, words, and where an outsider is written to. Goes through them in order
 * and remembers how far it is; a restart goes through them again and finds nothing left to erase. A muted report has no case: its
 * time runs from when it came.
 */
@Component
class Retention {
    private static final int BATCH = 200;
    private static final UUID FIRST = new UUID(0, 0);

    private final Reports reports;
    private final CaseCalendar calendar;
    private final EvidenceVault vault;
    private final Mails mails;
    private Instant reached = Instant.EPOCH;
    private UUID reachedReport = FIRST;

    Retention(Reports reports, CaseCalendar calendar, EvidenceVault vault, Mails mails) {
        this.reports = reports;
        this.calendar = calendar;
        this.vault = vault;
        this.mails = mails;
    }

    @Scheduled(fixedDelayString = "${coopmesh.evidence.check-interval}")
    void eraseOver() {
        // The queue of letters names where each went.
        mails.forget(
                Set.of(ReportLetters.RECEIPT, ReportLetters.OUTCOME, ReportLetters.OVERTURNED),
                vault.closedBefore());
        erase(reports.mutedWithWords(vault.closedBefore(), BATCH));
        List<CaseCalendar.Closed> over =
                calendar.closed(reached, reachedReport, vault.closedBefore(), BATCH);
        if (over.isEmpty()) return;
        erase(over.stream().map(CaseCalendar.Closed::report).toList());
        reached = over.getLast().closedAt();
        reachedReport = over.getLast().report().value();
    }

    private void erase(List<ReportId> over) {
        if (over.isEmpty()) return;
        vault.eraseOver(reports.files(over));
        reports.eraseWords(over);
    }
}
