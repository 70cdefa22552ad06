package org.coopmesh.billing.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Measures how long a signed webhook takes until it is written down and answered, over HTTP, some at a time. Service, database (fsync on) and
 * whoever rings share this machine. Prints figures, asserts only that each was taken.
 */
final class WebhookBench {
    private static final String SECRET = "whsec_bench";
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final int RINGERS = 4;
    private static final int WARM_UP = 1_000;
    private static final int ATTEMPTS = 10_000;

    private WebhookBench() {}

    /** Argument: webhooks, 10,000 unless told. */
    static void main(String[] arguments) throws Exception {
        int webhooks = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        try (ConfigurableApplicationContext context =
                BillingContext.start(
                        "--coopmesh.provider.check-interval=PT1H",
                        "--coopmesh.provider.stripe.secret-key=sk_bench",
                        "--coopmesh.provider.stripe.webhook-secrets=" + SECRET)) {
            attempts(context);
            var to =
                    URI.create(
                            "http://127.0.0.1:%s/webhooks/stripe"
                                    .formatted(
                                            context.getEnvironment()
                                                    .getProperty("local.server.port")));
            ring(to, 0, WARM_UP);
            long started = System.nanoTime();
            long[] nanos = ring(to, WARM_UP, webhooks);
            double seconds = (System.nanoTime() - started) / 1e9;
            long heard =
                    context.getBean(JdbcClient.class)
                            .sql("select count(*) from payment_webhook")
                            .query(Long.class)
                            .single();
            if (heard != WARM_UP + webhooks) {
                throw new IllegalStateException("heard " + heard);
            }
            Arrays.sort(nanos);
            String settings =
                    "webhooks=%d at_once=%d attempts=%d fsync=on cores=%d database_and_ringers_on_the_same_machine load=%s"
                            .formatted(
                                    webhooks,
                                    RINGERS,
                                    ATTEMPTS,
                                    Runtime.getRuntime().availableProcessors(),
                                    Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
            figure("webhook.p50_ms", nanos[nanos.length / 2] / 1e6, "ms", settings);
            figure("webhook.p99_ms", nanos[nanos.length * 99 / 100] / 1e6, "ms", settings);
            figure("webhook.per_s", webhooks / seconds, "1/s", settings);
        }
        System.exit(0);
    }

    /** Attempts by the names that webhooks will give them. */
    private static void attempts(ConfigurableApplicationContext context) {
        context.getBean(StandingClock.class).set("2026-11-02T08:00:00Z");
        var facts = context.getBean(Facts.class);
        facts.constituted();
        context.getBean(Rating.class)
                .declare(
                        new Plan(
                                "home",
                                "Home",
                                "",
                                LocalDate.of(2026, 9, 1),
                                Money.parse("12.50", EUR),
                                0,
                                Money.parse("0", EUR)),
                        new MemberId(UUID.randomUUID()));
        var payer = new PayerId(facts.joined("home", "2026-10-01").payer());
        var invoicing = context.getBean(Invoicing.class);
        BillsForTests.bill(invoicing, payer, YearMonth.of(2026, 10));
        context.getBean(JdbcClient.class)
                .sql(
                        """
                        insert into payment_attempt (id, provider, invoice_id, number, payer_id, amount_micro, currency, state, page,
                                                     references_all, created_at, changed_at, next_look_at)
                        select gen_random_uuid(), 'stripe', :invoice, 'x', :payer, 12500000, 'EUR', 'open', 'https://stripe.invalid/',
                               array['cs_' || n, 'pi_' || n], now(), now(), now()
                          from generate_series(1, :attempts) n
                        """)
                .param("invoice", invoicing.owing(payer).getFirst().heading().id().value())
                .param("payer", payer.value())
                .param("attempts", ATTEMPTS)
                .update();
        context.getBean(JdbcClient.class).sql("analyze").update();
    }

    private static long[] ring(URI to, int first, int count) throws Exception {
        try (var threads = Executors.newFixedThreadPool(RINGERS);
                var client = HttpClient.newHttpClient()) {
            var all = new ArrayList<Callable<Long>>();
            for (int i = first; i < first + count; i++) {
                int number = i;
                all.add(() -> ring(client, to, number));
            }
            List<Future<Long>> done = threads.invokeAll(all);
            long[] nanos = new long[done.size()];
            for (int i = 0; i < nanos.length; i++) nanos[i] = done.get(i).get();
            return nanos;
        }
    }

    private static long ring(HttpClient client, URI to, int number)
            throws IOException, InterruptedException {
        byte[] body =
                """
                {"id":"evt_%1$d","type":"payment_intent.succeeded","data":{"object":{"id":"pi_%2$d","object":"payment_intent","metadata":{}}}}
                """
                        .formatted(number, number % ATTEMPTS)
                        .getBytes(UTF_8);
        String time = Long.toString(Instant.now().getEpochSecond());
        String v1 =
                HexFormat.of()
                        .formatHex(
                                Signatures.hmac(
                                        SECRET.getBytes(UTF_8),
                                        (time + ".").getBytes(UTF_8),
                                        body));
        HttpRequest request =
                HttpRequest.newBuilder(to)
                        .header("Stripe-Signature", "t=" + time + ",v1=" + v1)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        long started = System.nanoTime();
        int status = client.send(request, BodyHandlers.discarding()).statusCode();
        if (status != 200) throw new IllegalStateException("answered " + status);
        return System.nanoTime() - started;
    }

    private static void figure(String name, double value, String unit, String settings)
            throws IOException {
        System.out.printf(Locale.ROOT, "FIGURE %s %.2f %s | %s%n", name, value, unit, settings);
        String dir = System.getProperty("coopmesh.bench.dir");
        if (dir == null) return;
        Files.createDirectories(Path.of(dir));
        Files.writeString(
                Path.of(dir, "webhook.jsonl"),
                "{\"at\":\"%s\",\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"settings\":\"%s\"}%n"
                        .formatted(Instant.now(), name, value, unit, settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
