package org.coopmesh.abuse.transparency;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.abuse.transparency.Entries.Fact;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.PublicReport.Cell;
import org.coopmesh.abuse.transparency.PublicReport.Decided;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Publishes what the co-op did, quarter by quarter, once each is over: a report that grew from day to day would tell by its
 * differences what it leaves out. The log keeps the report's hash, so none is drawn up anew later.
 */
@Service
class Reporting {
    /** By then everything of the period has its place in the log. */
    private static final Duration SETTLED_AFTER = Duration.ofHours(1);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Entries entries;
    private final TransparencyLog log;
    private final Clock clock;

    Reporting(Entries entries, TransparencyLog log, Clock clock) {
        this.entries = entries;
        this.log = log;
        this.clock = clock;
    }

    /** Publishes every period that is over and not published. On several replicas one does. */
    @Scheduled(fixedDelayString = "${coopmesh.transparency.report-interval:PT1H}")
    @Transactional
    void publishDue() {
        Instant now = clock.instant();
        LocalDate settled = now.minus(SETTLED_AFTER).atOffset(ZoneOffset.UTC).toLocalDate();
        Optional<LocalDate> firstDay = entries.firstDay();
        if (firstDay.isEmpty() || entries.isAnyWaiting()) {
            return;
        }
        List<String> published = entries.periods();
        for (Period period = Period.of(firstDay.get());
                !period.end().isAfter(settled);
                period = period.next()) {
            if (published.contains(period.toString())) {
                continue;
            }
            String body = JSON.writeValueAsString(draw(period));
            if (entries.addReport(period.toString(), body, now)) {
                String hash = Hash.sha256(body.getBytes(StandardCharsets.UTF_8)).hex();
                log.append(
                        new LogFact(
                                Kind.REPORT_PUBLISHED,
                                period.toString(),
                                Map.of("period", period.toString(), "sha256", hash),
                                Map.of()));
            }
        }
    }

    /** Newest first. */
    @Transactional(readOnly = true)
    List<String> periods() {
        return entries.periods();
    }

    /** The report as published, JSON; its SHA-256 stands in the log. */
    @Transactional(readOnly = true)
    Optional<String> report(Period period) {
        return entries.report(period.toString());
    }

    /** The same as a table: what, which, how many; an empty count is one that is not told. */
    @Transactional(readOnly = true)
    Optional<String> csv(Period period) {
        return entries.report(period.toString())
                .map(body -> JSON.readValue(body, PublicReport.class))
                .map(Reporting::csv);
    }

    /** Statements of reasons in the shape of the EU's DSA Transparency Database; empty before the period is published. */
    @Transactional(readOnly = true)
    Optional<List<Statement>> statements(Period period) {
        return entries.report(period.toString())
                .map(body -> JSON.readValue(body, PublicReport.class))
                .map(report -> Statement.of(period, report.tellable(decisions(period))));
    }

    private PublicReport draw(Period period) {
        var counts = new EnumMap<Kind, Long>(Kind.class);
        for (Fact fact : entries.facts(period.first(), period.end())) {
            counts.merge(kind(fact), 1L, Long::sum);
        }
        return PublicReport.of(period, counts, decisions(period));
    }

    private List<Decided> decisions(Period period) {
        var decisions = new ArrayList<Decided>();
        for (Fact fact : entries.facts(period.first(), period.end())) {
            Kind kind = kind(fact);
            if (kind == Kind.DECISION_UPHELD || kind == Kind.DECISION_DISMISSED) {
                JsonNode sealed = JSON.readTree(fact.sealed());
                String measures = sealed.path("measures").asString("");
                decisions.add(
                        new Decided(
                                kind == Kind.DECISION_UPHELD,
                                sealed.path("category").asString("other"),
                                measures.isEmpty() ? List.of() : List.of(measures.split(" ")),
                                Long.parseLong(sealed.path("hours").asString("0"))));
            }
        }
        return decisions;
    }

    private static Kind kind(Fact fact) {
        return Kind.valueOf(fact.kind().replace('-', '_').toUpperCase(Locale.ROOT));
    }

    private static String csv(PublicReport report) {
        var csv = new StringBuilder("what,which,count\r\n");
        report.facts().forEach((kind, count) -> line(csv, "facts", kind, count));
        for (Cell cell : report.categories()) {
            line(csv, "category", cell.name(), cell.count());
        }
        for (Cell cell : report.measures()) {
            line(csv, "measure", cell.name(), cell.count());
        }
        var hours = report.hoursToDecide();
        line(csv, "hours-to-decide", "median", hours == null ? null : hours.median());
        line(
                csv,
                "hours-to-decide",
                "ninetieth-percentile",
                hours == null ? null : hours.ninetiethPercentile());
        line(csv, "overturned", "percent", report.overturnedPercent());
        return csv.toString();
    }

    private static void line(StringBuilder csv, String what, String which, @Nullable Long count) {
        csv.append(what).append(',').append(which).append(',');
        csv.append(count == null ? "" : count).append("\r\n");
    }
}
