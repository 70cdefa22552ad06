package org.coopmesh.billing.rating;

/** A plan that would change what is already in force. */
public class PlanRefused extends RuntimeException {
    PlanRefused(String why) {
        super(why);
    }
}
