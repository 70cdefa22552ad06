package org.coopmesh.abuse.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.transparency.LogFact;
import org.coopmesh.abuse.transparency.LogFact.Kind;

/** Decisions as the public log takes them in: that there was one is told; its category, measures and time are sealed. */
final class DecisionLog {
    private DecisionLog() {}

    static LogFact settled(Draft draft, Matter matter, Instant at) {
        Ruling ruling = draft.ruling();
        long hours = Math.max(0, Duration.between(matter.openedAt(), at).toHours());
        return new LogFact(
                ruling.upheld() ? Kind.DECISION_UPHELD : Kind.DECISION_DISMISSED,
                draft.id().toString(),
                Map.of(),
                Map.of(
                        "category",
                        matter.category().wire(),
                        "hours",
                        Long.toString(hours),
                        "measures",
                        ruling.measures().stream()
                                .map(Measure::kind)
                                .distinct()
                                .collect(Collectors.joining(" "))));
    }

    static LogFact reversed(DecisionId id) {
        return new LogFact(Kind.DECISION_REVERSED, id.toString(), Map.of(), Map.of());
    }
}
