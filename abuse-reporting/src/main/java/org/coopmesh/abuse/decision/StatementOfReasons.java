package org.coopmesh.abuse.decision;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.subject.Coop;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.jspecify.annotations.Nullable;

/** Writes what the member gets: facts, rule, measures, until when, how to object. Names no reporter and no moderator. */
final class StatementOfReasons {
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm zzz", Locale.ENGLISH);

    private StatementOfReasons() {}

    static String of(
            Matter matter, Ruling ruling, Optional<Coop> coop, String appealText, Instant now) {
        ZoneId zone = coop.map(Coop::zone).orElse(ZoneOffset.UTC);
        var text = new StringBuilder();
        text.append(coop.map(Coop::name).orElse("The co-op")).append('\n');
        text.append("Case ").append(matter.number());
        text.append(" (").append(matter.category().wire().replace('_', ' ')).append(")");
        text.append(ruling.upheld() ? ", upheld " : ", dismissed ").append(time(now, zone));
        var address = matter.address();
        if (address != null) {
            text.append("\nAbout: ").append(address.addressText());
            text.append(" at ").append(time(matter.observedAt(), zone));
        }
        text.append("\nRule: ").append(ruling.rule());
        text.append("\nReason: ").append(ruling.reason());
        for (Measure measure : ruling.measures()) {
            text.append("\nMeasure: ").append(measure(measure));
            text.append(term(measure.term(), zone));
        }
        if (ruling.upheld()) {
            text.append("\nTo object: ").append(appealText);
        }
        return text.append('\n').toString();
    }

    private static String measure(Measure measure) {
        return switch (measure) {
            case Warning w -> "warning";
            case SlowLane s -> "slow lane of " + s.kbit() + " kbit/s";
            case Suspension s -> "suspension; only the co-op's own pages are reachable";
            case Ban ban ->
                    switch (ban.target()) {
                        case OfMember m -> "ban of the member";
                        case OfNode n -> "ban of node " + n.node().value().substring(0, 12);
                        case OfAddress a -> "ban of " + a.prefix();
                    };
        };
    }

    private static String term(@Nullable Term term, ZoneId zone) {
        return switch (term) {
            case null -> "";
            case Term.Permanent p -> ", permanent";
            case Term.Until until -> ", until " + time(until.end(), zone);
        };
    }

    private static String time(Instant at, ZoneId zone) {
        return DAY_AND_TIME.format(at.atZone(zone));
    }
}
