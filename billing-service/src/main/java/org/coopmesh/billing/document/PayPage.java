package org.coopmesh.billing.document;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.coopmesh.billing.instalment.InstalmentPlan;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.provider.Provider;
import org.jspecify.annotations.Nullable;

/** One invoice to be paid, as a page without script that names nobody but the co-op. */
final class PayPage {
    static final String STYLE =
            """
            :root{color-scheme:light dark;--ink:#1a1a1a;--soft:#555;--paper:#fff;--line:#d0d0d0;--ok:#0b6b2e;--bad:#a11212}
            @media (prefers-color-scheme:dark){:root{--ink:#f0f0f0;--soft:#b8b8b8;--paper:#16181b;--line:#3a3f45;--ok:#7ddc9b;--bad:#ff9a9a}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
            main{max-width:34rem;margin:0 auto;padding:1.25rem 1rem 3rem}
            h1{font-size:1.35rem;line-height:1.25;margin:.5rem 0 1rem}
            .sum{font-size:2.25rem;line-height:1.1;margin:.25rem 0;font-variant-numeric:tabular-nums}
            .ok{color:var(--ok)}.bad{color:var(--bad)}.soft{color:var(--soft)}
            dl{margin:1rem 0;display:grid;grid-template-columns:1fr;gap:.15rem}
            dt{color:var(--soft);font-size:.9rem;margin-top:.5rem}dd{margin:0;overflow-wrap:anywhere;user-select:all}
            .code{width:min(15rem,70vw);margin:1.25rem 0 .5rem}.code svg{display:block;width:100%;height:auto}
            nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;border-top:1px solid var(--line);margin-top:2rem;padding-top:.75rem}
            nav a{color:inherit;display:inline-block;padding:.35rem 0}
            nav a[aria-current]{font-weight:600;text-decoration:none}
            button{font:inherit;color:inherit;background:none;border:1px solid currentcolor;border-radius:.4rem;padding:.6rem 1.2rem;cursor:pointer}
            .ways{display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0 1rem}.ways form{margin:0}
            a:focus-visible,button:focus-visible{outline:3px solid currentcolor;outline-offset:2px}
            """;

    /**
     * How else it can be paid than by transfer.
     *
     * @param token of the link
     * @param looking whether money may be on its way: then the page comes again by itself
     * @param away a provider that just did not answer
     */
    record Ways(String token, List<Provider> offered, boolean looking, @Nullable Provider away) {
        static final Ways NONE = new Ways("", List.of(), false, null);
    }

    private static final String AGAIN = "<meta http-equiv=\"refresh\" content=\"10\">\n";

    private final Language language;
    private final Texts texts;

    private PayPage(Language language) {
        this.language = language;
        this.texts = Texts.in(language);
    }

    /**
     * What a link shows; empty where it is void.
     *
     * @param part which part is to be paid next; null where it is not paid in parts
     */
    static Optional<String> of(
            Invoice invoice,
            InstalmentPlan.@Nullable Next part,
            Seller seller,
            Language language,
            Ways ways) {
        var page = new PayPage(language);
        return switch (invoice) {
            case Invoice.Owing owing -> Optional.of(page.owing(owing, part, seller, ways));
            case Invoice.Paid paid -> Optional.of(page.paid(paid, seller));
            case Invoice.WrittenOff off -> Optional.empty();
        };
    }

    /** The same for every link that leads nowhere. */
    static String gone(Language language) {
        var page = new PayPage(language);
        return page.page(
                page.texts.say("page.gone"),
                "<h1>%s</h1><p>%s</p>".formatted(page.text("page.gone"), page.text("page.goneWhy")),
                Ways.NONE,
                false);
    }

    /** For who asks too often. */
    static String wait(Language language) {
        var page = new PayPage(language);
        return page.page(
                page.texts.say("page.wait"),
                "<h1>%s</h1>".formatted(page.text("page.wait")),
                Ways.NONE,
                false);
    }

    private String owing(
            Invoice.Owing invoice, InstalmentPlan.@Nullable Next part, Seller seller, Ways ways) {
        Invoice.Heading heading = invoice.heading();
        PaymentReference reference = Drafting.reference(seller, heading);
        var body = new StringBuilder(head(heading, seller));
        body.append(
                "<p class=\"soft\">%s</p><p class=\"sum\">%s</p>"
                        .formatted(text("page.open"), money(invoice.open())));
        body.append(due(invoice, part));
        if (!invoice.paid().isZero()) {
            body.append(
                    "<p class=\"soft\">%s</p>"
                            .formatted(
                                    text(
                                            "page.partly",
                                            texts.money(invoice.paid()),
                                            texts.money(heading.total()))));
        }
        if (ways.away() != null) {
            body.append(
                    "<p class=\"bad\" role=\"alert\">%s</p>"
                            .formatted(
                                    text(
                                            "page.notNow",
                                            texts.say("page.by." + ways.away().code()))));
        }
        if (ways.looking()) {
            body.append("<p role=\"status\">%s</p>".formatted(text("page.underWay")));
        }
        String iban = seller.iban();
        if (iban == null) {
            body.append(atOnce(ways));
            return page(title(heading), body.toString(), ways, true);
        }
        Money amount = part == null ? invoice.open() : part.open();
        EpcQr.of(seller, amount, reference)
                .ifPresent(code ->
                        body.append(
                                "<div class=\"code\">%s</div><p class=\"soft\">%s</p>"
                                        .formatted(
                                                code.svg(texts.say("page.code")), text("scan"))));
        body.append("<dl>");
        row(body, "payee", seller.name());
        row(body, "iban", InvoiceSheet.iban(iban));
        if (seller.bic() != null) {
            row(body, "bic", seller.bic());
        }
        row(body, "amount", texts.money(amount));
        row(body, "reference", reference.printed());
        body.append("</dl><p class=\"soft\">%s</p>".formatted(text("page.takes")));
        body.append(atOnce(ways));
        return page(title(heading), body.toString(), ways, true);
    }

    private String due(Invoice.Owing invoice, InstalmentPlan.@Nullable Next part) {
        if (part != null) {
            return "<p>%s</p>"
                    .formatted(
                            text(
                                    "page.part",
                                    part.number(),
                                    part.of(),
                                    texts.money(part.open()),
                                    texts.day(part.dueOn())));
        }
        return invoice instanceof Invoice.Overdue overdue
                ? "<p class=\"bad\">%s</p>"
                        .formatted(text("page.overdue", texts.day(overdue.since())))
                : "<p>%s</p>".formatted(text("page.due", texts.day(invoice.payBy())));
    }

    /** A button for each provider: a form, since pressing it begins something. */
    private String atOnce(Ways ways) {
        if (ways.offered().isEmpty()) {
            return "";
        }
        return "<h2>%s</h2><div class=\"ways\">%s</div>"
                .formatted(
                        text("page.ways"),
                        ways.offered().stream()
                                .map(each ->
                                        "<form method=\"post\" action=\"%s/%s?lang=%s\"><button>%s</button></form>"
                                                .formatted(
                                                        Html.escape(ways.token()),
                                                        each.code(),
                                                        language.tag(),
                                                        text("page.by." + each.code())))
                                .collect(Collectors.joining()));
    }

    private String paid(Invoice.Paid invoice, Seller seller) {
        Invoice.Heading heading = invoice.heading();
        return page(
                title(heading),
                head(heading, seller)
                        + "<p class=\"sum ok\">%s</p><p>%s</p>"
                                .formatted(
                                        money(heading.total()),
                                        text("page.paid", texts.day(invoice.settledOn()))),
                Ways.NONE,
                true);
    }

    private String head(Invoice.Heading heading, Seller seller) {
        return "<p><bdi>%s</bdi></p><h1>%s</h1>"
                .formatted(Html.escape(seller.name()), Html.escape(title(heading)));
    }

    private String title(Invoice.Heading heading) {
        return texts.say("invoice", heading.number());
    }

    private void row(StringBuilder body, String key, String value) {
        body.append("<dt>%s</dt><dd>%s</dd>".formatted(text(key), Html.escape(value)));
    }

    private String page(String title, String body, Ways ways, boolean inLanguages) {
        return """
        <!DOCTYPE html>
        <html lang="%s"><head><meta charset="utf-8"><title>%s</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
        %s<style>%s</style></head><body><main>%s%s</main></body></html>
        """
                .formatted(
                        language.tag(),
                        Html.escape(title),
                        ways.looking() ? AGAIN : "",
                        STYLE,
                        body,
                        inLanguages ? languages() : "");
    }

    private String languages() {
        return Stream.of(Language.values())
                .map(each ->
                        "<a href=\"?lang=%1$s\" lang=\"%1$s\" hreflang=\"%1$s\"%2$s>%3$s</a>"
                                .formatted(
                                        each.tag(),
                                        each == language ? " aria-current=\"true\"" : "",
                                        Html.escape(name(each))))
                .collect(
                        Collectors.joining(
                                "",
                                "<nav aria-label=\"%s\">".formatted(text("page.languages")),
                                "</nav>"));
    }

    private static String name(Language each) {
        Locale locale = each.locale();
        String name = locale.getDisplayLanguage(locale);
        return name.substring(0, 1).toUpperCase(locale) + name.substring(1);
    }

    private String text(String key, Object... values) {
        return Html.escape(texts.say(key, values));
    }

    private String money(Money amount) {
        return Html.escape(texts.money(amount));
    }
}
