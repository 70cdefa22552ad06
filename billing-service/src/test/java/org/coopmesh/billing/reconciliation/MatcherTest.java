package org.coopmesh.billing.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.reconciliation.Samples.EUR;
import static org.coopmesh.billing.reconciliation.Samples.euros;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.AccountId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.TransactionId;
import org.coopmesh.billing.reconciliation.Matcher.Known;
import org.coopmesh.billing.reconciliation.Matcher.Original;
import org.coopmesh.billing.reconciliation.Matcher.Owed;
import org.coopmesh.billing.reconciliation.Matcher.Unexplained;
import org.coopmesh.billing.reconciliation.Suggestion.Confidence;
import org.coopmesh.billing.reconciliation.Suggestion.Why;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/** What is suggested, why, and what is never posted without asking. */
class MatcherTest {
    private static final LocalDate DAY = LocalDate.of(2026, 10, 12);
    private static final Iban IBAN = new Iban("ES9121000418450200051332");

    @Provide
    Arbitrary<List<Owed>> invoices() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 6), Arbitraries.longs().between(0, 6))
                .as((number, open) -> owed(number, open * 250))
                .list()
                .ofMaxSize(6)
                .uniqueElements(Owed::number);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.integers()
                .between(1, 8)
                .map(number -> number("%06d".formatted(number)))
                .flatMap(number ->
                        Arbitraries.of(
                                number,
                                "dues " + number + " thanks",
                                "INV-" + number + "-1",
                                PaymentReference.creditor(number).text(),
                                PaymentReference.creditor(number).printed().toLowerCase(),
                                "nothing to see",
                                ""))
                .list()
                .ofMaxSize(3)
                .map(each -> String.join("\n", each));
    }

    @Property(tries = 2_000)
    void whatIsCertainNamesItsInvoicesAndIsToTheCentWhatIsOpen(
            @ForAll("invoices") List<Owed> invoices,
            @ForAll("texts") String text,
            @ForAll("cents") long cents,
            @ForAll boolean learned,
            @ForAll boolean inBook) {
        OpenPart part = part(new Money(cents * 10_000, EUR), text, IBAN, null, null);
        PayerId payer = new PayerId(new UUID(7, 2));
        var known =
                known(
                        invoices,
                        learned ? Map.of(IBAN, payer) : Map.of(),
                        List.of(),
                        inBook
                                ? List.of(
                                        new Unexplained(
                                                new TransactionId(UUID.randomUUID()),
                                                DAY,
                                                part.open(),
                                                payer,
                                                null))
                                : List.of());

        List<Suggestion> suggestions = Matcher.suggest(part, known);

        assertThat(suggestions).hasSizeLessThanOrEqualTo(Matcher.SUGGESTIONS_MAX);
        for (Suggestion suggestion : suggestions) {
            Money sum =
                    suggestion.places().stream()
                            .map(Place::amount)
                            .reduce(Money.zero(EUR), Money::plus);
            assertThat(sum).as("all of the entry, in parts").isEqualTo(part.open());
            if (suggestion.confidence() != Confidence.CERTAIN) continue;
            Map<String, Boolean> named = Matcher.numbers(text);
            assertThat(suggestion.places())
                    .hasSize(named.size())
                    .allSatisfy(place -> {
                        var to = (Place.ToPayer) place;
                        Owed owed =
                                invoices.stream()
                                        .filter(each -> each.id().equals(to.invoice()))
                                        .findFirst()
                                        .orElseThrow();
                        assertThat(named).containsKey(owed.number());
                        assertThat(to.amount()).isEqualTo(owed.open());
                        assertThat(to.payer()).isEqualTo(owed.payer());
                        if (learned) assertThat(owed.payer()).isEqualTo(payer);
                    });
            if (inBook) {
                assertThat(suggestion.places())
                        .allSatisfy(place ->
                                assertThat(((Place.ToPayer) place).payer()).isNotEqualTo(payer));
            }
        }
        assertThat(
                        suggestions.stream()
                                .filter(each -> each.confidence() == Confidence.CERTAIN)
                                .count())
                .isLessThanOrEqualTo(1);
    }

    @Provide
    Arbitrary<Long> cents() {
        return Arbitraries.longs().between(1, 12).map(each -> each * 250);
    }

    @Property(tries = 500)
    void aReturnIsCertainOnlyIfItNamesOnePaymentOfItsAmount(
            @ForAll("cents") long cents,
            @ForAll boolean same,
            @ForAll boolean twice,
            @ForAll("charges") long charge,
            @ForAll boolean told) {
        Money amount = new Money(cents * 10_000, EUR);
        Money charged = new Money(charge * 10_000, EUR);
        Original original = original("E-1", amount);
        List<Original> originals =
                twice ? List.of(original, original("E-1", amount)) : List.of(original);
        OpenPart part =
                part(
                        amount.plus(charged).negated(),
                        "AM04",
                        null,
                        same ? "E-1" : "E-2",
                        told && charge > 0 ? charged : null);

        List<Suggestion> suggestions =
                Matcher.suggest(part, known(List.of(), Map.of(), originals, List.of()));

        boolean certain =
                suggestions.stream().anyMatch(each -> each.confidence() == Confidence.CERTAIN);
        assertThat(certain).isEqualTo(same && !twice && (charge == 0 || told));
        if (!same) assertThat(suggestions).isEmpty();
    }

    @Provide
    Arbitrary<Long> charges() {
        return Arbitraries.of(0L, 300L);
    }

    @Example
    void severalInvoicesNamedAndPaidToTheCentAreShared() {
        OpenPart part = part(euros("20"), "2026-000001 and 2026-000002", null, null, null);

        Suggestion suggestion =
                Matcher.suggest(
                                part,
                                known(
                                        List.of(owed(1, 750), owed(2, 1_250)),
                                        Map.of(),
                                        List.of(),
                                        List.of()))
                        .getFirst();

        assertThat(suggestion.confidence()).isEqualTo(Confidence.CERTAIN);
        assertThat(suggestion.places())
                .extracting(Place::amount)
                .containsExactly(euros("7.50"), euros("12.50"));
    }

    @Example
    void aNumberThatIsNoneOfOursLeavesADoubt() {
        OpenPart part = part(euros("7.50"), "2026-000001 and 2026-000099", null, null, null);

        Suggestion suggestion =
                Matcher.suggest(part, known(List.of(owed(1, 750)), Map.of(), List.of(), List.of()))
                        .getFirst();

        assertThat(suggestion.confidence()).isEqualTo(Confidence.LIKELY);
    }

    @Example
    void chargesInterestAndOwnTransfersAreToldByTheBanksWords() {
        var known =
                new Known(
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Set.of(IBAN));

        assertThat(
                        Matcher.suggest(
                                        part(euros("-5"), "Kontoführungsgebühr", null, null, null),
                                        known)
                                .getFirst()
                                .places())
                .singleElement()
                .isInstanceOfSatisfying(
                        Place.ToAccount.class,
                        to -> assertThat(to.account()).isEqualTo(AccountId.BANK_CHARGES));
        assertThat(
                        Matcher.suggest(
                                        part(euros("1"), "interest 3rd quarter", null, null, null),
                                        known)
                                .getFirst()
                                .places())
                .singleElement()
                .isInstanceOfSatisfying(
                        Place.ToAccount.class,
                        to -> assertThat(to.account()).isEqualTo(AccountId.INCOME_OTHER));
        Suggestion own =
                Matcher.suggest(part(euros("-100"), "savings", IBAN, null, null), known).getFirst();
        assertThat(own.reasons())
                .extracting(Suggestion.Reason::why)
                .containsExactly(Why.OWN_ACCOUNT);
    }

    private static Owed owed(int number, long cents) {
        return new Owed(
                new InvoiceId(new UUID(1, number)),
                number("%06d".formatted(number)),
                new PayerId(new UUID(7, number)),
                new Money(cents * 10_000, EUR),
                DAY);
    }

    private static String number(String digits) {
        return "2026-" + digits;
    }

    private static Original original(String endToEnd, Money amount) {
        return new Original(
                UUID.randomUUID(),
                new PayerId(new UUID(7, 1)),
                amount,
                DAY.minusDays(3),
                Set.of(endToEnd),
                Set.of(),
                Set.of());
    }

    private static Known known(
            List<Owed> invoices,
            Map<Iban, PayerId> payers,
            List<Original> originals,
            List<Unexplained> book) {
        return new Known(
                invoices, payers, originals, book, List.of(), List.of(), List.of(), List.of(),
                Set.of());
    }

    private static OpenPart part(
            Money amount,
            String text,
            @Nullable Iban iban,
            @Nullable String endToEnd,
            @Nullable Money charges) {
        boolean returned = text.equals("AM04");
        return new OpenPart(
                UUID.randomUUID(),
                UUID.randomUUID(),
                UUID.randomUUID(),
                DAY,
                DAY,
                null,
                null,
                false,
                null,
                true,
                Money.zero(EUR),
                new BankEntry.Part(
                        amount,
                        null,
                        iban,
                        text,
                        null,
                        endToEnd,
                        null,
                        returned ? "AM04" : null,
                        charges));
    }
}
