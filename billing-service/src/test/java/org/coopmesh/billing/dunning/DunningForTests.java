package org.coopmesh.billing.dunning;

import org.springframework.context.ApplicationContext;

/** Lets tests of other capabilities take the steps of a day. */
public final class DunningForTests {
    private DunningForTests() {}

    /** Takes all steps that are due. */
    public static void check(ApplicationContext context) {
        context.getBean(Dunning.class).check();
    }
}
