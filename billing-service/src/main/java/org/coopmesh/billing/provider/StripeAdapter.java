package org.coopmesh.billing.provider;

import java.math.BigInteger;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Stripe Checkout: cards and what else the co-op's account offers. Speaks the API as of {@link #VERSION}, whatever the account's own
 * version is.
 */
final class StripeAdapter implements SavingProvider {
    static final String VERSION = "2026-07-29.dahlia";

    /** How old a webhook may be, and how far ahead its clock. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(StripeAdapter.class);
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int PAYMENT_REQUIRED = 402;
    private static final int LABEL_MAX = 100;

    /** Codes after which the card is of no use: asking again is refused again, or counts against the co-op. */
    private static final Set<String> HOPELESS =
            Set.of(
                    "card_not_supported",
                    "currency_not_supported",
                    "expired_card",
                    "fraudulent",
                    "highest_risk_level",
                    "incorrect_number",
                    "invalid_account",
                    "lost_card",
                    "merchant_blacklist",
                    "pickup_card",
                    "restricted_card",
                    "revocation_of_all_authorizations",
                    "revocation_of_authorization",
                    "stolen_card",
                    "stop_payment_order",
                    "transaction_not_allowed");

    /** Codes after which only the payer can pay. */
    private static final Set<String> PAYERS = Set.of("authentication_required");

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
    public Opened save(Saving saving, Currency currency, URI back) {
        String id = saving.id().toString();
        JsonNode customer =
                post(
                        "/v1/customers",
                        Map.of("metadata[coopmesh_payer]", saving.payer().toString()),
                        id + "-customer");
        var form = new LinkedHashMap<String, String>();
        form.put("mode", "setup");
        form.put("payment_method_types[0]", "card");
        form.put("customer", http.reference(customer.path("id")));
        form.put("client_reference_id", id);
        form.put("metadata[coopmesh_saving]", id);
        form.put("success_url", back.toString());
        form.put("cancel_url", back.toString());
        JsonNode session = post("/v1/checkout/sessions", form, id);
        return new Opened(http.reference(session.path("id")), http.page(session.path("url")));
    }

    @Override
    public Kept kept(Saving saving) {
        JsonNode session =
                http.get(
                        "/v1/checkout/sessions/"
                                + saving.reference()
                                + "?expand[]=setup_intent.payment_method");
        JsonNode intent = session.path("setup_intent");
        if (!intent.path("status").asString("").equals("succeeded")) {
            return new Kept(
                    null, null, null, session.path("status").asString("").equals("expired"));
        }
        JsonNode method = intent.path("payment_method");
        return new Kept(
                http.reference(session.path("customer")),
                http.reference(method.path("id")),
                label(method),
                false);
    }

    private static String label(JsonNode method) {
        JsonNode card = method.path("card");
        if (!card.isObject()) {
            return method.path("type").asString("").isEmpty()
                    ? "card"
                    : cut(method.path("type").asString());
        }
        String brand = card.path("brand").asString("card");
        return cut(
                "%s%s …%s, %02d/%d"
                        .formatted(
                                brand.substring(0, 1).toUpperCase(Locale.ROOT),
                                brand.substring(1),
                                card.path("last4").asString(""),
                                card.path("exp_month").asInt(0),
                                card.path("exp_year").asInt(0)));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LABEL_MAX));
    }

    @Override
    public void forget(Saving saving) {
        act("/v1/payment_methods/" + saving.method() + "/detach");
    }

    /** An intent that nobody confirmed moves no money, and may be made anew. */
    @Override
    public String prepare(Attempt attempt, Saving saving) {
        var form = new LinkedHashMap<String, String>();
        form.put("amount", attempt.amount().minor().toString());
        form.put(
                "currency", attempt.amount().currency().getCurrencyCode().toLowerCase(Locale.ROOT));
        form.put("customer", String.valueOf(saving.customer()));
        form.put("payment_method", String.valueOf(saving.method()));
        form.put("payment_method_types[0]", "card");
        form.put("description", attempt.number());
        form.put("metadata[coopmesh_attempt]", attempt.id().toString());
        return http.reference(
                post("/v1/payment_intents", form, attempt.id() + "-prepared").path("id"));
    }

    @Override
    public void charge(Attempt attempt) {
        try {
            post(
                    "/v1/payment_intents/" + attempt.reference() + "/confirm",
                    Map.of("off_session", "true"),
                    attempt.id() + "-charged");
        } catch (ProviderRefused refused) {
            // What a card says stands on the intent, too.
            if (refused.status() != PAYMENT_REQUIRED) throw refused;
        }
    }

    @Override
    public void close(Attempt attempt) {
        act(
                attempt.saving() == null
                        ? "/v1/checkout/sessions/" + attempt.reference() + "/expire"
                        : "/v1/payment_intents/" + attempt.reference() + "/cancel");
    }

    /** Does what may be done already, or too late to do. */
    private void act(String path) {
        try {
            http.post(path, FORM, new byte[0], Map.of());
        } catch (ProviderRefused tooLate) {
            log.atInfo().addKeyValue("why", tooLate.getMessage()).log("not undone");
        }
    }

    private Seen charged(Attempt attempt) {
        JsonNode intent =
                http.get(
                        "/v1/payment_intents/"
                                + attempt.reference()
                                + "?expand[]=latest_charge.balance_transaction");
        JsonNode charge = intent.path("latest_charge");
        List<String> names =
                charge.isObject() ? List.of(http.reference(charge.path("id"))) : List.of();
        return switch (intent.path("status").asString("")) {
            case "succeeded" -> taken(attempt, attempt.reference(), charge, names);
            case "processing" -> Seen.without(attempt, Attempt.State.PROCESSING, null).with(names);
            case "canceled" -> Seen.without(attempt, Attempt.State.EXPIRED, "not wanted any more");
            case "requires_action" ->
                    Seen.declined(attempt, Decline.PAYER, "The bank wants the payer to confirm it.")
                            .with(names);
            case "requires_payment_method" ->
                    declined(attempt, intent.path("last_payment_error")).with(names);
            default -> Seen.without(attempt, Attempt.State.OPEN, null).with(names);
        };
    }

    private static Seen declined(Attempt attempt, JsonNode error) {
        String code = error.path("decline_code").asString(error.path("code").asString(""));
        String why = error.path("message").asString("The card was declined.");
        Decline decline = Decline.PASSING;
        if (PAYERS.contains(code) || PAYERS.contains(error.path("code").asString(""))) {
            decline = Decline.PAYER;
        } else if (HOPELESS.contains(code) || HOPELESS.contains(error.path("code").asString(""))) {
            decline = Decline.FINAL;
        }
        return Seen.declined(attempt, decline, why);
    }

    @Override
    public Seen look(Attempt attempt, Money owed) {
        if (attempt.saving() != null) {
            return charged(attempt);
        }
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
                why,
                null);
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
        return http.post(path, FORM, body, Map.of("Idempotency-Key", key));
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
