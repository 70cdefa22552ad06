package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.subject.Target;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;

/** When one moderator is not enough: what lasts for good, hits many, or is of the gravest category. How many it takes, {@link Policy} says. */
public final class SecondModerator {
    private static final int LENGTH_V4 = 24;
    private static final int LENGTH_V6 = 48;

    private SecondModerator() {}

    /** Permanent, or an address range wider than a /24 (IPv6: /48). */
    public static boolean neededFor(Target target, Term term) {
        if (term instanceof Term.Permanent) {
            return true;
        }
        return switch (target) {
            case OfAddress a -> a.prefix().widerThan(LENGTH_V4, LENGTH_V6);
            case OfMember m -> false;
            case OfNode n -> false;
        };
    }

    static boolean neededFor(Ruling ruling, Category category) {
        return category == Category.CHILD_SAFETY
                || ruling.measures().stream().anyMatch(SecondModerator::neededFor);
    }

    private static boolean neededFor(Measure measure) {
        Term term = measure.term();
        return term != null && neededFor(measure.target(), term);
    }
}
