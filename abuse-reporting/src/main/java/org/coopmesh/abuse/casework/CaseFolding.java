package org.coopmesh.abuse.casework;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.report.CaseOpener;
import org.coopmesh.abuse.report.Report;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Opens a case for a report, or folds the report into one of the same category about the same subject that was opened
 * lately and is not decided yet. Apart from {@link Casework} because the intake needs it and casework needs the intake.
 */
@Component
@EnableConfigurationProperties(CaseworkSettings.class)
class CaseFolding implements CaseOpener {
    private static final Logger log = LoggerFactory.getLogger(CaseFolding.class);

    private final Cases cases;
    private final SubjectRegister subjects;
    private final CaseworkSettings settings;

    CaseFolding(Cases cases, SubjectRegister subjects, CaseworkSettings settings) {
        this.cases = cases;
        this.subjects = subjects;
        this.settings = settings;
    }

    @Override
    public void open(Report report) {
        Instant now = report.receivedAt();
        Optional<String> key = subjectKey(report);
        Optional<CaseId> open = Optional.empty();
        if (key.isPresent()) {
            cases.serialise(report.category(), key.get());
            open =
                    cases.undecided(
                            report.category(),
                            key.get(),
                            report.goesOn() ? Instant.EPOCH : now.minus(settings.foldWithin()));
        }
        CaseId id = open.orElseGet(() -> openFor(report, key, now));
        cases.addReport(id, report.id(), now);
    }

    private CaseId openFor(Report report, Optional<String> key, Instant now) {
        CaseId id = new CaseId(UUID.randomUUID());
        cases.add(
                id,
                report,
                key.orElse(null),
                now,
                now.plus(settings.decideWithin(report.category())));
        log.atInfo()
                .addKeyValue("caseId", id)
                .addKeyValue("category", report.category().wire())
                .log("case opened");
        return id;
    }

    /**
     * What makes two reports one case: the attachment that held the address then, else the address, else the page complained
     * of. A report that names none of them stands alone.
     */
    private Optional<String> subjectKey(Report report) {
        var address = report.address();
        if (address != null) {
            return Optional.of(
                    subjects.attachment(address, report.port(), report.observedAt())
                            .map(attachment -> "attachment " + attachment)
                            .orElse("address " + address));
        }
        return Optional.ofNullable(report.url()).map(url -> "url " + sha256(url));
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
