package org.coopmesh.billing.document;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.coopmesh.billing.document.TradeInvoice.Line;
import org.coopmesh.billing.document.TradeInvoice.Tax;
import org.coopmesh.billing.document.TradeInvoice.Type;
import org.coopmesh.billing.party.Address;
import org.coopmesh.billing.party.Seller;
import org.jspecify.annotations.Nullable;

/** An invoice as a sheet of A4, in XHTML that the PDF writer lays out. */
final class InvoiceSheet {
    private static final String STYLE =
            """
            @page { size: A4; margin: 18mm 18mm 20mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); \
            font-family: Sheet; font-size: 8pt; color: #555; } }
            * { font-family: Sheet; font-weight: normal; }
            body { font-size: 9.5pt; line-height: 1.35; color: #111; margin: 0; }
            h1 { font-size: 17pt; margin: 8mm 0 4mm 0; }
            table { border-collapse: collapse; width: 100%; }
            td, th { text-align: left; vertical-align: top; padding: 1.2mm 0; }
            .end { text-align: right; white-space: nowrap; padding-left: 4mm; }
            .small { font-size: 8pt; color: #444; }
            .lines th { border-bottom: 0.6pt solid #111; font-size: 8pt; color: #444; }
            .lines td { border-bottom: 0.3pt solid #bbb; }
            .lines tr { page-break-inside: avoid; }
            .sums { width: 75mm; margin-left: 99mm; margin-top: 3mm; page-break-inside: avoid; }
            .due td { font-size: 12pt; border-top: 0.6pt solid #111; }
            .pay { margin-top: 8mm; page-break-inside: avoid; }
            .pay .code { width: 36mm; }
            .pay img { width: 32mm; height: 32mm; }
            .facts th { font-size: 8pt; color: #444; width: 34mm; }
            """;

    private final TradeInvoice invoice;
    private final Optional<EpcQr> code;
    private final String printedReference;
    private final Texts texts;

    private InvoiceSheet(TradeInvoice invoice, Optional<EpcQr> code, String printedReference) {
        this.invoice = invoice;
        this.code = code;
        this.printedReference = printedReference;
        this.texts = Texts.in(invoice.buyer().language());
    }

    /**
     * The whole sheet.
     *
     * @param printedReference as people read it; empty on a credit note
     */
    static String of(TradeInvoice invoice, Optional<EpcQr> code, String printedReference) {
        return new InvoiceSheet(invoice, code, printedReference).sheet();
    }

    static String title(TradeInvoice invoice) {
        return Texts.in(invoice.buyer().language())
                .say(invoice.type() == Type.INVOICE ? "invoice" : "creditNote", invoice.number());
    }

    private String sheet() {
        return """
        <html lang="%s"><head><title>%s</title><style>%s</style></head><body>
        %s<h1>%s</h1>
        %s%s%s<p class="small">%s</p>%s
        </body></html>
        """
                .formatted(
                        invoice.buyer().language().tag(),
                        Html.escape(title(invoice)),
                        STYLE,
                        head(),
                        Html.escape(title(invoice)),
                        facts(),
                        lines(),
                        sums(),
                        Html.escape(reasons()),
                        pay());
    }

    private String head() {
        return "<table><tr><td>%s</td><td class=\"end\">%s</td></tr></table>"
                .formatted(
                        party(invoice.buyer().name(), invoice.buyer().address(), List.of()),
                        party(
                                invoice.seller().name(),
                                invoice.seller().address(),
                                sellerFacts(invoice.seller())));
    }

    private List<String> sellerFacts(Seller seller) {
        var facts = new ArrayList<String>();
        add(facts, "vatId", seller.vatId());
        add(facts, "taxNumber", seller.taxNumber());
        add(facts, "register", seller.register());
        if (seller.email() != null) {
            facts.add(seller.email());
        }
        return facts;
    }

    private void add(List<String> facts, String key, @Nullable String value) {
        if (value != null) {
            facts.add(texts.say(key) + " " + value);
        }
    }

    private String party(String name, Address address, List<String> more) {
        var lines = new ArrayList<String>();
        addText(lines, address.line1());
        addText(lines, address.line2());
        var town = new ArrayList<String>();
        addText(town, address.postCode());
        addText(town, address.city());
        if (!town.isEmpty()) {
            lines.add(String.join(" ", town));
        }
        lines.add(address.country());
        String small =
                more.isEmpty()
                        ? ""
                        : "<br/><span class=\"small\">%s</span>"
                                .formatted(
                                        more.stream()
                                                .map(Html::escape)
                                                .collect(Collectors.joining("<br/>")));
        return "<bdi>%s</bdi><br/>%s%s"
                .formatted(
                        Html.escape(name),
                        lines.stream().map(Html::escape).collect(Collectors.joining("<br/>")),
                        small);
    }

    private static void addText(List<String> lines, @Nullable String text) {
        if (text != null) {
            lines.add(text);
        }
    }

    private String facts() {
        var rows = new StringBuilder("<table class=\"facts\">");
        row(rows, "issued", texts.day(invoice.issuedOn()));
        LocalDate dueOn = invoice.dueOn();
        if (dueOn != null) {
            row(rows, "due", texts.day(dueOn));
        }
        row(
                rows,
                "period",
                texts.say("line.span", texts.day(invoice.from()), texts.day(invoice.to())));
        row(rows, "payer", invoice.buyerNumber());
        if (invoice.buyer().vatId() != null) {
            row(rows, "buyerVatId", invoice.buyer().vatId());
        }
        if (invoice.precedes() != null) {
            row(rows, "corrects", invoice.precedes());
        }
        return rows.append("</table>").toString();
    }

    private void row(StringBuilder rows, String key, String value) {
        rows.append(
                "<tr><th>%s</th><td>%s</td></tr>"
                        .formatted(Html.escape(texts.say(key)), Html.escape(value)));
    }

    private String lines() {
        var rows = new StringBuilder("<table class=\"lines\"><thead><tr><th>");
        rows.append(Html.escape(texts.say("what")))
                .append("</th><th class=\"end\">")
                .append(Html.escape(texts.say("amount")))
                .append("</th></tr></thead><tbody>");
        for (Line line : invoice.lines()) {
            rows.append(
                    "<tr><td>%s%s</td><td class=\"end\">%s</td></tr>"
                            .formatted(
                                    Html.escape(line.name()),
                                    line.description() == null
                                            ? ""
                                            : "<br/><span class=\"small\">%s</span>"
                                                    .formatted(Html.escape(line.description())),
                                    Html.escape(texts.money(line.net()))));
        }
        return rows.append("</tbody></table>").toString();
    }

    private String sums() {
        var rows = new StringBuilder("<table class=\"sums\">");
        sum(rows, texts.say("net"), texts.money(invoice.net()));
        for (Tax tax : invoice.taxes()) {
            if (tax.rate().category().isTaxed()) {
                sum(
                        rows,
                        texts.say("vat", texts.number(tax.rate().percent())),
                        texts.money(tax.amount()));
            }
        }
        if (!invoice.rounding().isZero()) {
            sum(rows, texts.say("rounding"), texts.money(invoice.rounding()));
        }
        if (!invoice.paidAhead().isZero()) {
            sum(rows, texts.say("paidAhead"), texts.money(invoice.paidAhead().negated()));
        }
        rows.append(
                "<tr class=\"due\"><td>%s</td><td class=\"end\">%s</td></tr></table>"
                        .formatted(
                                Html.escape(
                                        texts.say(
                                                invoice.type() == Type.INVOICE
                                                        ? "toPay"
                                                        : "credited")),
                                Html.escape(texts.money(invoice.due()))));
        return rows.toString();
    }

    private static void sum(StringBuilder rows, String what, String amount) {
        rows.append(
                "<tr><td>%s</td><td class=\"end\">%s</td></tr>"
                        .formatted(Html.escape(what), Html.escape(amount)));
    }

    private String reasons() {
        var reasons = new LinkedHashSet<String>();
        for (Tax tax : invoice.taxes()) {
            String reason = tax.rate().reason();
            if (reason != null) {
                reasons.add(reason);
            }
        }
        return String.join(" ", reasons);
    }

    private String pay() {
        Seller seller = invoice.seller();
        if (seller.iban() == null || invoice.reference() == null) {
            return "";
        }
        var rows = new StringBuilder("<table class=\"facts\">");
        row(rows, "payee", seller.name());
        row(rows, "iban", iban(seller.iban()));
        if (seller.bic() != null) {
            row(rows, "bic", seller.bic());
        }
        row(rows, "reference", printedReference);
        row(rows, "amount", texts.money(invoice.due()));
        rows.append("</table>");
        return "<table class=\"pay\"><tr>%s<td>%s</td></tr></table>"
                .formatted(
                        code.map(qr ->
                                        "<td class=\"code\"><img alt=\"%s\" src=\"data:image/png;base64,%s\"/></td>"
                                                .formatted(
                                                        Html.escape(texts.say("scan")),
                                                        Base64.getEncoder()
                                                                .encodeToString(qr.png())))
                                .orElse(""),
                        rows);
    }

    /** In groups of four. */
    static String iban(String iban) {
        return String.join(" ", iban.split("(?<=\\G.{4})"));
    }
}
