package org.coopmesh.billing.mail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Address;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.payment.Cashier;
import org.coopmesh.billing.payment.Payment;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.mail.Sending;
import org.coopmesh.quickstart.MailSink;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Measures how long many mails take to be queued, and to be sent by two senders at once to a server on the same machine, without the
 * limit a minute. Prints figures, asserts only that each arrived once.
 */
final class MailBench {
    private MailBench() {}

    /** Argument: mails, 10,000 unless told. */
    static void main(String[] arguments) throws Exception {
        int mails = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        try (var sink = new MailSink(0)) {
            System.setProperty("spring.mail.host", "127.0.0.1");
            System.setProperty("spring.mail.port", String.valueOf(sink.port()));
            System.setProperty("spring.mail.properties.mail.smtp.starttls.required", "false");
            System.setProperty("coopmesh.mail.per-minute", "100000");
            try (ConfigurableApplicationContext context = BillingContext.start()) {
                measure(context, sink, mails);
            }
        }
        System.exit(0);
    }

    private static void measure(ConfigurableApplicationContext context, MailSink sink, int mails)
            throws Exception {
        var db = context.getBean(JdbcClient.class);
        var sending = context.getBean(Sending.class);
        var mailing = context.getBean(Mailing.class);
        PayerId payer = payer(context);
        UUID payment = payment(context, payer);
        sending.check();
        sink.taken.clear();
        db.sql("truncate mail").update();
        var told = new ArrayList<Mailing.Told>();
        for (int i = 0; i < mails; i++) {
            told.add(new Mailing.Told(Notice.RECEIPT, UUID.randomUUID(), payer));
        }
        Instant started = Instant.now();
        context.getBean(TransactionTemplate.class)
                .executeWithoutResult(status -> mailing.tell(told));
        double queued = seconds(started);
        // One payment stands for all: each mail is written anew from it.
        db.sql(
                        """
                        insert into mail (message_id, notice, about, copy, recipient_id, queued_at, state, try_after)
                        select gen_random_uuid(), notice, :payment, row_number() over (order by id), recipient_id, queued_at, state, try_after
                          from mail
                        """)
                .param("payment", payment)
                .update();
        db.sql("delete from mail where about <> :payment").param("payment", payment).update();
        db.sql("analyze mail").update();

        started = Instant.now();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> both =
                    List.of(senders.submit(sending::check), senders.submit(sending::check));
            for (Future<?> each : both) {
                each.get();
            }
        }
        double sent = seconds(started);

        long names = sink.taken.stream().map(MailSink.Taken::messageId).distinct().count();
        if (sink.taken.size() != mails || names != mails) {
            throw new IllegalStateException(
                    sink.taken.size() + " mails of " + names + " names, not " + mails);
        }
        String settings =
                "mails=%d senders=2 fsync=on cores=%d database_and_mail_server_on_the_same_machine load=%s"
                        .formatted(
                                mails,
                                Runtime.getRuntime().availableProcessors(),
                                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        figure("mail.queue_s", queued, settings);
        figure("mail.sent_per_s", mails / sent, settings);
        figure("mail.sent_twice", sink.taken.size() - names, settings);
    }

    private static PayerId payer(ConfigurableApplicationContext context) {
        var facts = context.getBean(Facts.class);
        context.getBean(StandingClock.class).set("2026-10-01T08:00:00Z");
        facts.constituted();
        var payer = new PayerId(facts.joined("home", "2026-10-01").payer());
        var parties = context.getBean(PartyRegister.class);
        var address = new Address(null, null, null, null, "DE");
        parties.say(
                new Seller(
                        "Bench",
                        address,
                        null,
                        null,
                        "GnR 1",
                        null,
                        null,
                        null,
                        "office@coop.example",
                        "Not subject to VAT",
                        false,
                        Language.EN),
                UUID.randomUUID());
        parties.say(
                payer,
                new PayerDetails("Anna", address, null, Language.EN, "anna@mail.example"),
                UUID.randomUUID());
        return payer;
    }

    private static UUID payment(ConfigurableApplicationContext context, PayerId payer) {
        return context.getBean(Cashier.class)
                .take(
                        payer,
                        null,
                        Money.parse("5.00", Currency.getInstance("EUR")),
                        Payment.Method.CASH,
                        LocalDate.of(2026, 10, 1),
                        null,
                        null,
                        new MemberId(UUID.randomUUID()))
                .payment()
                .id();
    }

    private static double seconds(Instant since) {
        return Duration.between(since, Instant.now()).toNanos() / 1e9;
    }

    private static void figure(String name, double value, String settings)
            throws java.io.IOException {
        String unit = name.endsWith("per_s") ? "mails/s" : name.endsWith("_s") ? "s" : "mails";
        System.out.printf(Locale.ROOT, "FIGURE %s %.1f %s | %s%n", name, value, unit, settings);
        String folder = System.getProperty("coopmesh.bench.dir");
        if (folder == null) return;
        Files.createDirectories(Path.of(folder));
        Files.writeString(
                Path.of(folder, "mail.jsonl"),
                String.format(
                        Locale.ROOT,
                        "{\"figure\":\"%s\",\"value\":%.2f,\"settings\":\"%s\"}%n",
                        name,
                        value,
                        settings),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
