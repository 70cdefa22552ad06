package org.coopmesh.billing.instalment;

import java.util.Locale;

/** The plan is in a state from which this step is not legal. */
final class InstalmentPlanDecided extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InstalmentPlanDecided(InstalmentPlan plan) {
        super(
                "instalment plan %s %s"
                        .formatted(
                                plan.heading().id(),
                                switch (plan) {
                                    case InstalmentPlan.Asked asked -> "is not agreed yet";
                                    case InstalmentPlan.Running running -> "was agreed before";
                                    case InstalmentPlan.Closed closed ->
                                            "was "
                                                    + closed.how().name().toLowerCase(Locale.ROOT)
                                                    + " before";
                                }));
    }
}
