package org.coopmesh.billing.document;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.billing.document.TradeInvoice.Category;
import org.coopmesh.billing.document.TradeInvoice.Line;
import org.coopmesh.billing.document.TradeInvoice.Rate;
import org.coopmesh.billing.document.TradeInvoice.Type;
import org.coopmesh.billing.invoice.CreditNote;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceViews.LineView;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.MoneyView;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.party.VatRate;

/** Puts an invoice as billing keeps it, to the micro-unit, into the terms of EN 16931, to the cent. */
final class Drafting {
    private static final Pattern DAYS = Pattern.compile("day of ([0-9]+)");

    private Drafting() {}

    /** The reference that a transfer for {@code heading} carries. */
    static PaymentReference reference(Seller seller, Invoice.Heading heading) {
        return PaymentReference.of(
                seller.belgianReferences()
                        ? PaymentReference.Kind.BELGIAN
                        : PaymentReference.Kind.CREDITOR,
                heading.number());
    }

    /** @param vat how it is taxed; empty where nothing was said of VAT when it was issued */
    static TradeInvoice invoice(
            Invoicing.Statement statement,
            Seller seller,
            PayerDetails buyer,
            Optional<VatRate> vat) {
        Invoice.Heading heading = statement.heading();
        Money zero = Money.zero(heading.total().currency());
        var texts = Texts.in(buyer.language());
        Money ahead = zero;
        var charged = new ArrayList<LineView>();
        var exact = new ArrayList<Money>();
        for (LineView line : statement.lines()) {
            Money amount = money(line.amount());
            if (line.kind().equals("prepaid") && amount.isNegative()) {
                ahead = ahead.plus(amount.negated());
            } else {
                charged.add(line);
                exact.add(amount);
            }
        }
        Money paidAhead = ahead.wholeMinor();
        Rate rate = vat.map(said -> rate(said, seller, texts)).orElseGet(() -> untaxed(seller));
        Money gross = heading.total().plus(paidAhead);
        Optional<VatRate.Split> split = vat.map(said -> said.split(gross));
        List<Money> nets = TradeInvoice.spread(exact, split.map(VatRate.Split::net).orElse(gross));
        var lines = new ArrayList<Line>();
        for (int i = 0; i < nets.size(); i++) {
            LineView line = charged.get(i);
            if (!nets.get(i).isZero() || !line.kind().equals("carried")) {
                lines.add(new Line(name(texts, line), about(texts, line, rate), nets.get(i), rate));
            }
        }
        return new TradeInvoice(
                Type.INVOICE,
                heading.number(),
                heading.issuedOn(),
                heading.dueOn(),
                heading.period().atDay(1),
                heading.period().atEndOfMonth(),
                seller,
                buyer,
                PayerDetails.number(heading.payer()),
                reference(seller, heading).text(),
                null,
                lines,
                TradeInvoice.taxes(lines),
                paidAhead,
                split.map(VatRate.Split::rounding).orElse(zero));
    }

    /** A credit note in one line: what it corrects, and why. */
    static TradeInvoice creditNote(
            CreditNote note,
            Invoice.Heading corrected,
            Seller seller,
            PayerDetails buyer,
            Optional<VatRate> vat) {
        var texts = Texts.in(buyer.language());
        Optional<VatRate.Split> split = vat.map(said -> said.split(note.amount()));
        Money zero = Money.zero(note.amount().currency());
        var lines =
                List.of(
                        new Line(
                                texts.say("line.credit", note.invoiceNumber()),
                                note.reason(),
                                split.map(VatRate.Split::net).orElse(note.amount()),
                                vat.map(said -> rate(said, seller, texts))
                                        .orElseGet(() -> untaxed(seller))));
        return new TradeInvoice(
                Type.CREDIT_NOTE,
                note.number(),
                note.issuedOn(),
                null,
                corrected.period().atDay(1),
                corrected.period().atEndOfMonth(),
                seller,
                buyer,
                PayerDetails.number(note.payer()),
                null,
                note.invoiceNumber(),
                lines,
                TradeInvoice.taxes(lines),
                zero,
                split.map(VatRate.Split::rounding).orElse(zero));
    }

    /** As it was said, with its reason in the words of the law. */
    private static Rate rate(VatRate said, Seller seller, Texts texts) {
        return switch (said.category()) {
            case S -> new Rate(Category.S, said.hundredths(), null, null);
            case E -> new Rate(Category.E, 0, seller.taxNote(), said.reasonCode());
            case O -> new Rate(Category.O, 0, seller.taxNote(), null);
            case AE -> new Rate(Category.AE, 0, texts.say("reverseCharge"), said.reasonCode());
        };
    }

    /** Exempt; outside the scope of VAT for who is not registered for it at all (BR-E-02). */
    private static Rate untaxed(Seller seller) {
        boolean registered = seller.vatId() != null || seller.taxNumber() != null;
        return new Rate(registered ? Category.E : Category.O, 0, seller.taxNote(), null);
    }

    private static String name(Texts texts, LineView line) {
        String label = line.label();
        String plan = line.planCode() == null ? "" : line.planCode();
        return switch (line.kind()) {
            case "dues" -> texts.say("line.dues", plan);
            case "usage" -> texts.say("line.usage", plan);
            case "adjustment" -> texts.say("line.adjustment", plan);
            case "share" -> texts.say("line.share", label == null ? "" : label);
            case "reciprocity" -> texts.say("line.reciprocity");
            case "carriage" -> texts.say("line.carriage");
            case "outage" -> texts.say("line.outage", label == null ? "" : label);
            case "carried" -> texts.say("line.carried");
            case "prepaid" -> texts.say("line.prepaid");
            default -> throw new IllegalStateException("a line of kind " + line.kind());
        };
    }

    private static String about(Texts texts, LineView line, Rate rate) {
        var about = new ArrayList<String>();
        about.add(texts.say("line.span", texts.day(line.from()), texts.day(line.to())));
        String quantity = line.quantity();
        if (quantity != null) {
            Matcher days = DAYS.matcher(String.valueOf(line.unit()));
            about.add(
                    days.matches()
                            ? texts.say("line.days", quantity, days.group(1))
                            : texts.number(new BigDecimal(quantity)) + "\u00a0" + line.unit());
        }
        String included = line.includedGb();
        if (included != null && !included.equals("0")) {
            about.add(texts.say("line.included", texts.number(new BigDecimal(included))));
        }
        MoneyView price = line.unitPrice();
        if (price != null) {
            about.add(
                    texts.say(
                            rate.category().isTaxed() ? "line.priceWithTax" : "line.price",
                            texts.money(money(price))));
        }
        return String.join(" · ", about);
    }

    private static Money money(MoneyView view) {
        return Money.parse(view.amount(), Currency.getInstance(view.currency()));
    }
}
