package org.coopmesh.abuse.decision;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.report.Words;
import org.coopmesh.abuse.subject.Coop;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the member gets, in each language: facts, rule, measures, until when, how to appeal. Names no reporter and no
 * moderator. What moderators wrote stays as they wrote it.
 */
final class StatementOfReasons {
    private static final int NODE_DIGITS = 12;

    private final Language language;
    private final Words words;
    private final ZoneId zone;
    private final StringBuilder text = new StringBuilder();

    /**
     * What a statement says.
     *
     * @param at when it was decided
     */
    record Contents(
            Matter matter,
            Ruling ruling,
            Optional<Coop> coop,
            Duration appealWithin,
            Duration hearWithin,
            Instant at) {}

    private StatementOfReasons(Language language, ZoneId zone) {
        this.language = language;
        this.words = words(language);
        this.zone = zone;
    }

    static String of(Contents contents, Language language) {
        ZoneId zone = contents.coop().map(Coop::zone).orElse(ZoneOffset.UTC);
        return new StatementOfReasons(language, zone).write(contents);
    }

    private String write(Contents contents) {
        Matter matter = contents.matter();
        Ruling ruling = contents.ruling();
        text.append(contents.coop().map(Coop::name).orElse(words.of("coop"))).append('\n');
        line(
                ruling.upheld() ? "upheld" : "dismissed",
                Map.of(
                        "number",
                        Long.toString(matter.number()),
                        "category",
                        words.of("category." + matter.category().wire()),
                        "at",
                        time(contents.at())));
        var address = matter.address();
        if (address != null) {
            line(
                    "about",
                    Map.of("address", address.addressText(), "at", time(matter.observedAt())));
        }
        line("facts", Map.of("facts", ruling.reason()));
        line("rule", Map.of("rule", ruling.rule()));
        for (Measure measure : ruling.measures()) {
            line("measure", Map.of("measure", measure(measure), "term", term(measure.term())));
        }
        line("person", Map.of());
        if (ruling.upheld()) {
            line(
                    "appeal",
                    Map.of(
                            "within",
                            days(contents.appealWithin()),
                            "heard",
                            days(contents.hearWithin())));
        }
        return text.toString();
    }

    private void line(String key, Map<String, String> values) {
        text.append(fill(key, values)).append('\n');
    }

    private String measure(Measure measure) {
        return switch (measure) {
            case Warning w -> words.of("warning");
            case SlowLane s -> fill("slow-lane", Map.of("kbit", Integer.toString(s.kbit())));
            case Suspension s -> words.of("suspension");
            case Ban ban ->
                    switch (ban.target()) {
                        case OfMember m -> words.of("ban.member");
                        case OfNode n ->
                                fill(
                                        "ban.node",
                                        Map.of("node", n.node().value().substring(0, NODE_DIGITS)));
                        case OfAddress a ->
                                fill("ban.address", Map.of("address", a.prefix().toString()));
                    };
        };
    }

    private String term(@Nullable Term term) {
        return switch (term) {
            case null -> "";
            case Term.Permanent p -> words.of("permanent");
            case Term.Until until -> fill("until", Map.of("until", time(until.end())));
        };
    }

    /** Days, begun ones counted, in the form that goes with their number. */
    private String days(Duration span) {
        long days = span.plusDays(1).minusNanos(1).toDays();
        return fill(
                language.isOne(days) ? "days.one" : "days.other",
                Map.of("days", Long.toString(days)));
    }

    private String time(Instant at) {
        return language.moment(at, zone);
    }

    private String fill(String key, Map<String, String> values) {
        return words.of(key, values);
    }

    static Words words(Language language) {
        return Words.of(StatementOfReasons.class, "statement", language);
    }
}
