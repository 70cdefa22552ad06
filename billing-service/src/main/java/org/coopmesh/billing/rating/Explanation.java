package org.coopmesh.billing.rating;

import java.util.ArrayList;
import java.util.List;

/**
 * Why an amount is what it is: the formula in words, what went into it, and what came out.
 *
 * @param formula in the words of the inputs
 * @param inputs in the order of the formula
 * @param result the amount with its currency
 */
public record Explanation(String formula, List<Input> inputs, String result) {
    /** One figure with its unit. */
    public record Input(String name, String value) {}

    public Explanation {
        inputs = List.copyOf(inputs);
    }

    /** The same with one more figure, and what is left after it. */
    public Explanation and(String step, Input input, String left) {
        var all = new ArrayList<>(inputs);
        all.add(input);
        return new Explanation(formula + " " + step, all, left);
    }
}
