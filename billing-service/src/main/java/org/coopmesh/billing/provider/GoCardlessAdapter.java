package org.coopmesh.billing.provider;

import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Currency;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * GoCardless: the payer gives a mandate on its page, then the amount is collected from the bank account. Speaks the API of
 * {@link #VERSION}.
 */
final class GoCardlessAdapter implements SavingProvider {
    static final String VERSION = "2015-07-06";

    private static final Logger log = LoggerFactory.getLogger(GoCardlessAdapter.class);
    private static final int PAYMENTS_MAX = 50;
    private static final int LABEL_MAX = 100;
    private static final String KNOWN = "idempotent_creation_conflict";
    private static final String JSON = "application/json";
    private static final Set<String> ON_ITS_WAY =
            Set.of("pending_customer_approval", "pending_submission", "submitted");

    private final ProviderSettings.GoCardless settings;
    private final JsonMapper json;
    private final ProviderHttp http;

    GoCardlessAdapter(ProviderSettings.GoCardless settings, JsonMapper json) {
        this.settings = settings;
        this.json = json;
        this.http =
                new ProviderHttp(
                        Provider.GOCARDLESS,
                        settings.url(),
                        Map.of(
                                "Authorization",
                                "Bearer " + settings.accessToken(),
                                "GoCardless-Version",
                                VERSION),
                        json);
    }

    @Override
    public Provider id() {
        return Provider.GOCARDLESS;
    }

    @Override
    public Opened open(Attempt attempt, URI back) {
        return mandate("coopmesh_attempt", attempt.id(), attempt.amount().currency(), back);
    }

    /** A page on which the payer gives a mandate. */
    private Opened mandate(String kind, UUID id, Currency currency, URI back) {
        String request =
                create(
                        "billing_requests",
                        Map.of(
                                "mandate_request",
                                Map.of(
                                        "scheme",
                                        settings.scheme(),
                                        "currency",
                                        currency.getCurrencyCode()),
                                "metadata",
                                Map.of(kind, id.toString())),
                        id.toString());
        // A flow is only a door to the request; each may be used, all lead to the one mandate.
        JsonNode flow =
                http.post(
                                "/billing_request_flows",
                                JSON,
                                json.writeValueAsBytes(
                                        Map.of(
                                                "billing_request_flows",
                                                Map.of(
                                                        "redirect_uri",
                                                        back.toString(),
                                                        "exit_uri",
                                                        back.toString(),
                                                        "links",
                                                        Map.of("billing_request", request)))),
                                Map.of())
                        .path("billing_request_flows");
        return new Opened(request, http.page(flow.path("authorisation_url")));
    }

    @Override
    public Seen look(Attempt attempt, Money owed) {
        for (String each : attempt.references()) {
            if (each.startsWith("PM")) return payment(attempt, each);
        }
        if (attempt.saving() != null) {
            String made = made(attempt);
            return made == null
                    ? Seen.without(attempt, Attempt.State.OPEN, null)
                    : payment(attempt, made).with(List.of(made));
        }
        JsonNode request =
                http.get("/billing_requests/" + attempt.reference()).path("billing_requests");
        return switch (request.path("status").asString("")) {
            case "fulfilled" -> collect(attempt, owed, request);
            case "cancelled" -> Seen.without(attempt, Attempt.State.EXPIRED, "cancelled");
            default -> Seen.without(attempt, Attempt.State.OPEN, null);
        };
    }

    private Seen collect(Attempt attempt, Money owed, JsonNode request) {
        if (!owed.isPositive()) {
            return Seen.without(
                    attempt, Attempt.State.FAILED, "paid in another way before it was collected");
        }
        String mandate = http.reference(request.path("links").path("mandate_request_mandate"));
        String payment = collect(attempt, owed, mandate);
        return Seen.without(attempt, Attempt.State.PROCESSING, null)
                .with(List.of(payment, mandate));
    }

    private String collect(Attempt attempt, Money amount, String mandate) {
        return create(
                "payments",
                Map.of(
                        "amount",
                        amount.minor(),
                        "currency",
                        amount.currency().getCurrencyCode(),
                        "description",
                        attempt.number(),
                        "metadata",
                        Map.of("coopmesh_attempt", attempt.id().toString()),
                        "links",
                        Map.of("mandate", mandate)),
                attempt.id() + "-payment");
    }

    /** The payment that was made for the attempt, also by somebody who died before writing it down; null for none. */
    private @Nullable String made(Attempt attempt) {
        for (JsonNode each :
                http.get("/payments?mandate=" + attempt.reference() + "&limit=" + PAYMENTS_MAX)
                        .path("payments")) {
            if (each.path("metadata")
                    .path("coopmesh_attempt")
                    .asString("")
                    .equals(attempt.id().toString())) {
                return http.reference(each.path("id"));
            }
        }
        return null;
    }

    @Override
    public Opened save(Saving saving, Currency currency, URI back) {
        return mandate("coopmesh_saving", saving.id(), currency, back);
    }

    @Override
    public Kept kept(Saving saving) {
        JsonNode request =
                http.get("/billing_requests/" + saving.reference()).path("billing_requests");
        String status = request.path("status").asString("");
        if (!status.equals("fulfilled")) {
            return new Kept(null, null, null, status.equals("cancelled"));
        }
        String mandate = http.reference(request.path("links").path("mandate_request_mandate"));
        String account =
                http.reference(
                        http.get("/mandates/" + mandate)
                                .path("mandates")
                                .path("links")
                                .path("customer_bank_account"));
        JsonNode bank =
                http.get("/customer_bank_accounts/" + account).path("customer_bank_accounts");
        String name = bank.path("bank_name").asString("");
        String label =
                (name.isEmpty() ? "" : name + " ")
                        + "…"
                        + bank.path("account_number_ending").asString("");
        return new Kept(
                null, mandate, label.substring(0, Math.min(label.length(), LABEL_MAX)), false);
    }

    @Override
    public void forget(Saving saving) {
        act("/mandates/" + saving.method() + "/actions/cancel");
    }

    /** Nothing is asked for: a payment is only made when it is charged. */
    @Override
    public String prepare(Attempt attempt, Saving saving) {
        return String.valueOf(saving.method());
    }

    @Override
    public void charge(Attempt attempt) {
        if (made(attempt) == null) {
            collect(attempt, attempt.amount(), attempt.reference());
        }
    }

    @Override
    public void close(Attempt attempt) {
        if (attempt.saving() == null) {
            act("/billing_requests/" + attempt.reference() + "/actions/cancel");
            return;
        }
        String made = made(attempt);
        if (made != null) {
            act("/payments/" + made + "/actions/cancel");
        }
    }

    /** Does what may be done already, or too late to do. */
    private void act(String path) {
        try {
            http.post(path, JSON, json.writeValueAsBytes(Map.of()), Map.of());
        } catch (ProviderRefused tooLate) {
            log.atInfo().addKeyValue("why", tooLate.getMessage()).log("not undone");
        }
    }

    private Seen payment(Attempt attempt, String id) {
        JsonNode payment = http.get("/payments/" + id).path("payments");
        String status = payment.path("status").asString("");
        if (ON_ITS_WAY.contains(status)) {
            return Seen.without(attempt, Attempt.State.PROCESSING, null);
        }
        if (attempt.saving() != null && status.equals("cancelled")) {
            return Seen.without(attempt, Attempt.State.EXPIRED, status);
        }
        if (attempt.saving() != null && status.equals("failed")) {
            return Seen.declined(attempt, Decline.PASSING, "the bank did not pay");
        }
        if (!status.equals("confirmed") && !status.equals("paid_out")) {
            return Seen.without(attempt, Attempt.State.FAILED, status.replace('_', ' '));
        }
        Money refunded = money(attempt, payment.path("amount_refunded"));
        Money received = money(attempt, payment.path("amount")).minus(refunded);
        return new Seen(
                received.isPositive() ? Attempt.State.SUCCEEDED : Attempt.State.FAILED,
                received.isPositive() ? received : Money.zero(received.currency()),
                // What it keeps stands on the payout, not on the payment.
                Money.zero(received.currency()),
                day(payment.path("charge_date").asString("")),
                List.of(),
                refunded.isPositive() ? "refunded" : null,
                null);
    }

    private static @Nullable Instant day(String date) {
        try {
            return LocalDate.parse(date).atTime(12, 0).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException untold) {
            return null;
        }
    }

    private static Money money(Attempt attempt, JsonNode minor) {
        return Money.ofMinor(BigInteger.valueOf(minor.asLong(0)), attempt.amount().currency());
    }

    @Override
    public void refund(Attempt attempt, Money amount, String key) {
        String payment =
                attempt.references().stream()
                        .filter(each -> each.startsWith("PM"))
                        .findFirst()
                        .orElseThrow();
        Money taken =
                money(
                        attempt,
                        http.get("/payments/" + payment).path("payments").path("amount_refunded"));
        create(
                "refunds",
                Map.of(
                        "amount",
                        amount.minor(),
                        "total_amount_confirmation",
                        taken.plus(amount).minor(),
                        "links",
                        Map.of("payment", payment)),
                key);
    }

    /** Creates something once: who asks again under one key is told what there is. */
    private String create(String what, Map<String, Object> value, String key) {
        try {
            return http.reference(
                    http.post(
                                    "/" + what,
                                    JSON,
                                    json.writeValueAsBytes(Map.of(what, value)),
                                    Map.of("Idempotency-Key", key))
                            .path(what)
                            .path("id"));
        } catch (ProviderRefused refused) {
            for (JsonNode error : refused.answer().path("error").path("errors")) {
                if (error.path("reason").asString("").equals(KNOWN)) {
                    return http.reference(error.path("links").path("conflicting_resource_id"));
                }
            }
            throw refused;
        }
    }

    @Override
    public Ring read(byte[] body, UnaryOperator<@Nullable String> header, Instant now) {
        String signature = header.apply("Webhook-Signature");
        if (signature == null) {
            throw new WebhookRefused("signature", "no Webhook-Signature");
        }
        if (!Signatures.match(List.of(signature), settings.webhookSecrets(), body)) {
            throw new WebhookRefused("signature", "the signature is of no secret that is known");
        }
        JsonNode all;
        try {
            all = json.readTree(body);
        } catch (JacksonException unreadable) {
            throw new WebhookRefused("json", "the body is no JSON");
        }
        var references = new LinkedHashSet<String>();
        var what = new LinkedHashSet<String>();
        String first = "";
        for (JsonNode event : all.path("events")) {
            if (first.isEmpty()) first = event.path("id").asString("");
            what.add(
                    event.path("resource_type").asString("")
                            + "."
                            + event.path("action").asString(""));
            for (String link : List.of("billing_request", "payment", "mandate", "refund")) {
                JsonNode value = event.path("links").path(link);
                if (value.isString()) references.add(value.asString());
            }
        }
        String number = all.path("meta").path("webhook_id").asString(first);
        return new Ring(number, String.join(", ", what), List.copyOf(references));
    }
}
