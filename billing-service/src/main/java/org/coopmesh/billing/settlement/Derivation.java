package org.coopmesh.billing.settlement;

import java.util.List;
import org.coopmesh.billing.ledger.MoneyView;

/**
 * Why a share is what it is: a dashboard draws it, and a person with a calculator comes to the same. Values are whole
 * numbers or fractions such as {@code 22/7}, exact, never rounded before the last step.
 *
 * @param formula names the rule and its version, for instance {@code usage.v1}; a rule that changes gets a new one
 * @param rule the formula in words and the names below
 * @param inputs what went in
 * @param steps what came of it, in order
 * @param parts of what the share is made up, where it is: the links of a way
 * @param exact the share before rounding, in whole units of the currency
 * @param result the share; negative where it is received
 */
public record Derivation(
        String formula,
        String rule,
        List<Figure> inputs,
        List<Figure> steps,
        List<Part> parts,
        String exact,
        MoneyView result) {
    /** One named value. */
    public record Figure(String name, String value, String unit) {}

    /**
     * One cost among those that need it.
     *
     * @param what for instance a link, {@code from → to}
     * @param sharers how many share it equally
     */
    public record Part(String what, String cost, int sharers, String share) {}
}
