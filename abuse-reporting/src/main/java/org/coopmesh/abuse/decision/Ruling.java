package org.coopmesh.abuse.decision;

import java.util.HashSet;
import java.util.List;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.jspecify.annotations.Nullable;

/**
 * What a moderator found and wants done.
 *
 * @param rule which rule of the co-op it is judged by
 * @param reason the facts, in the moderator's words; the member reads them
 */
public record Ruling(boolean upheld, String rule, String reason, List<Measure> measures) {
    static final int RULE_LENGTH_MAX = 500;
    static final int REASON_LENGTH_MAX = 5_000;
    static final int MEASURES_MAX = 20;

    public Ruling {
        measures = List.copyOf(measures);
        if (rule.isBlank() || rule.length() > RULE_LENGTH_MAX) {
            throw new IllegalArgumentException("name the rule, in 500 characters at most");
        }
        if (reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw new IllegalArgumentException("give the reason, in 5,000 characters at most");
        }
        if (upheld && measures.isEmpty()) {
            throw new IllegalArgumentException("upheld wants at least one measure");
        }
        if (!upheld && !measures.isEmpty()) {
            throw new IllegalArgumentException("dismissed has no measures");
        }
        if (measures.size() > MEASURES_MAX) {
            throw new IllegalArgumentException("20 measures at most");
        }
        var seen = new HashSet<String>();
        var members = new HashSet<MemberId>();
        for (Measure measure : measures) {
            if (!seen.add(measure.kind() + " " + measure.target().text())) {
                throw new IllegalArgumentException("the same measure twice");
            }
            if (measure.target() instanceof OfMember of) {
                members.add(of.member());
            }
        }
        if (members.size() > 1) {
            throw new IllegalArgumentException("a decision is about one member");
        }
    }

    /** The member it is about, if it names one. */
    @Nullable MemberId member() {
        for (Measure measure : measures) {
            if (measure.target() instanceof OfMember of) {
                return of.member();
            }
        }
        return null;
    }
}
