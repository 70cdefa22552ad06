package org.coopmesh.billing.provider;

import java.math.BigInteger;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * GoCardless: the payer gives a mandate on its page, then the amount is collected from the bank account. Speaks the API of
 * {@link #VERSION}.
 */
final class GoCardlessAdapter implements PaymentProvider {
    static final String VERSION = "2015-07-06";

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
        String request =
                create(
                        "billing_requests",
                        Map.of(
                                "mandate_request",
                                Map.of(
                                        "scheme",
                                        settings.scheme(),
                                        "currency",
                                        attempt.amount().currency().getCurrencyCode()),
                                "metadata",
                                Map.of("coopmesh_attempt", attempt.id().toString())),
                        attempt.id().toString());
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
        String payment =
                create(
                        "payments",
                        Map.of(
                                "amount",
                                owed.minor(),
                                "currency",
                                owed.currency().getCurrencyCode(),
                                "description",
                                attempt.number(),
                                "metadata",
                                Map.of("coopmesh_attempt", attempt.id().toString()),
                                "links",
                                Map.of("mandate", mandate)),
                        attempt.id() + "-payment");
        return Seen.without(attempt, Attempt.State.PROCESSING, null)
                .with(List.of(payment, mandate));
    }

    private Seen payment(Attempt attempt, String id) {
        JsonNode payment = http.get("/payments/" + id).path("payments");
        String status = payment.path("status").asString("");
        if (ON_ITS_WAY.contains(status)) {
            return Seen.without(attempt, Attempt.State.PROCESSING, null);
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
                refunded.isPositive() ? "refunded" : null);
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
