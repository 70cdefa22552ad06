package org.coopmesh.billing.costshare;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.coopmesh.billing.ledger.LargestRemainder;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.ledger.Ratio;
import org.coopmesh.billing.settlement.Derivation;
import org.coopmesh.billing.settlement.Derivation.Figure;
import org.coopmesh.billing.settlement.Derivation.Part;

/** The shares that a policy came to, one per participant in the order given; they sum to what was shared, exactly. */
public final class Allocation {
    private final String formula;
    private final String rule;
    private final Money total;
    private final List<Participant> participants;
    private final List<BigInteger> numerators;
    private final BigInteger denominator;
    private final IntFunction<Working> working;
    private final List<Money> amounts;

    /** How one share came about, before rounding. */
    record Working(List<Figure> inputs, List<Figure> steps, List<Part> parts) {}

    /**
     * Rounds {@code numerators / denominator}, the exact shares in whole units of the currency.
     *
     * @param sum what they sum to: the total, or zero where payers clear with each other
     */
    Allocation(
            String formula,
            String rule,
            Money total,
            Money sum,
            List<Participant> participants,
            List<BigInteger> numerators,
            BigInteger denominator,
            IntFunction<Working> working) {
        this.formula = formula;
        this.rule = rule;
        this.total = total;
        this.participants = List.copyOf(participants);
        this.numerators = List.copyOf(numerators);
        this.denominator = denominator;
        this.working = working;
        this.amounts = LargestRemainder.round(numerators, denominator, total.currency());
        Money shared = amounts.stream().reduce(Money.zero(total.currency()), Money::plus);
        if (!shared.equals(sum)) {
            throw new IllegalStateException(formula + " shares " + shared + " of " + sum);
        }
    }

    /** Which rule it was, and its version. */
    public String formula() {
        return formula;
    }

    /** Who takes part. */
    public List<Participant> participants() {
        return participants;
    }

    /** What each participant pays, in whole minor units; negative where they receive. */
    public List<Money> amounts() {
        return amounts;
    }

    /** The share of participant {@code i} before rounding, in whole units of the currency. */
    public Ratio exact(int i) {
        return new Ratio(numerators.get(i), denominator);
    }

    /** Why participant {@code i} pays what they do. Says of others only sums and counts. */
    public Derivation explain(int i) {
        Working figures = working.apply(i);
        String currency = total.currency().getCurrencyCode();
        var inputs = new ArrayList<Figure>();
        inputs.add(new Figure("total", Ratio.of(total).toString(), currency));
        inputs.addAll(figures.inputs());
        Ratio exact = exact(i);
        BigInteger minorPerUnit = BigInteger.TEN.pow(total.currency().getDefaultFractionDigits());
        BigInteger down = exact.times(new Ratio(minorPerUnit, BigInteger.ONE)).floor();
        Ratio rounded = new Ratio(down, minorPerUnit);
        var steps = new ArrayList<>(figures.steps());
        steps.add(new Figure("roundedDown", rounded.toString(), currency));
        steps.add(new Figure("remainder", exact.minus(rounded).toString(), currency));
        steps.add(
                new Figure(
                        "unitForLargestRemainder",
                        Ratio.of(amounts.get(i)).minus(rounded).toString(),
                        currency));
        return new Derivation(
                formula,
                rule,
                inputs,
                List.copyOf(steps),
                figures.parts(),
                exact.toString(),
                MoneyView.of(amounts.get(i)));
    }
}
