package org.coopmesh.quickstart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stripe, GoCardless and a BTCPay Server in one process on loopback, as far as the co-op speaks with them, with pages on which a
 * browser pays. Can be away, cut a connection after it has done what was asked, and ring twice, late, in any order or not at all.
 */
public final class ProviderSimulator implements AutoCloseable {
    /** What goes wrong with a request. */
    public enum Fault {
        /** Nothing: it is the turn of the one after. */
        NONE,
        /** Nothing is done; the answer is 500. */
        ERROR,
        /** What was asked is done, and nobody is told: the connection is cut. */
        CUT
    }

    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int ACTION_PARTS = 5;
    private static final BigDecimal RATE = new BigDecimal("50000");

    private final JsonMapper json = new JsonMapper();
    private final HttpServer server;
    private final InstantSource now;
    private final @Nullable Path file;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, ObjectNode> things = new LinkedHashMap<>();
    private final Map<String, String> byKey = new HashMap<>();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final List<Ring> held = new ArrayList<>();
    private final Deque<String> declines = new ArrayDeque<>();
    private int charged;
    private boolean holding;
    private int next = 1;
    private int created;

    private record Target(URI to, String secret) {}

    private record Ring(String provider, byte[] body, String header, String signature) {}

    private record Answer(int status, String type, byte[] body, @Nullable String location) {}

    /** @param port 0 for any */
    public ProviderSimulator(int port) throws IOException {
        this(port, InstantSource.system(), null);
    }

    /**
     * @param now what it takes for the time
     * @param file where it remembers everything for its next start; null for nowhere
     */
    ProviderSimulator(int port, InstantSource now, @Nullable Path file) throws IOException {
        this.now = now;
        this.file = file;
        if (file != null && Files.exists(file)) recall(file);
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** Where all three answer. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Has a provider ring there. */
    public synchronized void webhooks(String provider, URI to, String secret) {
        targets.put(provider, new Target(to, secret));
    }

    /** Has the next requests go wrong. */
    public synchronized void fail(int requests, Fault fault) {
        for (int i = 0; i < requests; i++) faults.add(fault);
    }

    /** Keeps webhooks back until {@link #ringAll}. */
    public synchronized void hold() {
        holding = true;
    }

    /** Rings all that was kept back, each so many times, in an order that {@code seed} decides. */
    public void ringAll(int times, long seed) {
        List<Ring> all = new ArrayList<>();
        synchronized (this) {
            for (int i = 0; i < times; i++) all.addAll(held);
            held.clear();
            holding = false;
        }
        Collections.shuffle(all, new Random(seed));
        all.forEach(this::send);
    }

    /** Forgets all that was kept back. */
    public synchronized void loseRings() {
        held.clear();
        holding = false;
    }

    /** How many things that cost somebody money were created: sessions, payments, invoices, refunds. */
    public synchronized int created() {
        return created;
    }

    // Stripe

    /** The payer's card is charged. */
    public void pay(String session) {
        synchronized (this) {
            ObjectNode it = thing(session);
            if (it.path("status").asString("").equals("complete")) return;
            charge(it, intent(it, "succeeded"));
        }
        ring("stripe", "checkout.session.completed", session);
    }

    /** The payer chose a way that takes days. */
    public void promise(String session) {
        synchronized (this) {
            ObjectNode it = thing(session);
            intent(it, "processing");
            it.put("status", "complete").put("payment_status", "unpaid");
        }
        ring("stripe", "checkout.session.completed", session);
    }

    /** What was promised arrives, or not. */
    public void keep(String session, boolean arrives) {
        synchronized (this) {
            ObjectNode it = thing(session);
            ObjectNode intent = thing(it.path("payment_intent").asString());
            if (arrives) {
                charge(it, intent);
            } else {
                intent.put("status", "requires_payment_method")
                        .putObject("last_payment_error")
                        .put("message", "The bank refused.");
            }
        }
        ring(
                "stripe",
                arrives
                        ? "checkout.session.async_payment_succeeded"
                        : "checkout.session.async_payment_failed",
                session);
    }

    /** The page is not used in time. */
    public void expire(String session) {
        synchronized (this) {
            thing(session).put("status", "expired");
        }
        ring("stripe", "checkout.session.expired", session);
    }

    /** The payer's bank takes the money back, or gives it again. */
    public void dispute(String session, String status) {
        String charge;
        synchronized (this) {
            ObjectNode it = charge(session);
            charge = it.path("id").asString();
            it.put("disputed", true);
            ObjectNode dispute =
                    things.computeIfAbsent("dp_" + charge, id -> json.createObjectNode());
            dispute.put("id", "dp_" + charge)
                    .put("object", "dispute")
                    .put("charge", charge)
                    .put("payment_intent", it.path("payment_intent").asString())
                    .put("amount", it.path("amount_captured").asLong())
                    .put("reason", "fraudulent")
                    .put("status", status);
            dispute.putArray("balance_transactions")
                    .addObject()
                    .put("currency", "eur")
                    .put("fee", 2000);
        }
        ring(
                "stripe",
                "charge.dispute." + (status.equals("won") ? "closed" : "created"),
                "dp_" + charge);
    }

    /** Somebody of the co-op gives money back in Stripe itself. */
    public void refund(String session, long minor) {
        String charge;
        synchronized (this) {
            ObjectNode it = charge(session);
            it.put("amount_refunded", it.path("amount_refunded").asLong() + minor);
            charge = it.path("id").asString();
        }
        ring("stripe", "charge.refunded", charge);
    }

    private ObjectNode charge(String session) {
        String intent =
                session.startsWith("pi_")
                        ? session
                        : thing(session).path("payment_intent").asString();
        return thing(thing(intent).path("latest_charge").asString());
    }

    private ObjectNode intent(ObjectNode session, String status) {
        ObjectNode intent = fresh("pi_", "payment_intent");
        intent.put("status", status).set("latest_charge", json.nullNode());
        session.put("payment_intent", intent.path("id").asString());
        return intent;
    }

    private void charge(ObjectNode session, ObjectNode intent) {
        ObjectNode charge = fresh("ch_", "charge");
        long amount = session.path("amount_total").asLong();
        charge.put("payment_intent", intent.path("id").asString())
                .put("currency", session.path("currency").asString())
                .put("amount_captured", amount)
                .put("amount_refunded", 0)
                .put("disputed", false)
                .put("created", now.instant().getEpochSecond());
        charge.putObject("balance_transaction")
                .put("currency", session.path("currency").asString())
                .put("fee", amount * 15 / 1000 + 25);
        intent.put("status", "succeeded").put("latest_charge", charge.path("id").asString());
        session.put("status", "complete").put("payment_status", "paid");
    }

    /** The payer gives a card on the page, which is kept. */
    public void give(String session) {
        synchronized (this) {
            ObjectNode it = thing(session);
            if (it.path("status").asString("").equals("complete")) return;
            ObjectNode method = fresh("pm_", "payment_method").put("type", "card");
            method.putObject("card")
                    .put("brand", "visa")
                    .put("last4", "4242")
                    .put("exp_month", 12)
                    .put("exp_year", 2029);
            ObjectNode intent = fresh("seti_", "setup_intent").put("status", "succeeded");
            intent.put("payment_method", method.path("id").asString());
            it.put("setup_intent", intent.path("id").asString()).put("status", "complete");
        }
        ring("stripe", "checkout.session.completed", session);
    }

    /** What the payers' banks say to the next charges of kept cards, such as {@code insufficient_funds}; nothing for yes. */
    public synchronized void decline(String... codes) {
        declines.clear();
        declines.addAll(List.of(codes));
    }

    /** How often kept cards and mandates were charged, less what was taken back before it was. */
    public synchronized int charged() {
        return charged;
    }

    /** Whether a kept card can be charged still. */
    public synchronized boolean keeps(String method) {
        return things.containsKey(method)
                && !things.get(method).path("detached").asBoolean(false)
                && !things.get(method).path("status").asString("").equals("cancelled");
    }

    // GoCardless

    /** The payer gives the mandate on the page. */
    public void authorise(String request) {
        synchronized (this) {
            ObjectNode it = thing(request);
            if (it.path("status").asString("").equals("fulfilled")) return;
            it.put("status", "fulfilled")
                    .putObject("links")
                    .put("mandate_request_mandate", "MD" + request.substring(3));
            ObjectNode mandate = json.createObjectNode().put("id", "MD" + request.substring(3));
            mandate.put("status", "active")
                    .putObject("links")
                    .put("customer_bank_account", "BA" + request.substring(3));
            things.put("MD" + request.substring(3), mandate);
            things.put(
                    "BA" + request.substring(3),
                    json.createObjectNode()
                            .put("bank_name", "Bank of Simulation")
                            .put("account_number_ending", "42"));
        }
        ring("gocardless", "billing_requests.fulfilled", request);
    }

    /** A payment comes to be so: submitted, confirmed, paid_out, failed, charged_back. */
    public void becomes(String payment, String status) {
        synchronized (this) {
            thing(payment).put("status", status);
        }
        ring("gocardless", "payments." + status, payment);
    }

    /** The payment that was created by the mandate of this request. */
    public synchronized @Nullable String paymentOf(String request) {
        return things.values().stream()
                .filter(each ->
                        each.path("links")
                                .path("mandate")
                                .asString("")
                                .equals("MD" + request.substring(3)))
                .map(each -> each.path("id").asString())
                .findFirst()
                .orElse(null);
    }

    // BTCPay Server

    /** Bitcoin worth so much arrives; on the chain it has to settle. */
    public void arrive(String invoice, String worth, boolean settled) {
        synchronized (this) {
            ObjectNode it = thing(invoice);
            it.withArray("payments")
                    .addObject()
                    .put("value", new BigDecimal(worth).divide(RATE).toPlainString())
                    .put("status", settled ? "Settled" : "Processing")
                    .put("receivedDate", now.instant().getEpochSecond());
            BigDecimal sum = BigDecimal.ZERO;
            boolean all = true;
            for (JsonNode each : it.path("payments")) {
                sum = sum.add(new BigDecimal(each.path("value").asString()).multiply(RATE));
                all &= each.path("status").asString().equals("Settled");
            }
            int enough = sum.compareTo(new BigDecimal(it.path("amount").asString()));
            boolean late = it.path("status").asString().equals("Expired");
            if (enough >= 0) {
                it.put("status", all ? "Settled" : "Processing");
                it.put("additionalStatus", late ? "PaidLate" : enough > 0 ? "PaidOver" : "None");
            } else {
                it.put("additionalStatus", "PaidPartial");
            }
        }
        ring("btcpay", "InvoiceReceivedPayment", invoice);
    }

    /** What was seen on the chain is deep enough in it. */
    public void settle(String invoice) {
        synchronized (this) {
            ObjectNode it = thing(invoice);
            for (JsonNode each : it.path("payments")) {
                ((ObjectNode) each).put("status", "Settled");
            }
            if (it.path("status").asString().equals("Processing")) it.put("status", "Settled");
        }
        ring("btcpay", "InvoiceSettled", invoice);
    }

    /** The time for the rate is over. */
    public void expireInvoice(String invoice) {
        synchronized (this) {
            thing(invoice).put("status", "Expired");
        }
        ring("btcpay", "InvoiceExpired", invoice);
    }

    // What they have in common

    private ObjectNode thing(String id) {
        ObjectNode found = things.get(id);
        if (found == null) throw new IllegalArgumentException("there is no " + id);
        return found;
    }

    private ObjectNode fresh(String prefix, String object) {
        String id = prefix + "sim" + next++;
        ObjectNode made = json.createObjectNode().put("id", id).put("object", object);
        things.put(id, made);
        return made;
    }

    private void recall(Path kept) throws IOException {
        JsonNode all = json.readTree(Files.readAllBytes(kept));
        next = all.path("next").asInt();
        all.path("things").forEachEntry((id, thing) -> things.put(id, (ObjectNode) thing));
        all.path("keys").forEachEntry((key, id) -> byKey.put(key, id.asString()));
    }

    private void remember() {
        if (file == null) return;
        ObjectNode all = json.createObjectNode().put("next", next);
        ObjectNode every = all.putObject("things");
        things.forEach(every::set);
        ObjectNode keys = all.putObject("keys");
        byKey.forEach(keys::put);
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".next");
            Files.write(fresh, json.writeValueAsBytes(all));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ring(String provider, String what, String about) {
        Ring ring;
        synchronized (this) {
            remember();
            Target target = targets.get(provider);
            if (target == null) return;
            ring = ring(provider, target.secret(), what, about);
            if (holding) {
                held.add(ring);
                return;
            }
        }
        send(ring);
    }

    private Ring ring(String provider, String secret, String what, String about) {
        ObjectNode event = json.createObjectNode();
        // What a signature vouches for is the machine's time, which no demo clock moves
        long at = Instant.now().getEpochSecond();
        int number = next++;
        switch (provider) {
            case "stripe" -> {
                event.put("id", "evt_sim" + number).put("object", "event").put("type", what);
                event.putObject("data").set("object", thing(about).deepCopy());
            }
            case "gocardless" -> {
                String[] type = what.split("\\.", -1);
                ObjectNode one = event.putArray("events").addObject();
                one.put("id", "EVsim" + number)
                        .put("resource_type", type[0])
                        .put("action", type[1])
                        .putObject("links")
                        .put(type[0].replaceAll("s$", ""), about);
                event.putObject("meta").put("webhook_id", "WBsim" + number);
            }
            default ->
                    event.put("deliveryId", "dsim" + number)
                            .put("originalDeliveryId", "dsim" + number)
                            .put("type", what)
                            .put("invoiceId", about)
                            .put("timestamp", at);
        }
        byte[] body = json.writeValueAsBytes(event);
        return switch (provider) {
            case "stripe" ->
                    new Ring(
                            provider,
                            body,
                            "Stripe-Signature",
                            "t=%d,v1=%s"
                                    .formatted(
                                            at,
                                            hmac(
                                                    secret,
                                                    (at + ".").getBytes(StandardCharsets.UTF_8),
                                                    body)));
            case "gocardless" -> new Ring(provider, body, "Webhook-Signature", hmac(secret, body));
            default -> new Ring(provider, body, "BTCPay-Sig", "sha256=" + hmac(secret, body));
        };
    }

    private void send(Ring ring) {
        Target target;
        synchronized (this) {
            target = targets.get(ring.provider());
        }
        if (target == null) return;
        try {
            client.send(
                    HttpRequest.newBuilder(target.to())
                            .timeout(Duration.ofSeconds(10))
                            .header("Content-Type", "application/json")
                            .header(ring.header(), ring.signature())
                            .POST(HttpRequest.BodyPublishers.ofByteArray(ring.body()))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
        } catch (IOException away) {
            // A provider would ring again; whoever wants that here rings again.
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static String hmac(String secret, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            for (byte[] part : parts) mac.update(part);
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
        String path = exchange.getRequestURI().getPath();
        Fault fault = null;
        if (!path.startsWith("/page/")) {
            synchronized (this) {
                fault = faults.poll();
            }
        }
        if (fault == Fault.ERROR) {
            write(exchange, json(500, json.createObjectNode()));
            return;
        }
        Answer answer = path.startsWith("/page/") ? page(exchange) : call(exchange, body);
        if (fault == Fault.CUT) {
            exchange.close();
            return;
        }
        write(exchange, answer);
    }

    private static void write(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        if (answer.location() != null) {
            exchange.getResponseHeaders().set("Location", answer.location());
        }
        exchange.sendResponseHeaders(
                answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
        exchange.close();
    }

    private Answer json(int status, JsonNode node) {
        return new Answer(status, "application/json", json.writeValueAsBytes(node), null);
    }

    private synchronized Answer call(HttpExchange exchange, byte[] body) {
        Answer answer = carryOut(exchange, body);
        if (exchange.getRequestMethod().equals("POST")) remember();
        return answer;
    }

    private Answer carryOut(HttpExchange exchange, byte[] body) {
        String path = exchange.getRequestURI().getPath();
        boolean post = exchange.getRequestMethod().equals("POST");
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (path.startsWith("/v1/")) {
            return post ? stripePost(path, form(body), key) : stripeGet(path, exchange);
        }
        if (path.startsWith("/api/v1/stores/")) {
            return btcpay(path, post ? json.readTree(body) : null, exchange);
        }
        return gocardless(path, post ? json.readTree(body) : null, key, exchange);
    }

    private Answer stripePost(String path, Map<String, String> form, @Nullable String key) {
        if (key != null && byKey.containsKey(key)) {
            return json(200, thing(byKey.getOrDefault(key, "")));
        }
        ObjectNode made;
        String[] parts = path.split("/", -1);
        if (parts.length >= ACTION_PARTS) {
            return stripeAction(thing(parts[parts.length - 2]), parts[parts.length - 1], form, key);
        }
        if (path.equals("/v1/customers")) {
            made = fresh("cus_", "customer");
        } else if (path.equals("/v1/payment_intents")) {
            ObjectNode method = things.get(form.getOrDefault("payment_method", ""));
            if (method == null || method.path("detached").asBoolean(false)) {
                ObjectNode error = json.createObjectNode();
                error.putObject("error")
                        .put("code", "resource_missing")
                        .put("message", "No such PaymentMethod.");
                return json(400, error);
            }
            made = fresh("pi_", "payment_intent");
            made.put("status", "requires_confirmation")
                    .put("amount_total", Long.parseLong(form.getOrDefault("amount", "0")))
                    .put("currency", form.get("currency"))
                    .put("payment_method", form.get("payment_method"))
                    .set("latest_charge", json.nullNode());
            // Costs nobody anything yet.
            created--;
        } else if (path.equals("/v1/checkout/sessions")) {
            made = fresh("cs_", "checkout.session");
            String id = made.path("id").asString();
            if ("setup".equals(form.get("mode"))) {
                made.put("setup", true).put("customer", form.get("customer"));
                created--;
            }
            made.put("status", "open")
                    .put("payment_status", "unpaid")
                    .put("url", url() + "/page/" + id)
                    .put("back", form.get("success_url"))
                    .put("name", form.get("line_items[0][price_data][product_data][name]"))
                    .put("currency", form.get("line_items[0][price_data][currency]"))
                    .put(
                            "amount_total",
                            Long.parseLong(
                                    form.getOrDefault(
                                            "line_items[0][price_data][unit_amount]", "0")));
        } else if (path.equals("/v1/refunds")) {
            ObjectNode charge =
                    thing(
                            thing(form.getOrDefault("payment_intent", ""))
                                    .path("latest_charge")
                                    .asString());
            long amount = Long.parseLong(form.getOrDefault("amount", "0"));
            long already = charge.path("amount_refunded").asLong();
            if (already + amount > charge.path("amount_captured").asLong()) {
                ObjectNode error = json.createObjectNode();
                error.putObject("error").put("message", "Refund amount is greater than charge.");
                return json(400, error);
            }
            charge.put("amount_refunded", already + amount);
            made = fresh("re_", "refund");
        } else {
            return json(404, json.createObjectNode());
        }
        created++;
        if (key != null) byKey.put(key, made.path("id").asString());
        return json(200, made);
    }

    private Answer stripeAction(
            ObjectNode on, String action, Map<String, String> form, @Nullable String key) {
        String status = on.path("status").asString("");
        switch (action) {
            case "expire" -> {
                if (!status.equals("open")) return refused(400, "", "Only open sessions expire.");
                on.put("status", "expired");
            }
            case "cancel" -> {
                if (status.equals("succeeded")) return refused(400, "", "It has succeeded.");
                on.put("status", "canceled");
            }
            case "detach" -> on.put("detached", true);
            case "confirm" -> {
                if (!status.equals("requires_confirmation")
                        || !"true".equals(form.get("off_session"))) {
                    return refused(400, "payment_intent_unexpected_state", "It is " + status);
                }
                String no = declines.isEmpty() ? "" : String.valueOf(declines.poll());
                if (!no.isEmpty()) {
                    boolean payers = no.equals("authentication_required");
                    ObjectNode error = json.createObjectNode();
                    error.put("type", "card_error")
                            .put("code", payers ? no : "card_declined")
                            .put("decline_code", no)
                            .put("message", "Your card was declined: " + no + ".");
                    on.put("status", "requires_payment_method").set("last_payment_error", error);
                    ObjectNode answer = json.createObjectNode();
                    answer.set("error", error);
                    return json(402, answer);
                }
                charge(on, on);
                on.put("status", "succeeded");
                charged++;
                created++;
            }
            default -> {
                return json(404, json.createObjectNode());
            }
        }
        if (key != null) byKey.put(key, on.path("id").asString());
        return json(200, on);
    }

    private Answer refused(int status, String code, String message) {
        ObjectNode error = json.createObjectNode();
        error.putObject("error").put("code", code).put("message", message);
        return json(status, error);
    }

    private Answer stripeGet(String path, HttpExchange exchange) {
        if (path.equals("/v1/disputes")) {
            String intent = query(exchange).get("payment_intent");
            ObjectNode list = json.createObjectNode();
            var data = list.putArray("data");
            things.values().stream()
                    .filter(each -> each.path("object").asString("").equals("dispute"))
                    .filter(each -> each.path("payment_intent").asString("").equals(intent))
                    .forEach(data::add);
            return json(200, list);
        }
        ObjectNode session = things.get(path.substring(path.lastIndexOf('/') + 1));
        if (session == null) return json(404, json.createObjectNode());
        ObjectNode expanded = session.deepCopy();
        ObjectNode own = things.get(session.path("latest_charge").asString(""));
        if (own != null) expanded.set("latest_charge", own.deepCopy());
        ObjectNode setup = things.get(session.path("setup_intent").asString(""));
        if (setup != null) {
            ObjectNode copy = setup.deepCopy();
            copy.set("payment_method", thing(setup.path("payment_method").asString()).deepCopy());
            expanded.set("setup_intent", copy);
        }
        ObjectNode intent = things.get(session.path("payment_intent").asString(""));
        if (intent != null) {
            ObjectNode copy = intent.deepCopy();
            ObjectNode charge = things.get(intent.path("latest_charge").asString(""));
            if (charge != null) copy.set("latest_charge", charge.deepCopy());
            expanded.set("payment_intent", copy);
        }
        return json(200, expanded);
    }

    private Answer gocardless(
            String path, @Nullable JsonNode body, @Nullable String key, HttpExchange exchange) {
        String[] parts = path.substring(1).split("/", -1);
        String what = parts[0];
        ObjectNode answer = json.createObjectNode();
        if (body == null && what.equals("payments") && parts.length == 1) {
            String mandate = query(exchange).get("mandate");
            var list = answer.putArray(what);
            things.values().stream()
                    .filter(each -> each.path("object").asString("").equals("payments"))
                    .filter(each -> each.path("links").path("mandate").asString("").equals(mandate))
                    .forEach(list::add);
            return json(200, answer);
        }
        if (body != null && parts.length == ACTION_PARTS - 1) {
            ObjectNode on = thing(parts[1]);
            if (what.equals("payments")
                    && !on.path("status").asString("").equals("pending_submission")) {
                return refused(422, "", "It is " + on.path("status").asString(""));
            }
            on.put("status", "cancelled");
            if (what.equals("payments")) charged--;
            answer.set(what, on);
            return json(200, answer);
        }
        if (body == null) {
            ObjectNode found = parts.length == 2 ? things.get(parts[1]) : null;
            if (found == null) return json(404, answer);
            answer.set(what, found);
            return json(200, answer);
        }
        if (key != null && byKey.containsKey(key)) {
            ObjectNode error = answer.putObject("error");
            error.put("message", "A resource has already been created with this idempotency key")
                    .put("code", 409);
            error.putArray("errors")
                    .addObject()
                    .put("reason", "idempotent_creation_conflict")
                    .putObject("links")
                    .put("conflicting_resource_id", byKey.get(key));
            return json(409, answer);
        }
        JsonNode asked = body.path(what);
        ObjectNode made;
        switch (what) {
            case "billing_requests" -> {
                made = fresh("BRQ", what);
                made.put("status", "pending");
            }
            case "billing_request_flows" -> {
                made = fresh("BRF", what);
                String request = asked.path("links").path("billing_request").asString();
                thing(request).put("back", asked.path("redirect_uri").asString());
                made.put("authorisation_url", url() + "/page/" + request);
            }
            case "payments" -> {
                ObjectNode mandate = things.get(asked.path("links").path("mandate").asString(""));
                if (mandate != null && !mandate.path("status").asString("").equals("active")) {
                    return refused(422, "", "Mandate is not active");
                }
                made = fresh("PM", what);
                charged++;
                made.set("metadata", asked.path("metadata").deepCopy());
                made.put("status", "pending_submission")
                        .put("amount", asked.path("amount").asLong())
                        .put("amount_refunded", 0)
                        .put(
                                "charge_date",
                                LocalDate.ofInstant(now.instant(), ZoneOffset.UTC).toString());
                made.set("links", asked.path("links").deepCopy());
                created++;
            }
            case "refunds" -> {
                made = fresh("RF", what);
                ObjectNode payment = thing(asked.path("links").path("payment").asString());
                payment.put(
                        "amount_refunded",
                        payment.path("amount_refunded").asLong() + asked.path("amount").asLong());
                created++;
            }
            default -> {
                return json(404, answer);
            }
        }
        if (key != null) byKey.put(key, made.path("id").asString());
        answer.set(what, made);
        return json(201, answer);
    }

    private Answer btcpay(String path, @Nullable JsonNode body, HttpExchange exchange) {
        String[] parts = path.split("/", -1);
        if (body != null) {
            ObjectNode made = fresh("BTC", "invoice");
            made.put("status", "New")
                    .put("additionalStatus", "None")
                    .put("amount", body.path("amount").asString())
                    .put("back", body.path("checkout").path("redirectURL").asString())
                    .put("createdTime", now.instant().getEpochSecond())
                    .put("checkoutLink", url() + "/page/" + made.path("id").asString());
            made.set("metadata", body.path("metadata").deepCopy());
            made.putArray("payments");
            created++;
            return json(200, made);
        }
        if (parts.length == 6) {
            String order = query(exchange).get("orderId");
            var list = json.createArrayNode();
            things.values().stream()
                    .filter(each ->
                            each.path("metadata").path("orderId").asString("").equals(order))
                    .forEach(list::add);
            return json(200, list);
        }
        ObjectNode found = things.get(parts[6]);
        if (found == null) return json(404, json.createObjectNode());
        if (parts.length == 7) return json(200, found);
        var ways = json.createArrayNode();
        ways.addObject()
                .put("paymentMethodId", "BTC-CHAIN")
                .put("rate", RATE.toPlainString())
                .set("payments", found.path("payments").deepCopy());
        return json(200, ways);
    }

    /** A page with one button: what a payer sees at a provider, without the rest. */
    private Answer page(HttpExchange exchange) {
        String id = exchange.getRequestURI().getPath().substring("/page/".length());
        String back;
        String amount;
        synchronized (this) {
            ObjectNode it = things.get(id);
            if (it == null) return json(404, json.createObjectNode());
            back = it.path("back").asString();
            amount = it.path("amount").asString("0");
        }
        if (exchange.getRequestMethod().equals("POST")) {
            if (id.startsWith("cs_") && thing(id).path("setup").asBoolean(false)) give(id);
            else if (id.startsWith("cs_")) pay(id);
            else if (id.startsWith("BRQ")) authorise(id);
            else arrive(id, amount, true);
            return new Answer(303, "text/plain", new byte[0], back);
        }
        return new Answer(
                200,
                "text/html; charset=utf-8",
                """
                <!DOCTYPE html><html lang="en"><head><title>Payment provider (simulated)</title></head>
                <body><main><h1>Payment provider (simulated)</h1><p>No money moves here.</p>
                <form method="post"><button>Pay</button></form></main></body></html>
                """
                        .getBytes(StandardCharsets.UTF_8),
                null);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        return form(query == null ? new byte[0] : query.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> form(byte[] body) {
        var form = new HashMap<String, String>();
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return form;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
