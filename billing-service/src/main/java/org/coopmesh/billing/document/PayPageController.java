package org.coopmesh.billing.document;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.instalment.PayingInParts;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.InvoiceNotFound;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.provider.Provider;
import org.coopmesh.billing.provider.ProviderPayments;
import org.coopmesh.billing.subscription.Caller;
import org.coopmesh.billing.subscription.PayerRegister;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The page behind a pay link: for whoever holds it, without signing in. */
@RestController
class PayPageController {
    /** Nothing is fetched and nothing runs; the one style is named by its hash, forms lead here and on to a provider. */
    private static final String POLICY =
            "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "
                    .formatted(
                            Base64.getEncoder()
                                    .encodeToString(
                                            DrawingUp.sha256(
                                                    PayPage.STYLE.getBytes(
                                                            StandardCharsets.UTF_8))));

    private final Invoicing invoicing;
    private final PayingInParts parts;
    private final PartyRegister parties;
    private final PayerRegister register;
    private final ProviderPayments providers;
    private final PayPageGuard guard;

    PayPageController(
            Invoicing invoicing,
            PayingInParts parts,
            PartyRegister parties,
            PayerRegister register,
            ProviderPayments providers,
            PayPageGuard guard) {
        this.invoicing = invoicing;
        this.parts = parts;
        this.parties = parties;
        this.register = register;
        this.providers = providers;
        this.guard = guard;
    }

    /** @param path of the link, below the co-op's own address; told this once */
    record PayLinkView(String path) {}

    /** What is open on the invoice, and how it is paid. A link that was never made and one that is void say the same. */
    @GetMapping(value = "/pay/{token}", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> page(
            @PathVariable String token,
            @RequestParam(name = "lang", required = false) @Nullable String lang,
            @RequestParam(name = "came", defaultValue = "false") boolean came,
            HttpServletRequest request) {
        return page(token, lang, request, came, null);
    }

    /** Leads on to a provider's page. */
    @PostMapping(value = "/pay/{token}/{provider}", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> begin(
            @PathVariable String token,
            @PathVariable String provider,
            @RequestParam(name = "lang", required = false) @Nullable String lang,
            HttpServletRequest request) {
        Optional<Provider> known = Provider.of(provider);
        if (!guard.allows(request.getRemoteAddr())
                || known.isEmpty()
                || !(invoicing.behind(token).orElse(null) instanceof Invoice.Owing owing)) {
            return page(token, lang, request, false, null);
        }
        return switch (providers.begin(owing, known.get(), "/pay/" + token + "?came=true")) {
            case ProviderPayments.Begun.Page(URI page) ->
                    ResponseEntity.status(HttpStatus.SEE_OTHER)
                            .location(page)
                            .cacheControl(CacheControl.noStore())
                            .build();
            case ProviderPayments.Begun.Not(var why) ->
                    switch (why) {
                        case TOO_MANY ->
                                answer(
                                        HttpStatus.TOO_MANY_REQUESTS,
                                        PayPage.wait(
                                                Optional.ofNullable(lang)
                                                        .flatMap(PayPageController::language)
                                                        .orElseGet(() -> language(request))));
                        case UNDER_WAY -> page(token, lang, request, true, null);
                        case NOT_OFFERED, AWAY -> page(token, lang, request, false, known.get());
                    };
        };
    }

    private ResponseEntity<String> page(
            String token,
            @Nullable String lang,
            HttpServletRequest request,
            boolean came,
            @Nullable Provider away) {
        Language asked =
                Optional.ofNullable(lang).flatMap(PayPageController::language).orElse(null);
        Language browsers = asked == null ? language(request) : asked;
        if (!guard.allows(request.getRemoteAddr())) {
            return answer(HttpStatus.TOO_MANY_REQUESTS, PayPage.wait(browsers));
        }
        Optional<Seller> seller = parties.seller();
        Optional<Invoice> invoice = invoicing.behind(token);
        if (seller.isEmpty() || invoice.isEmpty()) {
            return answer(HttpStatus.NOT_FOUND, PayPage.gone(browsers));
        }
        Language language =
                asked == null
                        ? parties.details(invoice.get().heading().payer())
                                .map(details -> details.language())
                                .orElse(browsers)
                        : asked;
        InvoiceId id = invoice.get().heading().id();
        if (came) {
            providers.cameBack(id);
        }
        var ways =
                new PayPage.Ways(
                        token, providers.offered(), came || providers.isUnderWay(id), away);
        HttpStatus status = away == null ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
        return PayPage.of(invoice.get(), parts.next(id).orElse(null), seller.get(), language, ways)
                .map(page -> answer(status, page))
                .orElseGet(() -> answer(HttpStatus.NOT_FOUND, PayPage.gone(browsers)));
    }

    /** Makes a link for who may see the invoice. Earlier links stay good. */
    @PostMapping("/api/invoices/{id}/pay-link")
    @PreAuthorize("isAuthenticated()")
    PayLinkView link(@PathVariable UUID id, Authentication authentication) {
        var invoice = new InvoiceId(id);
        Caller caller = Caller.of(authentication);
        if (!caller.readsAllMoney()
                && !register.pays(caller.member(), invoicing.find(invoice).heading().payer())) {
            throw new InvoiceNotFound(invoice);
        }
        return new PayLinkView(invoicing.payLink(invoice));
    }

    @ExceptionHandler
    ProblemDetail notFound(InvoiceNotFound e) {
        var problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/invoice-not-found"));
        return problem;
    }

    private ResponseEntity<String> answer(HttpStatus status, String page) {
        return ResponseEntity.status(status)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noStore())
                .header("Content-Security-Policy", POLICY + String.join(" ", providers.pages()))
                .header("Referrer-Policy", "no-referrer")
                .header("X-Robots-Tag", "noindex, nofollow")
                .header("X-Content-Type-Options", "nosniff")
                .body(page);
    }

    private static Optional<Language> language(String tag) {
        return Arrays.stream(Language.values()).filter(each -> each.tag().equals(tag)).findFirst();
    }

    private static Language language(HttpServletRequest request) {
        for (Locale locale : Collections.list(request.getLocales())) {
            Optional<Language> known = language(locale.getLanguage());
            if (known.isPresent()) {
                return known.get();
            }
        }
        return Language.EN;
    }
}
