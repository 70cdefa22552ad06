package org.coopmesh.billing.autopay;

import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ApplicationContext;

/** What payers choose, and what the clock does about it, for tests of what providers say to it. */
public record AutopayForTests(Autopay autopay, BeingCharged charged) {
    private static final int ALL = 100;

    public static AutopayForTests of(ApplicationContext context) {
        return new AutopayForTests(
                context.getBean(Autopay.class), context.getBean(BeingCharged.class));
    }

    public void choose(PayerId payer, UUID saving) {
        autopay.choose(payer, Choice.Way.SAVED, saving, null, null, by());
    }

    public void wallet(PayerId payer, UUID saving, Money floor, Money topUp) {
        autopay.choose(payer, Choice.Way.WALLET, saving, floor, topUp, by());
    }

    public void end(PayerId payer) {
        autopay.end(payer);
    }

    private static MemberId by() {
        return new MemberId(UUID.randomUUID());
    }

    public void check() {
        autopay.check();
    }

    public boolean holds(InvoiceId invoice) {
        return charged.beingCollected().contains(invoice);
    }

    /** Each try as {@code 1 2026-11-13 failed passing}, the first first. */
    public List<String> tries(PayerId payer) {
        return autopay.tries(List.of(payer), ALL).reversed().stream()
                .map(each ->
                        "%d %s %s%s"
                                .formatted(
                                        each.number(),
                                        each.askedOn(),
                                        each.state().code(),
                                        each.decline() == null ? "" : " " + each.decline().code()))
                .toList();
    }

    /** Why it stopped; empty while it goes on. */
    public String stopped(PayerId payer) {
        return autopay.current(List.of(payer)).stream()
                .map(Choice::stopped)
                .filter(java.util.Objects::nonNull)
                .map(Choice.Stopped::why)
                .findFirst()
                .orElse("");
    }
}
