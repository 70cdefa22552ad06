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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.abuse.evidence.EvidenceVault;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.eventbus.Changes;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes complaints in, and tells reporters how theirs stands. */
@Service
@EnableConfigurationProperties({IntakeSettings.class, MailboxSettings.class})
public class Intake {
    /** A reporter's clock may be ahead by this much. */
    private static final Duration CLOCK_AHEAD_MAX = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final Reports reports;
    private final Refusals refusals;
    private final Mutes mutes;
    private final CaseOpener cases;
    private final EvidenceVault vault;
    private final Mails mails;
    private final IntakeSettings settings;
    private final Changes changes;
    private final Clock clock;

    Intake(
            Reports reports,
            Refusals refusals,
            Mutes mutes,
            CaseOpener cases,
            EvidenceVault vault,
            Mails mails,
            IntakeSettings settings,
            Changes changes,
            Clock clock) {
        this.reports = reports;
        this.refusals = refusals;
        this.mutes = mutes;
        this.cases = cases;
        this.vault = vault;
        this.mails = mails;
        this.settings = settings;
        this.changes = changes;
        this.clock = clock;
    }

    /**
     * What came in, before anything of it is believed.
     *
     * @param arrival 32 bytes that are the same when the same thing is sent again; null where that cannot be told
     */
    record Submission(
            Category category,
            Reporter reporter,
            @Nullable Prefix address,
            @Nullable Integer port,
            @Nullable Instant observedAt,
            @Nullable String description,
            @Nullable String url,
            List<Attached> evidence,
            Origin origin,
            byte @Nullable [] arrival) {}

    /** A file; {@code onlyHash} where its content is not there, or may not be. */
    record Attached(
            String contentType, byte[] content, Evidence.Claim claim, @Nullable String onlyHash) {
        Attached(String contentType, byte[] content) {
            this(contentType, content, Evidence.Claim.NONE, null);
        }

        Attached(String contentType, byte[] content, Evidence.Claim claim) {
            this(contentType, content, claim, null);
        }

        static Attached onlyHash(String sha256) {
            return new Attached(
                    Evidence.UNKNOWN_TYPE,
                    new byte[0],
                    new Evidence.Claim("sha256:" + sha256, false),
                    sha256);
        }

        private Evidence evidence(Category category) {
            Evidence read = Evidence.of(contentType, content, category, claim);
            return onlyHash == null
                    ? read
                    : new Evidence(read.id(), contentType, onlyHash, 0, false, claim);
        }
    }

    /**
     * What the reporter takes away.
     *
     * @param token shown this once; null where the same was sent before
     */
    record Receipt(ReportId id, @Nullable FollowUpToken token) {}

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
        Instant now = now();
        check(submission, now);
        Category category = submission.category();
        var evidence = new ArrayList<Evidence>();
        for (Attached attached : submission.evidence()) {
            evidence.add(attached.evidence(category));
        }
        boolean muted = category.keepsContent() && mutes.holds(submission.reporter(), now);
        Instant observedAt = submission.observedAt() == null ? now : submission.observedAt();
        var report =
                new Report(
                        new ReportId(UUID.randomUUID()),
                        category,
                        submission.reporter(),
                        submission.address(),
                        submission.port(),
                        observedAt.truncatedTo(ChronoUnit.MICROS),
                        category.keepsContent() ? storable(submission.description()) : null,
                        storable(submission.url()),
                        evidence,
                        now,
                        ReportState.RECEIVED,
                        submission.origin(),
                        muted,
                        List.of());
        FollowUpToken token = FollowUpToken.random();
        byte[] arrival = submission.arrival();
        if (!reports.add(report, token.hash(), arrival)) {
            return new Receipt(reports.arrived(Objects.requireNonNull(arrival)), null);
        }
        changes.tell("reports");
        reports.addEvidence(report);
        var files = new ArrayList<EvidenceVault.Kept>();
        for (int i = 0; i < evidence.size(); i++) {
            if (evidence.get(i).kept()) {
                files.add(
                        new EvidenceVault.Kept(
                                evidence.get(i).id().value(),
                                submission.evidence().get(i).content()));
            }
        }
        vault.keep(category.wire(), files);
        if (!muted) cases.open(report);
        tell(report, evidence);
        log.atInfo().addKeyValue("reportId", report.id()).log("report received");
        return new Receipt(report.id(), token);
    }

    /** What PostgreSQL takes as text: no NUL, and no half of a character that a cut or a hostile document left alone. */
    static @Nullable String storable(@Nullable String text) {
        if (text == null) return null;
        var kept = new StringBuilder(text.length());
        text.codePoints()
                .map(c ->
                        c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                                ? '\ufffd'
                                : c)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /** A mail is answered by one; of what must not wait for a moderator the legal contact learns at once. */
    private void tell(Report report, List<Evidence> evidence) {
        UUID id = report.id().value();
        var told = new ArrayList<Told>();
        if (report.origin().format() == Format.MAIL
                && report.reporter() instanceof Reporter.OfMail) {
            told.add(new Told(ReportLetters.RECEIPT, id, id));
        }
        if (!report.category().keepsContent() && !settings.legalContact().isBlank()) {
            told.add(new Told(ReportLetters.LEGAL, id, id));
        }
        mails.queue(told, report.receivedAt());
    }

    /** Keeps that something was refused, and what it was told; at most once for the same bytes. */
    @Transactional
    void refused(Format format, Reporter reporter, byte[] document, ReportRefused refusal) {
        refusals.add(format, reporter, document, refusal.wrongs(), now());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
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
        if (submission.origin().format() != Format.FORM)
            return; // What is read from a document or a mail is bounded by its reader.
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

    /**
     * Adds to a report what its reporter learned since.
     *
     * @throws ReportNotFound if there is none, or it is somebody else's
     * @throws ReportRefused if nothing of its category may be kept, or there is no room for more
     */
    @Transactional
    void add(ReportId id, @Nullable FollowUpToken token, @Nullable MemberId member, String text) {
        followUp(id, token, member);
        Report report = reports.lock(List.of(id)).getFirst();
        if (!report.category().keepsContent()) {
            throw new ReportRefused("text", "of this category nothing but hash and URL is kept");
        }
        if (report.additions().size() >= Addition.COUNT_MAX) {
            throw new ReportRefused("text", Addition.COUNT_MAX + " additions at most");
        }
        reports.addAddition(id, new Addition(Objects.requireNonNull(storable(text)), now()));
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

    /** Whether a file came with a report. */
    public boolean has(ReportId report, EvidenceId evidence) {
        return reports.find(report).stream()
                .flatMap(found -> found.evidence().stream())
                .anyMatch(file -> file.id().equals(evidence));
    }

    /** Which report each of these files came with. */
    public Map<UUID, ReportId> reportsOf(Collection<UUID> files) {
        return reports.ofFiles(files);
    }

    /** Lets reporters see that their case went on. Reports that may not go to {@code state} stay as they are. */
    @Transactional
    public void advance(Collection<ReportId> ids, ReportState state) {
        for (Report report : reports.lock(ids)) {
            if (state.mayFollow(report.state())) {
                reports.setState(report.id(), state);
                tellOutcome(report, state);
            }
        }
    }

    /** Who left an address learns by mail what came of it, and if it was turned around later. */
    private void tellOutcome(Report report, ReportState state) {
        if (!(report.reporter() instanceof Reporter.OfMail)) return;
        UUID id = report.id().value();
        switch (state) {
            case RECEIVED, UNDER_REVIEW -> {}
            case UPHELD, DISMISSED ->
                    mails.queue(List.of(new Told(ReportLetters.OUTCOME, id, id)), now());
            case OVERTURNED ->
                    mails.queue(List.of(new Told(ReportLetters.OVERTURNED, id, id)), now());
        }
    }
}
