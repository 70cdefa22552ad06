package org.coopmesh.billing.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.coopmesh.billing.BillingContext;
import org.coopmesh.billing.BillingContext.StandingClock;
import org.coopmesh.billing.invoice.BillsForTests;
import org.coopmesh.billing.invoice.Invoice;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.Invoicing;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Ledger;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.VatRate;
import org.coopmesh.billing.rating.Plan;
import org.coopmesh.billing.rating.Rating;
import org.coopmesh.billing.subscription.Facts;
import org.coopmesh.billing.subscription.Facts.Someone;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Payments that are taken back: in the book, on the invoices, and as facts. */
class PaymentReversalIT {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final VatRate RATE = new VatRate(VatRate.Category.S, 1900, null);
    private static final MemberId TREASURER = new MemberId(UUID.randomUUID());
    private static final ConfigurableApplicationContext CONTEXT = BillingContext.start();
    private static final JdbcClient DB = CONTEXT.getBean(JdbcClient.class);
    private static final StandingClock CLOCK = CONTEXT.getBean(StandingClock.class);
    private static final Facts FACTS = CONTEXT.getBean(Facts.class);
    private static final Cashier CASHIER = CONTEXT.getBean(Cashier.class);
    private static final Invoicing INVOICING = CONTEXT.getBean(Invoicing.class);
    private static final Ledger LEDGER = CONTEXT.getBean(Ledger.class);

    static {
        CLOCK.set("2026-08-01T08:00:00Z");
        FACTS.constituted();
        CONTEXT.getBean(Rating.class)
                .declare(
                        new Plan(
                                "home",
                                "Home",
                                "",
                                LocalDate.of(2026, 8, 1),
                                euros("10"),
                                0,
                                euros("0")),
                        TREASURER);
        DB.sql(
                        """
                        insert into vat_terms (effective_on, mode, rate_hundredths, said_by, said_at)
                        values ('2026-08-01', 'standard', 1900, :by, now())
                        """)
                .param("by", TREASURER.value())
                .update();
    }

    @Example
    void whatAReversedPaymentHadPaidIsOwedAgain() {
        Someone anna = billedFor("2026-08");

        Cashier.Taken taken = pay(anna, "10");
        Cashier.Reversed reversed = CASHIER.reverse(taken.payment().id(), "bounced", TREASURER);

        Invoice invoice = INVOICING.owing(payer(anna)).getFirst();
        assertThat(reversed.reopened())
                .singleElement()
                .satisfies(part -> assertThat(part.amount()).isEqualTo(euros("10")));
        assertThat(invoice).isInstanceOf(Invoice.Issued.class);
        assertThat(invoice.open()).isEqualTo(euros("10"));
        assertThat(facts(anna)).containsExactly("issued", "settled", "reopened");
        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("10"));
        assertThat(LEDGER.trialBalanceMicro()).isZero();
        assertThatThrownBy(() -> CASHIER.reverse(taken.payment().id(), "again", TREASURER))
                .isInstanceOf(PaymentReversed.class);
        assertThatThrownBy(() -> CASHIER.reverse(UUID.randomUUID(), "none", TREASURER))
                .isInstanceOf(PaymentNotFound.class);
    }

    @Example
    void afterTheLastDayToPayItIsToBePaidOnThatDayAndOverdueFromTheNext() {
        Someone anna = billedFor("2026-08");
        Cashier.Taken taken = pay(anna, "10");
        CLOCK.set("2026-10-20T08:00:00Z");

        CASHIER.reverse(taken.payment().id(), "bounced", TREASURER);
        BillsForTests.callOverdue(CONTEXT);

        Invoice invoice = INVOICING.owing(payer(anna)).getFirst();
        assertThat(invoice)
                .isEqualTo(new Invoice.Issued(invoice.heading(), LocalDate.of(2026, 10, 20)));
        assertThat(facts(anna)).containsExactly("issued", "settled", "reopened");
        CLOCK.set("2026-10-21T08:00:00Z");
        BillsForTests.callOverdue(CONTEXT);
        assertThat(INVOICING.find(invoice.heading().id()))
                .isEqualTo(
                        new Invoice.Overdue(
                                invoice.heading(), euros("0"), LocalDate.of(2026, 10, 21)));
        assertThat(facts(anna)).containsExactly("issued", "settled", "reopened", "overdue");
    }

    @Example
    void whatWasOverdueAndStillIsOwedStaysOverdueSinceThen() {
        Someone anna = billedFor("2026-08");
        CLOCK.set("2026-10-20T08:00:00Z");
        BillsForTests.callOverdue(CONTEXT);
        Cashier.Taken part = pay(anna, "4");

        CASHIER.reverse(part.payment().id(), "bounced", TREASURER);

        Invoice invoice = INVOICING.owing(payer(anna)).getFirst();
        assertThat(invoice)
                .isEqualTo(
                        new Invoice.Overdue(
                                invoice.heading(),
                                euros("0"),
                                invoice.heading().dueOn().plusDays(1)));
    }

    @Example
    void whatWasOverdueAndPaidInFullIsOwedFromTheDayItIsOpenedAgain() {
        Someone anna = billedFor("2026-08");
        CLOCK.set("2026-10-20T08:00:00Z");
        BillsForTests.callOverdue(CONTEXT);
        Cashier.Taken all = pay(anna, "10");
        CLOCK.set("2026-11-20T08:00:00Z");
        CASHIER.reverse(all.payment().id(), "bounced", TREASURER);
        pay(anna, "4");
        BillsForTests.callOverdue(CONTEXT);

        Invoice invoice = INVOICING.owing(payer(anna)).getFirst();
        assertThat(invoice)
                .isEqualTo(
                        new Invoice.PartlyPaid(
                                invoice.heading(), euros("4"), LocalDate.of(2026, 11, 20)));
    }

    @Example
    void creditThatWasUsedSinceIsTakenBackFromTheInvoiceThatUsedIt() {
        Someone anna = billedFor("2026-08");
        Cashier.Taken taken = pay(anna, "25");
        run("2026-09");
        assertThat(INVOICING.owing(payer(anna))).isEmpty();

        Cashier.Reversed reversed = CASHIER.reverse(taken.payment().id(), "mistake", TREASURER);

        assertThat(INVOICING.owing(payer(anna)))
                .extracting(Invoice::open)
                .containsExactly(euros("10"), euros("10"));
        assertThat(reversed.reopened()).hasSize(2);
        assertThat(balance(AccountId.wallet(anna.payer()))).isEqualTo(euros("0"));
        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("20"));
    }

    @Example
    void otherCreditPaysWhatIsOpenAgain() {
        Someone anna = billedFor("2026-08");
        Cashier.Taken bounced = pay(anna, "10");
        pay(anna, "4");

        CASHIER.reverse(bounced.payment().id(), "bounced", TREASURER);

        assertThat(INVOICING.owing(payer(anna)))
                .singleElement()
                .satisfies(invoice -> {
                    assertThat(invoice).isInstanceOf(Invoice.PartlyPaid.class);
                    assertThat(invoice.open()).isEqualTo(euros("6"));
                });
        assertThat(balance(AccountId.wallet(anna.payer()))).isEqualTo(euros("0"));
    }

    @Example
    void whatWasWrittenOffStaysSoAndIsWrittenOffFurther() {
        Someone anna = billedFor("2026-08");
        Cashier.Taken part = pay(anna, "4");
        Invoice invoice = INVOICING.owing(payer(anna)).getFirst();
        Money before = balance(AccountId.WRITTEN_OFF);
        INVOICING.writeOff(invoice.heading().id(), "moved away");

        CASHIER.reverse(part.payment().id(), "bounced", TREASURER);

        assertThat(INVOICING.find(invoice.heading().id())).isInstanceOf(Invoice.WrittenOff.class);
        assertThat(balance(AccountId.receivable(anna.payer()))).isEqualTo(euros("0"));
        // 10 less their VAT, which is owed no more.
        assertThat(balance(AccountId.WRITTEN_OFF).minus(before)).isEqualTo(euros("8.40"));
        assertThat(givenUp(anna.payer()))
                .containsExactly(new GivenUp(10_000_000, 10_000_000, 1_600_000));
    }

    /** What is given up of an invoice, and what is written down of its VAT together. */
    record GivenUp(long open, long gross, long tax) {}

    private static List<GivenUp> givenUp(UUID payer) {
        return DB.sql(
                        """
                        select i.total_micro - i.paid_micro as open, -sum(v.gross_micro)::bigint as gross, -sum(v.tax_micro)::bigint as tax
                          from invoice i join vat_entry v on v.about = i.id and v.kind = 'write-off'
                         where i.payer_id = :payer and i.state = 'writtenOff' group by i.id order by i.number
                        """)
                .param("payer", payer)
                .query(GivenUp.class)
                .list();
    }

    /** One thing that a treasurer or the calendar does. */
    sealed interface Step {
        record Pay(long cents) implements Step {}

        record Reverse(int which) implements Step {}

        record Bill() implements Step {}

        record WriteOff() implements Step {}

        record Wait() implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(
                                4,
                                Arbitraries.of(1L, 400L, 1_000L, 1_500L, 2_500L)
                                        .map(c -> (Step) new Step.Pay(c))),
                        net.jqwik.api.Tuple.of(
                                4,
                                Arbitraries.integers()
                                        .between(0, 9)
                                        .map(which -> (Step) new Step.Reverse(which))),
                        net.jqwik.api.Tuple.of(2, Arbitraries.just((Step) new Step.Bill())),
                        net.jqwik.api.Tuple.of(1, Arbitraries.just((Step) new Step.WriteOff())),
                        net.jqwik.api.Tuple.of(1, Arbitraries.just((Step) new Step.Wait())))
                .list()
                .ofMinSize(2)
                .ofMaxSize(12);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void whateverIsPaidAndReversedTheBookBalancesAndTheInvoicesSayWhatItSays(
            @ForAll("steps") List<Step> steps) {
        Someone anna = billedFor("2026-08");
        var payments = new ArrayList<Payment>();
        Set<UUID> reversed = new HashSet<>();
        int month = 9;
        for (Step step : steps) {
            switch (step) {
                case Step.Pay(long cents) ->
                        payments.add(pay(anna, new Money(cents * 10_000, EUR)).payment());
                case Step.Reverse(int which) -> {
                    int at = payments.isEmpty() ? 0 : which % payments.size();
                    if (!payments.isEmpty() && reversed.add(payments.get(at).id())) {
                        CASHIER.reverse(payments.get(at).id(), "mistake", TREASURER);
                    }
                }
                case Step.Bill() -> {
                    if (month <= 12) {
                        run("2026-%02d".formatted(month++));
                    }
                }
                case Step.WriteOff() ->
                        INVOICING.owing(payer(anna)).stream()
                                .findFirst()
                                .ifPresent(invoice ->
                                        INVOICING.writeOff(invoice.heading().id(), "given up"));
                case Step.Wait() -> CLOCK.set(CLOCK.instant().plusSeconds(10 * 86_400L).toString());
            }

            UUID payer = anna.payer();
            assertThat(LEDGER.trialBalanceMicro()).isZero();
            Money owed =
                    INVOICING.owing(payer(anna)).stream()
                            .map(Invoice::open)
                            .reduce(Money.zero(EUR), Money::plus);
            assertThat(balance(AccountId.receivable(payer))).isEqualTo(owed);
            assertThat(balance(AccountId.wallet(payer)).isPositive()).isFalse();
            // Credit is never left lying while something is owed.
            assertThat(owed.isZero() || balance(AccountId.wallet(payer)).isZero()).isTrue();
            assertThat(settledMicro(payer)).isEqualTo(paidMicro(payer));
            assertThat(balance(AccountId.VAT)).isEqualTo(vat().negated());
            assertThat(givenUp(payer))
                    .allSatisfy(off -> {
                        VatRate.Split split = RATE.split(new Money(off.open(), EUR));
                        assertThat(off.gross()).isEqualTo(off.open());
                        assertThat(off.tax()).isEqualTo(split.tax().microUnits());
                    });
            assertThat(settledByReversed(reversed)).isZero();
        }
    }

    private static Money vat() {
        return new Money(
                DB.sql("select coalesce(sum(tax_micro), 0)::bigint from vat_entry")
                        .query(Long.class)
                        .single(),
                EUR);
    }

    /** What came: from which of two payers, naming which of their invoices (none at 3), how much and how many days ago. */
    record Came(int payer, int invoice, long cents, int daysAgo) {}

    @Provide
    Arbitrary<List<Came>> came() {
        return net.jqwik.api.Combinators.combine(
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(1L, 400L, 600L, 1_000L, 1_500L, 3_500L),
                        Arbitraries.integers().between(0, 20))
                .as(Came::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(9);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void manyPaymentsTakenTogetherDoWhatTheyDoOneByOne(@ForAll("came") List<Came> came) {
        List<Someone> alone = List.of(billedForThreeMonths(), billedForThreeMonths());
        List<Someone> together = List.of(billedForThreeMonths(), billedForThreeMonths());

        var one = new ArrayList<Cashier.Taken>();
        for (Came each : came) {
            one.addAll(CASHIER.takeAll(List.of(received(each, alone)), TREASURER));
        }
        List<Cashier.Taken> all =
                CASHIER.takeAll(
                        came.stream().map(each -> received(each, together)).toList(), TREASURER);

        assertThat(all.stream().map(each -> told(each, together)).toList())
                .isEqualTo(one.stream().map(each -> told(each, alone)).toList());
        for (int i = 0; i < 2; i++) {
            assertThat(stand(together.get(i))).isEqualTo(stand(alone.get(i)));
        }
        assertThat(CASHIER.find(all.stream().map(each -> each.payment().id()).toList()))
                .containsExactlyInAnyOrderElementsOf(
                        all.stream().map(Cashier.Taken::payment).toList());
        assertThat(LEDGER.trialBalanceMicro()).isZero();
    }

    @Example
    void onePaymentThatCannotBeTakenRefusesAllThatCameWithIt() {
        Someone anna = billedForThreeMonths();
        List<String> before = stand(anna);
        Someone stranger = Someone.fresh();

        assertThatThrownBy(() ->
                        CASHIER.takeAll(
                                List.of(
                                        received(new Came(0, 3, 400, 0), List.of(anna)),
                                        received(new Came(0, 3, 400, 0), List.of(stranger))),
                                TREASURER))
                .isInstanceOf(PayerUnknown.class);
        assertThat(stand(anna)).isEqualTo(before);
    }

    private static Cashier.Received received(Came came, List<Someone> payers) {
        Someone someone = payers.get(came.payer());
        return new Cashier.Received(
                payer(someone),
                came.invoice() == 3 ? null : invoices(someone).get(came.invoice()),
                new Money(came.cents() * 10_000, EUR),
                came.daysAgo() % 2 == 0 ? Payment.Method.TRANSFER : Payment.Method.CASH,
                came.daysAgo() % 2 == 0 ? AccountId.BANK : AccountId.CASH,
                LocalDate.ofInstant(CLOCK.instant(), ZoneId.of("Europe/Berlin"))
                        .minusDays(came.daysAgo()),
                "r" + came.cents(),
                came.daysAgo() > 10 ? "late" : null);
    }

    private static List<InvoiceId> invoices(Someone someone) {
        return DB
                .sql("select id from invoice where payer_id = :payer order by number")
                .param("payer", someone.payer())
                .query(UUID.class)
                .list()
                .stream()
                .map(InvoiceId::new)
                .toList();
    }

    /** What a payment did, with invoices called by their place. */
    private static String told(Cashier.Taken taken, List<Someone> payers) {
        Someone payer =
                payers.stream()
                        .filter(each -> payer(each).equals(taken.payment().payer()))
                        .findFirst()
                        .orElseThrow();
        List<InvoiceId> invoices = invoices(payer);
        return "%d %s %s %s %s %s %s"
                .formatted(
                        payers.indexOf(payer),
                        taken.payment().amount(),
                        taken.payment().credit(),
                        taken.payment().method(),
                        taken.payment().receivedOn(),
                        taken.payment().reference() + taken.payment().note(),
                        taken.applied().stream()
                                .map(part -> invoices.indexOf(part.invoice()) + "=" + part.amount())
                                .toList());
    }

    /** All that is written down of a payer, without ids and numbers. */
    private static List<String> stand(Someone someone) {
        var all = new ArrayList<>(facts(someone));
        all.addAll(
                DB.sql(
                                """
                                select concat_ws(' ', i.period, i.state, i.paid_micro, i.closed_on, i.overdue_since, s.line, s.method,
                                                 s.received_on, s.amount_micro, s.returned_micro)
                                  from invoice i left join invoice_settlement s on s.invoice_id = i.id
                                 where i.payer_id = :payer order by i.number, s.line
                                """)
                        .param("payer", someone.payer())
                        .query(String.class)
                        .list());
        all.addAll(
                DB.sql(
                                """
                                select concat_ws(' ', t.effective_at, e.line, a.kind, e.amount_micro)
                                  from ledger_transaction t join ledger_entry e on e.transaction_id = t.id
                                  join ledger_account a on a.id = e.account_id
                                 where a.owner_id = :payer order by t.effective_at, e.line, a.kind, e.amount_micro
                                """)
                        .param("payer", someone.payer())
                        .query(String.class)
                        .list());
        return all;
    }

    private static Someone billedForThreeMonths() {
        Someone someone = billedFor("2026-08");
        run("2026-09");
        run("2026-10");
        CLOCK.set("2026-11-05T08:00:00Z");
        return someone;
    }

    private static long settledMicro(UUID payer) {
        return DB.sql(
                        """
                        select coalesce(sum(s.amount_micro - s.returned_micro), 0)::bigint
                          from invoice_settlement s join invoice i on i.id = s.invoice_id where i.payer_id = :payer
                        """)
                .param("payer", payer)
                .query(Long.class)
                .single();
    }

    private static long paidMicro(UUID payer) {
        return DB.sql(
                        """
                        select coalesce(sum(paid_micro), 0)::bigint from invoice where payer_id = :payer
                        """)
                .param("payer", payer)
                .query(Long.class)
                .single();
    }

    private static long settledByReversed(Set<UUID> payments) {
        return DB.sql(
                        """
                        select coalesce(sum(amount_micro - returned_micro), 0)::bigint
                          from invoice_settlement where payment_id = any(:payments)
                        """)
                .param("payments", payments.toArray(UUID[]::new))
                .query(Long.class)
                .single();
    }

    /** Someone new whose first month is billed, all at once, whatever the months of others. */
    private static Someone billedFor(String month) {
        CLOCK.set("2026-09-02T08:00:00Z");
        Someone someone = FACTS.joined("home", month + "-01");
        bill(someone, month);
        CURRENT[0] = someone;
        return someone;
    }

    private static final Someone[] CURRENT = new Someone[1];

    private static void run(String month) {
        var after = java.time.YearMonth.parse(month).plusMonths(1).atDay(2);
        var then = after.atStartOfDay(ZoneId.of("UTC")).toInstant();
        if (CLOCK.instant().isBefore(then)) {
            CLOCK.set(then.toString());
        }
        bill(CURRENT[0], month);
    }

    private static void bill(Someone someone, String month) {
        BillsForTests.bill(
                INVOICING, new PayerId(someone.payer()), java.time.YearMonth.parse(month));
    }

    private static Cashier.Taken pay(Someone someone, String amount) {
        return pay(someone, euros(amount));
    }

    private static Cashier.Taken pay(Someone someone, Money amount) {
        return CASHIER.take(
                payer(someone),
                null,
                amount,
                Payment.Method.TRANSFER,
                LocalDate.ofInstant(CLOCK.instant(), ZoneId.of("Europe/Berlin")),
                null,
                null,
                TREASURER);
    }

    private static List<String> facts(Someone someone) {
        return DB
                .sql(
                        "select type from outbox where key = :payer and topic = 'coopmesh.billing.invoice.v1' order by id")
                .param("payer", someone.payer().toString())
                .query(String.class)
                .list()
                .stream()
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .toList();
    }

    private static PayerId payer(Someone someone) {
        return new PayerId(someone.payer());
    }

    private static Money balance(AccountId account) {
        return LEDGER.balance(account, EUR);
    }

    private static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
