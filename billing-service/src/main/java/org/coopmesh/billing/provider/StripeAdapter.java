package org.coopmesh.billing.provider;

import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stripe Checkout: cards and what else the co-op's account offers. Speaks the API as of {@link #VERSION}, whatever the account's own
 * version is.
 */
final class StripeAdapter implements PaymentProvider {
    static final String VERSION = "2026-07-29.dahlia";

    /** How old a webhook may be, and how far ahead its clock. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final int SIGNATURES_MAX = 10;
    private static final int DISPUTES_MAX = 20;

    /** States of a dispute in which the money is with us. */
    private static final Set<String> HARMLESS =
            Set.of("won", "warning_needs_response", "warning_under_review", "warning_closed");

    private final ProviderSettings.Stripe settings;
    private final JsonMapper json;
    private final ProviderHttp http;

    StripeAdapter(ProviderSettings.Stripe settings, JsonMapper json) {
        this.settings = settings;
        this.json = json;
        this.http =
                new ProviderHttp(
                        Provider.STRIPE,
                        settings.url(),
                        Map.of(
                                "Authorization",
                                "Bearer " + settings.secretKey(),
                                "Stripe-Version",
                                VERSION),
                        json);
    }

    @Override
    public Provider id() {
        return Provider.STRIPE;
    }

    @Override
    public Opened open(Attempt attempt, URI back) {
        var form = new LinkedHashMap<String, String>();
        form.put("mode", "payment");
        form.put("client_reference_id", attempt.id().toString());
        form.put("line_items[0][quantity]", "1");
        form.put(
                "line_items[0][price_data][currency]",
                attempt.amount().currency().getCurrencyCode().toLowerCase(Locale.ROOT));
        form.put("line_items[0][price_data][unit_amount]", attempt.amount().minor().toString());
        form.put("line_items[0][price_data][product_data][name]", attempt.number());
        form.put("metadata[coopmesh_attempt]", attempt.id().toString());
        form.put("payment_intent_data[metadata][coopmesh_attempt]", attempt.id().toString());
        form.put("payment_intent_data[description]", attempt.number());
        form.put("success_url", back.toString());
        form.put("cancel_url", back.toString());
        // A repetition must be the same to the letter, and the way back may be another.
        String key = attempt.id() + "-" + Integer.toHexString(back.toString().hashCode());
        JsonNode session = post("/v1/checkout/sessions", form, key);
        return new Opened(http.reference(session.path("id")), http.page(session.path("url")));
    }

    @Override
    public Seen look(Attempt attempt, Money owed) {
        JsonNode session =
                http.get(
                        "/v1/checkout/sessions/"
                                + attempt.reference()
                                + "?expand[]=payment_intent.latest_charge.balance_transaction");
        JsonNode intent = session.path("payment_intent");
        JsonNode charge = intent.path("latest_charge");
        List<String> names = new ArrayList<>();
        for (JsonNode each : List.of(intent, charge)) {
            if (each.isObject()) names.add(http.reference(each.path("id")));
        }
        return switch (intent.path("status").asString("")) {
            case "succeeded" -> taken(attempt, http.reference(intent.path("id")), charge, names);
            case "processing" -> Seen.without(attempt, Attempt.State.PROCESSING, null).with(names);
            case "canceled" -> Seen.without(attempt, Attempt.State.FAILED, "cancelled").with(names);
            default -> unpaid(attempt, session, intent).with(names);
        };
    }

    private static Seen unpaid(Attempt attempt, JsonNode session, JsonNode intent) {
        @Nullable String why = intent.path("last_payment_error").path("message").asString(null);
        return switch (session.path("status").asString("")) {
            case "expired" -> Seen.without(attempt, Attempt.State.EXPIRED, why);
            // A payer who came to the end and whose bank said no afterwards.
            case "complete" -> Seen.without(attempt, Attempt.State.FAILED, why);
            default -> Seen.without(attempt, Attempt.State.OPEN, why);
        };
    }

    private Seen taken(Attempt attempt, String intent, JsonNode charge, List<String> names) {
        String currency = attempt.amount().currency().getCurrencyCode();
        String charged = charge.path("currency").asString("");
        if (!charged.equalsIgnoreCase(currency)) {
            throw new ProviderRefused(
                    Provider.STRIPE, 200, "charged in " + charged + ", not " + currency, charge);
        }
        Money received =
                money(attempt, charge.path("amount_captured"))
                        .minus(money(attempt, charge.path("amount_refunded")));
        Money fee = fee(attempt, charge.path("balance_transaction"));
        String why = charge.path("amount_refunded").asLong() > 0 ? "refunded" : null;
        if (charge.path("disputed").asBoolean(false)) {
            for (JsonNode dispute :
                    http.get("/v1/disputes?payment_intent=" + intent + "&limit=" + DISPUTES_MAX)
                            .path("data")) {
                if (!HARMLESS.contains(dispute.path("status").asString(""))) {
                    received = received.minus(money(attempt, dispute.path("amount")));
                    why = "disputed: " + dispute.path("reason").asString("no reason told");
                }
                for (JsonNode moved : dispute.path("balance_transactions")) {
                    fee = fee.plus(fee(attempt, moved));
                }
            }
        }
        Money zero = Money.zero(attempt.amount().currency());
        return new Seen(
                received.isPositive() ? Attempt.State.SUCCEEDED : Attempt.State.FAILED,
                received.isPositive() ? received : zero,
                fee,
                Instant.ofEpochSecond(charge.path("created").asLong()),
                names,
                why);
    }

    private static Money money(Attempt attempt, JsonNode minor) {
        return Money.ofMinor(BigInteger.valueOf(minor.asLong(0)), attempt.amount().currency());
    }

    /** What Stripe keeps stands in the account's own currency; in another it is not known here. */
    private static Money fee(Attempt attempt, JsonNode moved) {
        boolean ours =
                moved.path("currency")
                        .asString("")
                        .equalsIgnoreCase(attempt.amount().currency().getCurrencyCode());
        return ours ? money(attempt, moved.path("fee")) : Money.zero(attempt.amount().currency());
    }

    @Override
    public void refund(Attempt attempt, Money amount, String key) {
        String intent =
                attempt.references().stream()
                        .filter(each -> each.startsWith("pi_"))
                        .findFirst()
                        .orElseThrow();
        post(
                "/v1/refunds",
                Map.of("payment_intent", intent, "amount", amount.minor().toString()),
                key);
    }

    private JsonNode post(String path, Map<String, String> form, String key) {
        byte[] body =
                form.entrySet().stream()
                        .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
                        .collect(Collectors.joining("&"))
                        .getBytes(StandardCharsets.UTF_8);
        return http.post(
                path, "application/x-www-form-urlencoded", body, Map.of("Idempotency-Key", key));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public Ring read(byte[] body, UnaryOperator<@Nullable String> header, Instant now) {
        String signature = header.apply("Stripe-Signature");
        if (signature == null) {
            throw new WebhookRefused("signature", "no Stripe-Signature");
        }
        String time = "";
        var v1 = new ArrayList<String>();
        for (String part : signature.split(",", SIGNATURES_MAX)) {
            if (part.strip().startsWith("t=")) time = part.strip().substring(2);
            if (part.strip().startsWith("v1=")) v1.add(part.strip().substring(3));
        }
        if (!Signatures.match(
                v1,
                settings.webhookSecrets(),
                (time + ".").getBytes(StandardCharsets.UTF_8),
                body)) {
            throw new WebhookRefused("signature", "the signature is of no secret that is known");
        }
        // The time is what was signed, so it can be believed to be a number here.
        if (Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), now)
                        .abs()
                        .compareTo(TOLERANCE)
                > 0) {
            throw new WebhookRefused("time", "signed at " + time + ", more than five minutes off");
        }
        JsonNode event = tree(body);
        var references = new LinkedHashSet<String>();
        JsonNode object = event.path("data").path("object");
        for (String name : List.of("id", "payment_intent", "charge")) {
            JsonNode value = object.path(name);
            if (value.isString()) references.add(value.asString());
        }
        return new Ring(
                event.path("id").asString(""),
                event.path("type").asString(""),
                List.copyOf(references));
    }

    private JsonNode tree(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JacksonException unreadable) {
            throw new WebhookRefused("json", "the body is no JSON");
        }
    }
}
