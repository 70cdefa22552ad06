package org.coopmesh.abuse.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes complaints in, and tells reporters how theirs stands. */
@Service
@EnableConfigurationProperties(IntakeSettings.class)
public class Intake {
    /** A reporter's clock may be ahead by this much. */
    private static final Duration CLOCK_AHEAD_MAX = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final Reports reports;
    private final CaseOpener cases;
    private final IntakeSettings settings;
    private final Clock clock;

    Intake(Reports reports, CaseOpener cases, IntakeSettings settings, Clock clock) {
        this.reports = reports;
        this.cases = cases;
        this.settings = settings;
        this.clock = clock;
    }

    /** What came in, before anything of it is believed. */
    record Submission(
            Category category,
            Reporter reporter,
            @Nullable Prefix address,
            @Nullable Integer port,
            @Nullable Instant observedAt,
            @Nullable String description,
            @Nullable String url,
            List<Attached> evidence) {}

    record Attached(String contentType, byte[] content) {}

    /** What the reporter takes away; the token is shown this once. */
    record Receipt(ReportId id, FollowUpToken token) {}

    /**
     * Keeps a complaint and hands it on to a case. Of what the law forbids to keep, hash and URL are all that is written.
     *
     * @throws ReportRefused if it says too little or too much
     */
    @Transactional
    Receipt receive(Submission submission) {
        String url = submission.url();
        if (url != null && url.startsWith(Report.LINK_SCHEME)) {
            throw new ReportRefused("url", "of links only the meter speaks");
        }
        return keep(submission);
    }

    /** The same for what the meter found. */
    @Transactional
    Receipt receiveOfMeter(Submission submission) {
        return keep(submission);
    }

    private Receipt keep(Submission submission) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        check(submission, now);
        Category category = submission.category();
        var evidence = new ArrayList<Evidence>();
        for (Attached attached : submission.evidence()) {
            evidence.add(Evidence.of(attached.contentType(), attached.content(), category));
        }
        Instant observedAt = submission.observedAt() == null ? now : submission.observedAt();
        var report =
                new Report(
                        new ReportId(UUID.randomUUID()),
                        category,
                        submission.reporter(),
                        submission.address(),
                        submission.port(),
                        observedAt.truncatedTo(ChronoUnit.MICROS),
                        category.keepsContent() ? submission.description() : null,
                        submission.url(),
                        evidence,
                        now,
                        ReportState.RECEIVED);
        FollowUpToken token = FollowUpToken.random();
        reports.add(report, token.hash());
        for (int i = 0; i < evidence.size(); i++) {
            byte[] content =
                    category.keepsContent() ? submission.evidence().get(i).content() : null;
            reports.addEvidence(report, evidence.get(i), content);
        }
        cases.open(report);
        log.atInfo().addKeyValue("reportId", report.id()).log("report received");
        return new Receipt(report.id(), token);
    }

    private void check(Submission submission, Instant now) {
        if (submission.category().keepsContent()
                && (submission.description() == null || submission.description().isBlank())) {
            throw new ReportRefused("description", "say what happened");
        }
        if (!submission.category().keepsContent()
                && submission.address() == null
                && submission.url() == null
                && submission.evidence().isEmpty()) {
            throw new ReportRefused("url", "say where: a URL, an address or a file to hash");
        }
        Instant observedAt = submission.observedAt();
        if (observedAt != null && observedAt.isAfter(now.plus(CLOCK_AHEAD_MAX))) {
            throw new ReportRefused("observedAt", "lies in the future");
        }
        if (submission.url() != null && !isWebAddress(submission.url())) {
            throw new ReportRefused("url", "not a URL");
        }
        if (submission.evidence().size() > settings.evidenceCountMax()) {
            throw new ReportRefused("evidence", settings.evidenceCountMax() + " files at most");
        }
        for (Attached attached : submission.evidence()) {
            if (attached.content().length > settings.evidenceMax().toBytes()) {
                throw new ReportRefused(
                        "evidence", "one file has " + settings.evidenceMax() + " at most");
            }
        }
    }

    private static boolean isWebAddress(String text) {
        try {
            URI uri = new URI(text);
            return uri.isAbsolute() && uri.getScheme() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /**
     * How a report stands, for whoever has its token or sent it signed in.
     *
     * @throws ReportNotFound if there is none, or it is somebody else's
     */
    Report followUp(ReportId id, @Nullable FollowUpToken token, @Nullable MemberId member) {
        Report report = reports.find(id).orElseThrow(ReportNotFound::new);
        boolean byToken = token != null && reports.tokenHash(id).filter(token::matches).isPresent();
        boolean own =
                member != null
                        && report.reporter() instanceof Reporter.OfMember of
                        && of.member().equals(member);
        if (!byToken && !own) {
            throw new ReportNotFound();
        }
        return report;
    }

    /** A member's own reports, newest first; at most {@code limit}. */
    List<Report> of(MemberId member, int limit) {
        return reports.of(member, limit);
    }

    /** What these members sent in, signed in. */
    public Set<ReportId> reportedBy(Set<MemberId> members) {
        return reports.by(members);
    }

    /** What the meter complained of links that end at one of these nodes. */
    public Set<ReportId> aboutLinksOf(Set<NodeId> nodes) {
        return reports.aboutLinksOf(nodes);
    }

    /** The reports with these ids, oldest first. */
    public List<Report> find(Collection<ReportId> ids) {
        return reports.find(ids);
    }

    /** The bytes of a file, if they were kept; for a moderator to save, never to show. */
    public Optional<byte[]> content(ReportId report, EvidenceId evidence) {
        return reports.content(report, evidence);
    }

    /** Lets reporters see that their case went on. Reports that may not go to {@code state} stay as they are. */
    @Transactional
    public void advance(Collection<ReportId> ids, ReportState state) {
        for (Report report : reports.lock(ids)) {
            if (state.mayFollow(report.state())) {
                reports.setState(report.id(), state);
            }
        }
    }
}
