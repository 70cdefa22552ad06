package org.coopmesh.abuse.casework;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.casework.Case.UnderReview;
import org.coopmesh.abuse.evidence.EvidenceVault;
import org.coopmesh.abuse.report.Intake;
import org.coopmesh.abuse.report.ReportId;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.abuse.subject.SubjectRegister.PastLookUp;
import org.coopmesh.abuse.subject.SubjectRegister.WaitingLookUp;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Who looked a person up or opened a file, in which case and why; what the reader stands too near to is left out. */
@Service
class Oversight {
    private final Casework casework;
    private final Cases cases;
    private final Intake intake;
    private final SubjectRegister subjects;
    private final EvidenceVault vault;

    Oversight(
            Casework casework,
            Cases cases,
            Intake intake,
            SubjectRegister subjects,
            EvidenceVault vault) {
        this.casework = casework;
        this.cases = cases;
        this.intake = intake;
        this.subjects = subjects;
        this.vault = vault;
    }

    /** A look-up that waits, and its case. */
    record Waiting(WaitingLookUp lookUp, Matter matter) {}

    /** A look-up that was made, and its case. */
    record Past(PastLookUp lookUp, Matter matter) {}

    /** That somebody looked into a file; its case is null where it came with a report that opened none. */
    record Look(EvidenceVault.Look look, @Nullable Matter matter) {}

    /** What waits for a second moderator, oldest first: of cases that are still in the hand of who asked. */
    List<Waiting> waiting(int limit, MemberId reader) {
        var known = new HashMap<CaseId, Optional<Case>>();
        return subjects.waitingLookUps(limit).stream()
                .flatMap(one ->
                        readable(known, one.caseId(), reader)
                                .filter(of ->
                                        of instanceof UnderReview held
                                                && held.moderator().equals(one.moderator()))
                                .map(of -> new Waiting(one, of.matter()))
                                .stream())
                .toList();
    }

    /** What the reader may see of a page, and where the next one begins; null after the last. */
    record Page<T>(List<T> items, @Nullable String next) {}

    /** What was looked up before {@code before}, newest first. */
    Page<Past> past(Instant before, int limit, MemberId reader) {
        var known = new HashMap<CaseId, Optional<Case>>();
        List<PastLookUp> all = subjects.lookUps(before, limit);
        return new Page<>(
                all.stream()
                        .flatMap(one ->
                                readable(known, one.caseId(), reader)
                                        .map(of -> new Past(one, of.matter()))
                                        .stream())
                        .toList(),
                all.size() < limit ? null : all.getLast().at().toString());
    }

    /** Who looked into which file, below the number {@code before}, newest first. */
    Page<Look> looks(long before, int limit, MemberId reader) {
        var known = new HashMap<CaseId, Optional<Case>>();
        List<EvidenceVault.Look> looks = vault.looks(before, limit);
        Map<UUID, ReportId> reports =
                intake.reportsOf(looks.stream().map(EvidenceVault.Look::file).toList());
        Map<ReportId, CaseId> in = cases.casesOf(reports.values());
        List<Look> readable =
                looks.stream()
                        .flatMap(one -> {
                            ReportId report = reports.get(one.file());
                            CaseId id = report == null ? null : in.get(report);
                            return id == null
                                    ? Optional.of(new Look(one, null)).stream()
                                    : readable(known, id, reader)
                                            .map(of -> new Look(one, of.matter()))
                                            .stream();
                        })
                        .toList();
        return new Page<>(
                readable, looks.size() < limit ? null : Long.toString(looks.getLast().number()));
    }

    private Optional<Case> readable(Map<CaseId, Optional<Case>> known, CaseId id, MemberId reader) {
        return known.computeIfAbsent(
                id, of -> casework.isTooNear(of, reader) ? Optional.empty() : cases.find(of));
    }
}
