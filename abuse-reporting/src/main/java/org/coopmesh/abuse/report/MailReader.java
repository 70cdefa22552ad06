package org.coopmesh.abuse.report;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.coopmesh.abuse.report.Intake.Attached;
import org.coopmesh.abuse.report.Intake.Submission;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * Says what a mail to the abuse address reports: a feedback report (RFC 5965), XARF 4, X-ARF, or what somebody wrote. What claims to be a format and is not is read as
 * what somebody wrote. Never throws, whatever it is given.
 */
final class MailReader {
    static final String MAIL_TYPE = "message/rfc822";

    private static final int DESCRIPTION_LENGTH_MAX = 10_000;
    private static final int FIELDS_MAX = 200;
    private static final Duration CLOCK_AHEAD_MAX = Duration.ofMinutes(5);
    private static final Set<String> ONCE =
            Set.of(
                    "feedback-type",
                    "user-agent",
                    "version",
                    "original-envelope-id",
                    "original-mail-from",
                    "arrival-date",
                    "received-date",
                    "reporting-mta",
                    "source-ip",
                    "incidents");

    private MailReader() {}

    /**
     * What is in a mail.
     *
     * @param refusal why what claims to be XARF is not; it was read as a mail then
     */
    record Letter(Submission submission, @Nullable ReportRefused refusal) {}

    /** @param arrival the same for the same mail */
    static Letter read(byte[] bytes, Reporter reporter, byte[] arrival, Instant now) {
        Mime mail = Mime.read(bytes);
        ReportRefused refusal = null;
        Optional<byte[]> xarf = xarfDocument(mail);
        if (xarf.isPresent()) {
            try {
                XarfReader.Xarf read = XarfReader.read(xarf.get());
                if (!read.observedAt().isAfter(now.plus(CLOCK_AHEAD_MAX))) {
                    return new Letter(xarf(read, bytes, reporter, arrival), null);
                }
                refusal = new ReportRefused("timestamp", "lies in the future");
            } catch (ReportRefused e) {
                refusal = e;
            }
        }
        Submission submission =
                feedback(mail, bytes, reporter, arrival, now)
                        .or(() -> olderXarf(mail, bytes, reporter, arrival, now))
                        .orElseGet(() -> plain(mail, bytes, reporter, arrival));
        return new Letter(submission, refusal);
    }

    private static Optional<byte[]> xarfDocument(Mime mail) {
        for (Mime part : mail.all()) {
            boolean json = part.type().equals("application/json") || part.type().endsWith("+json");
            if (!json || !part.parts().isEmpty()) continue;
            byte[] content = part.content();
            if (new String(content, StandardCharsets.UTF_8).contains("\"xarf_version\"")) {
                return Optional.of(content);
            }
        }
        return Optional.empty();
    }

    private static Submission xarf(
            XarfReader.Xarf read, byte[] bytes, Reporter reporter, byte[] arrival) {
        var files = new ArrayList<Attached>();
        if (read.type().ours().keepsContent()) files.add(new Attached(MAIL_TYPE, bytes));
        files.addAll(read.evidence());
        return new Submission(
                read.type().ours(),
                reporter,
                read.address(),
                read.port(),
                read.observedAt(),
                read.description(),
                read.url(),
                files,
                new Origin(Format.XARF_MAIL, read.type().wire(), read.reference()),
                arrival);
    }

    private static Optional<Submission> feedback(
            Mime mail, byte[] bytes, Reporter reporter, byte[] arrival, Instant now) {
        if (!mail.type().equals("multipart/report")) return Optional.empty();
        Optional<Mime> report =
                mail.parts().stream()
                        .filter(part -> part.type().equals("message/feedback-report"))
                        .findFirst();
        if (report.isEmpty()) return Optional.empty();
        Map<String, List<String>> fields = fields(report.get().text());
        for (String needed : new String[] {"feedback-type", "user-agent", "version"}) {
            if (!fields.containsKey(needed)) return Optional.empty();
        }
        for (String once : ONCE) {
            if (fields.getOrDefault(once, List.of()).size() > 1) return Optional.empty();
        }
        String kind = first(fields, "feedback-type").toLowerCase(Locale.ROOT);
        Category category =
                switch (kind) {
                    case "abuse", "opt-out" -> Category.SPAM;
                    case "fraud", "auth-failure" -> Category.FRAUD;
                    case "virus" -> Category.MALWARE;
                    default -> Category.OTHER; // other, not-spam, and what comes to be registered.
                };
        String when = first(fields, "arrival-date") + first(fields, "received-date");
        String words =
                mail.parts().getFirst() == report.get() ? "" : mail.parts().getFirst().text();
        var files = new ArrayList<Attached>();
        files.add(new Attached(MAIL_TYPE, bytes));
        mail.parts().stream()
                .filter(part ->
                        part.type().equals(MAIL_TYPE) || part.type().equals("text/rfc822-headers"))
                .findFirst()
                .ifPresent(part -> files.add(new Attached(part.type(), part.content())));
        return Optional.of(
                new Submission(
                        category,
                        reporter,
                        address(first(fields, "source-ip")),
                        null,
                        past(date(when), now),
                        cut(
                                "Feedback report: "
                                        + kind
                                        + "\n\n"
                                        + words.strip()
                                        + "\n\n"
                                        + told(fields)),
                        url(fields.getOrDefault("reported-uri", List.of())),
                        files,
                        origin(Format.ARF, kind, mail),
                        arrival));
    }

    /** X-ARF before XARF: a list of fields in the second part of the mail. */
    private static Optional<Submission> olderXarf(
            Mime mail, byte[] bytes, Reporter reporter, byte[] arrival, Instant now) {
        if (mail.header("x-xarf").isEmpty() && mail.header("x-arf").isEmpty()) {
            return Optional.empty();
        }
        for (Mime part : mail.parts()) {
            if (!part.type().equals("text/plain")) continue;
            Map<String, List<String>> fields = fields(part.text());
            if (!fields.containsKey("source") || !fields.containsKey("category")) continue;
            String kind = first(fields, "category") + "/" + first(fields, "report-type");
            String source = first(fields, "source");
            Category category =
                    switch (first(fields, "report-type").toLowerCase(Locale.ROOT)) {
                        case "login-attack", "portscan", "port-scan" -> Category.INTRUSION;
                        case "spam" -> Category.SPAM;
                        case "phishing", "fraud" -> Category.FRAUD;
                        case "malware-attack", "malware", "virus" -> Category.MALWARE;
                        case "copyright", "copyright-infringement" -> Category.COPYRIGHT;
                        default -> Category.OTHER;
                    };
            return Optional.of(
                    new Submission(
                            category,
                            reporter,
                            address(source),
                            port(first(fields, "port")),
                            past(date(first(fields, "date")), now),
                            cut(
                                    "X-ARF: "
                                            + kind
                                            + "\n\n"
                                            + mail.parts().getFirst().text().strip()
                                            + "\n\n"
                                            + told(fields)),
                            url(List.of(source)),
                            List.of(new Attached(MAIL_TYPE, bytes)),
                            origin(Format.XARF_MAIL, kind.toLowerCase(Locale.ROOT), mail),
                            arrival));
        }
        return Optional.empty();
    }

    private static Submission plain(Mime mail, byte[] bytes, Reporter reporter, byte[] arrival) {
        String words =
                mail.all().stream()
                        .filter(part -> part.parts().isEmpty() && part.type().equals("text/plain"))
                        .map(Mime::text)
                        .filter(text -> !text.isBlank())
                        .findFirst()
                        .orElse("The mail has no plain text. It is kept as it came.");
        String subject = mail.words("subject");
        return new Submission(
                Category.OTHER,
                reporter,
                null,
                null,
                null,
                cut((subject.isEmpty() ? "" : "Subject: " + subject + "\n\n") + words.strip()),
                null,
                List.of(new Attached(MAIL_TYPE, bytes)),
                origin(Format.MAIL, null, mail),
                arrival);
    }

    private static Origin origin(Format format, @Nullable String kind, Mime mail) {
        String reference = mail.header("message-id").orElse("");
        return new Origin(
                format,
                kind == null
                        ? null
                        : kind.substring(0, Math.min(kind.length(), Origin.KIND_LENGTH_MAX)),
                reference.isEmpty() || reference.length() > Origin.REFERENCE_LENGTH_MAX
                        ? null
                        : reference);
    }

    /** {@code Name: value} lines, names in lower case; a line that begins with a blank goes on with the one before. */
    private static Map<String, List<String>> fields(String text) {
        var fields = new TreeMap<String, List<String>>();
        int count = 0;
        for (String line : text.replaceAll("\n[ \t]+", " ").split("\n")) {
            int colon = line.indexOf(':');
            if (colon < 1 || colon > 60 || ++count > FIELDS_MAX) continue;
            fields.computeIfAbsent(
                            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                            name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return fields;
    }

    private static String told(Map<String, List<String>> fields) {
        var told = new StringBuilder();
        fields.forEach((name, values) ->
                values.forEach(value -> told.append(name).append(": ").append(value).append('\n')));
        return told.toString();
    }

    private static String first(Map<String, List<String>> fields, String name) {
        List<String> all = fields.getOrDefault(name, List.of());
        return all.isEmpty() ? "" : all.getFirst();
    }

    private static @Nullable Prefix address(String text) {
        String bare = text.replaceAll("[\\[\\]<> ]", "");
        return Rule.isAddress(bare) ? Prefix.address(bare) : null;
    }

    private static @Nullable Integer port(String text) {
        if (!text.matches("\\d{1,5}")) return null;
        int port = Integer.parseInt(text);
        return port >= 1 && port <= 65_535 ? port : null;
    }

    private static @Nullable String url(List<String> candidates) {
        return candidates.stream()
                .map(text -> text.replaceAll("[<> ]", ""))
                .filter(text -> text.length() <= 2_000 && Rule.isUri(text))
                .filter(text -> !text.startsWith(Report.LINK_SCHEME))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Instant date(String text) {
        String plain = text.replaceAll("\\([^)]*\\)", "").strip();
        try {
            return ZonedDateTime.parse(plain, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException other) {
            try {
                return OffsetDateTime.parse(plain).toInstant();
            } catch (DateTimeException unreadable) {
                return null;
            }
        }
    }

    /** A clock that is wrong says nothing; and what lies before computers sent mail neither. */
    private static @Nullable Instant past(@Nullable Instant at, Instant now) {
        return at == null || at.isAfter(now.plus(CLOCK_AHEAD_MAX)) || at.isBefore(Instant.EPOCH)
                ? null
                : at;
    }

    private static String cut(String text) {
        return text.length() <= DESCRIPTION_LENGTH_MAX
                ? text
                : text.substring(0, DESCRIPTION_LENGTH_MAX - 1) + "…";
    }
}
