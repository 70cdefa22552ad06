package org.coopmesh.billing.invoice;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Explanation;
import org.jspecify.annotations.Nullable;

/** Invoices and their lines on the wire. Dates are days, both ends included. */
public final class InvoiceViews {
    private static final int GB_DIGITS = 9;
    private static final int MBIT_DIGITS = 6;

    private InvoiceViews() {}

    /** One invoice in a list. */
    public record InvoiceView(
            UUID id,
            String number,
            UUID payerId,
            LocalDate periodFrom,
            LocalDate periodTo,
            LocalDate issuedOn,
            LocalDate dueOn,
            MoneyView total,
            MoneyView paid,
            MoneyView open,
            String state,
            @Nullable LocalDate overdueSince) {
        /** How {@code invoice} is written. */
        public static InvoiceView of(Invoice invoice) {
            Invoice.Heading heading = invoice.heading();
            return new InvoiceView(
                    heading.id().value(),
                    heading.number(),
                    heading.payer().value(),
                    heading.period().atDay(1),
                    heading.period().atEndOfMonth(),
                    heading.issuedOn(),
                    heading.dueOn(),
                    MoneyView.of(heading.total()),
                    MoneyView.of(invoice.paid()),
                    MoneyView.of(invoice.open()),
                    Invoices.state(invoice),
                    invoice instanceof Invoice.Overdue overdue ? overdue.since() : null);
        }
    }

    /**
     * One line. Dues count days of a month at the price of a month; usage counts GB (10⁹ bytes), of which
     * {@code includedGb} cost nothing; a peak is a rate in Mbit/s; local GB cost nothing and are shown with what they would have cost.
     * A share of a cost, reciprocity and carriage say what they are for ({@code label}) and where they are explained.
     */
    public record LineView(
            String kind,
            @Nullable String charge,
            @Nullable UUID siteId,
            @Nullable String planCode,
            @Nullable String quantity,
            @Nullable String unit,
            @Nullable MoneyView unitPrice,
            MoneyView amount,
            LocalDate from,
            LocalDate to,
            int windows,
            int gaps,
            @Nullable String includedGb,
            @Nullable String localGb,
            @Nullable MoneyView saved,
            @Nullable Explanation explanation,
            @Nullable String label,
            @Nullable String explainedAt) {
        static LineView of(BillLine line) {
            BillLine.Source source = line.source();
            Charge.Key key = line.charge();
            Money unitPrice = line.unitPrice();
            Money saved = line.saved();
            Quantity quantity = key == null ? null : quantity(line, key);
            boolean bytes =
                    key != null
                            && (key.kind() == Charge.Kind.USAGE || key.kind() == Charge.Kind.TIMED);
            return new LineView(
                    line.kind().name().toLowerCase(Locale.ROOT),
                    key == null ? null : key.kind().name().toLowerCase(Locale.ROOT),
                    key == null ? null : key.site().value(),
                    key == null ? null : key.planCode(),
                    quantity == null ? null : quantity.amount(),
                    quantity == null ? null : quantity.unit(),
                    unitPrice == null ? null : MoneyView.of(unitPrice),
                    MoneyView.of(line.amount()),
                    line.from(),
                    line.to().minusDays(1),
                    line.windows(),
                    line.gaps(),
                    bytes ? gb(line.includedBytes()) : null,
                    bytes ? gb(line.localBytes()) : null,
                    saved == null ? null : MoneyView.of(saved),
                    line.explanation(),
                    source == null ? null : source.label(),
                    source == null ? null : explainedAt(line.kind(), source.id()));
        }

        private static @Nullable String explainedAt(BillLine.Kind kind, UUID id) {
            return switch (kind) {
                case SHARE -> "/api/cost-shares/" + id;
                case RECIPROCITY, CARRIAGE -> "/api/settlements/entries/" + id;
                case OUTAGE -> "/api/outage-credits/" + id;
                case DUES, USAGE, ADJUSTMENT, CARRIED, PREPAID -> null;
            };
        }

        private record Quantity(String amount, String unit) {}

        private static Quantity quantity(BillLine line, Charge.Key key) {
            return switch (key.kind()) {
                case DUES, SCALE ->
                        new Quantity(days(line), "day of " + key.month().lengthOfMonth());
                case USAGE, TIMED -> new Quantity(gb(line.internetBytes()), "GB");
                case PEAK -> new Quantity(mbit(line.peakBits()), "Mbit/s");
            };
        }

        private static String days(BillLine line) {
            return String.valueOf(line.days());
        }
    }

    /** What one invoice took of a payment or of credit, and what of it went back when the payment was reversed. */
    public record SettlementView(
            @Nullable UUID id,
            LocalDate receivedOn,
            String method,
            MoneyView amount,
            MoneyView returned) {
        static SettlementView of(Settlement settlement) {
            return new SettlementView(
                    settlement.payment(),
                    settlement.receivedOn(),
                    settlement.method().code(),
                    MoneyView.of(settlement.amount()),
                    MoneyView.of(settlement.returned()));
        }
    }

    /** What a month came to so far, not yet invoiced. */
    public record RunningView(String period, List<LineView> charges, MoneyView total) {}

    private static String gb(long bytes) {
        return plain(BigDecimal.valueOf(bytes, GB_DIGITS));
    }

    private static String mbit(long bits) {
        return plain(BigDecimal.valueOf(bits, MBIT_DIGITS));
    }

    private static String plain(BigDecimal exact) {
        BigDecimal value = exact.stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0).toPlainString() : value.toPlainString();
    }
}
