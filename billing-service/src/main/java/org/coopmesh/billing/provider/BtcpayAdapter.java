package org.coopmesh.billing.provider;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A BTCPay Server of the co-op's own: Bitcoin on the chain and over Lightning, through the Greenfield API. What arrives counts
 * at the rate that its invoice was shown with, whether it is too little, too much or too late.
 */
final class BtcpayAdapter implements PaymentProvider {
    private static final String MARK = "sha256=";
    private static final int FOUND_MAX = 20;

    /** Digits before and behind the point: more is no rate and no amount of bitcoin. */
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,18})?");

    private final ProviderSettings.Btcpay settings;
    private final JsonMapper json;
    private final ProviderHttp http;
    private final String store;

    BtcpayAdapter(ProviderSettings.Btcpay settings, JsonMapper json) {
        this.settings = settings;
        this.json = json;
        this.http =
                new ProviderHttp(
                        Provider.BTCPAY,
                        settings.url(),
                        Map.of("Authorization", "token " + settings.apiKey()),
                        json);
        this.store =
                "/api/v1/stores/" + URLEncoder.encode(settings.storeId(), StandardCharsets.UTF_8);
    }

    @Override
    public Provider id() {
        return Provider.BTCPAY;
    }

    @Override
    public Opened open(Attempt attempt, URI back) {
        // It knows no keys for repetitions, so it is asked first what it has.
        for (JsonNode found :
                http.get(store + "/invoices?orderId=" + attempt.id() + "&take=" + FOUND_MAX)) {
            if (found.path("metadata")
                    .path("orderId")
                    .asString("")
                    .equals(attempt.id().toString())) {
                return opened(found);
            }
        }
        return opened(
                http.post(
                        store + "/invoices",
                        "application/json",
                        json.writeValueAsBytes(
                                Map.of(
                                        "amount",
                                        attempt.amount().decimal(),
                                        "currency",
                                        attempt.amount().currency().getCurrencyCode(),
                                        "metadata",
                                        Map.of(
                                                "orderId",
                                                attempt.id().toString(),
                                                "itemDesc",
                                                attempt.number()),
                                        "checkout",
                                        Map.of("redirectURL", back.toString()))),
                        Map.of()));
    }

    private Opened opened(JsonNode invoice) {
        return new Opened(
                http.reference(invoice.path("id")), http.page(invoice.path("checkoutLink")));
    }

    @Override
    public Seen look(Attempt attempt, Money owed) {
        String path = store + "/invoices/" + attempt.reference();
        JsonNode invoice = http.get(path);
        String status = invoice.path("status").asString("");
        String more = invoice.path("additionalStatus").asString("");
        if (status.equals("New")) {
            return Seen.without(attempt, Attempt.State.OPEN, null);
        }
        if (status.equals("Invalid")) {
            return Seen.without(attempt, Attempt.State.FAILED, "invalid");
        }
        if (status.equals("Settled") && more.equals("Marked")) {
            // Somebody of the co-op said so by hand.
            return seen(attempt, attempt.amount(), changed(invoice), null);
        }
        var sum = BigDecimal.ZERO;
        Instant last = changed(invoice);
        boolean waiting = false;
        for (JsonNode way : http.get(path + "/payment-methods")) {
            for (JsonNode each : way.path("payments")) {
                switch (each.path("status").asString("")) {
                    case "Settled" -> {
                        sum =
                                sum.add(
                                        decimal(each.path("value"))
                                                .multiply(decimal(way.path("rate"))));
                        last = Instant.ofEpochSecond(each.path("receivedDate").asLong());
                    }
                    case "Processing" -> waiting = true;
                    default -> {
                        // A payment that will never be.
                    }
                }
            }
        }
        Money received = received(attempt, sum, status.equals("Settled") && more.equals("None"));
        if (received.isPositive()) {
            String why =
                    switch (more) {
                        case "PaidPartial" -> "too little";
                        case "PaidOver" -> "too much";
                        case "PaidLate" -> "too late";
                        default -> null;
                    };
            return seen(attempt, received, last, why);
        }
        if (waiting || status.equals("Processing")) {
            return Seen.without(attempt, Attempt.State.PROCESSING, null);
        }
        return Seen.without(attempt, Attempt.State.EXPIRED, null);
    }

    private static BigDecimal decimal(JsonNode value) {
        String text = value.asString("0");
        if (!DECIMAL.matcher(text).matches()) {
            throw new ProviderAway(Provider.BTCPAY, "an answer holds no amount");
        }
        return new BigDecimal(text);
    }

    /** Whole cents of what came; exactly what was asked for where BTCPay says that it is. */
    private static Money received(Attempt attempt, BigDecimal sum, boolean exact) {
        if (exact) return attempt.amount();
        BigDecimal cents =
                sum.setScale(
                        attempt.amount().currency().getDefaultFractionDigits(),
                        RoundingMode.HALF_UP);
        return Money.ofMinor(cents.unscaledValue(), attempt.amount().currency());
    }

    private static Seen seen(
            Attempt attempt, Money received, Instant takenAt, @Nullable String why) {
        return new Seen(
                Attempt.State.SUCCEEDED,
                received,
                Money.zero(received.currency()),
                takenAt,
                List.of(),
                why,
                null);
    }

    private static Instant changed(JsonNode invoice) {
        return Instant.ofEpochSecond(invoice.path("createdTime").asLong());
    }

    @Override
    public void refund(Attempt attempt, Money amount, String key) {
        throw new ProviderRefused(
                Provider.BTCPAY,
                422,
                "Bitcoin goes back in BTCPay Server, to an address that the payer names; then take the payment back here",
                json.createObjectNode());
    }

    @Override
    public Ring read(byte[] body, UnaryOperator<@Nullable String> header, Instant now) {
        String signature = header.apply("BTCPay-Sig");
        if (signature == null || !signature.startsWith(MARK)) {
            throw new WebhookRefused("signature", "no BTCPay-Sig");
        }
        if (!Signatures.match(
                Set.of(signature.substring(MARK.length())), settings.webhookSecrets(), body)) {
            throw new WebhookRefused("signature", "the signature is of no secret that is known");
        }
        JsonNode event;
        try {
            event = json.readTree(body);
        } catch (JacksonException unreadable) {
            throw new WebhookRefused("json", "the body is no JSON");
        }
        var references = new LinkedHashSet<String>();
        JsonNode invoice = event.path("invoiceId");
        if (invoice.isString()) references.add(invoice.asString());
        String number = event.path("deliveryId").asString("");
        return new Ring(
                event.path("originalDeliveryId").asString(number),
                event.path("type").asString(""),
                List.copyOf(references));
    }
}
