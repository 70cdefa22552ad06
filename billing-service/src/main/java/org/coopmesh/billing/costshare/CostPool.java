package org.coopmesh.billing.costshare;

import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;

/**
 * A cost that members share. Each state offers only the steps that are legal from it.
 *
 * <pre>
 * Declared ── two others validate ──▶ Validated ── each closed month ──▶ allocated
 *    ├── treasurer or board ──▶ Refused   └── before the first month ──▶ Withdrawn
 *    └── who declared it ──▶ Withdrawn
 * </pre>
 */
public sealed interface CostPool {
    /** Members other than the declarer, and not of their household, who must have looked at the document. */
    int VALIDATORS = 2;

    /** Months that one pool may last. */
    int MONTHS_MAX = 60;

    /**
     * What was declared, for good.
     *
     * @param payee the payer who laid the money out and is credited; null where the co-op pays
     * @param document null until it is uploaded
     */
    record Heading(
            CostPoolId id,
            String purpose,
            Money amount,
            YearMonth first,
            YearMonth last,
            Policy policy,
            @Nullable PayerId payee,
            MemberId declaredBy,
            Instant declaredAt,
            @Nullable Document document) {
        public Heading {
            if (!amount.isPositive() || !amount.isWholeMinor()) {
                throw new IllegalArgumentException("a cost is more than zero: " + amount);
            }
            if (last.isBefore(first) || months(first, last) > MONTHS_MAX) {
                throw new IllegalArgumentException("a cost lasts 1 to 60 months");
            }
        }

        private static long months(YearMonth first, YearMonth last) {
            return first.until(last, ChronoUnit.MONTHS) + 1;
        }

        /** What falls on {@code month}: the same on each, the minor units left over on the first ones. */
        public Money partOf(YearMonth month) {
            if (month.isBefore(first) || month.isAfter(last)) {
                throw new IllegalArgumentException(id + " does not last in " + month);
            }
            int months = Math.toIntExact(months(first, last));
            return amount.split(Collections.nCopies(months, 1L))
                    .get(Math.toIntExact(first.until(month, ChronoUnit.MONTHS)));
        }
    }

    /** An invoice, a contract: what the cost rests on. */
    record Document(String name, String mediaType, String sha256, long bytes) {}

    /** Somebody looked at the document with this hash and found it right. */
    record Validation(MemberId by, Instant at, String sha256) {}

    Heading heading();

    /** Nobody but the declarer says so yet, or only one other. */
    record Declared(Heading heading, List<Validation> validations) implements CostPool {
        public Declared {
            validations = List.copyOf(validations);
        }

        /**
         * Validates it.
         *
         * @param sha256 of the document that {@code by} looked at
         * @param related whether {@code by} shares a household with the declarer, the payee or an earlier validator
         * @throws CostPoolRefused if {@code by} may not, or saw another document than there is
         */
        CostPool validate(MemberId by, String sha256, boolean related, Instant at) {
            Document document = heading.document();
            if (document == null) {
                throw new CostPoolRefused("document-missing", "there is no document to look at");
            }
            if (!document.sha256().equals(sha256)) {
                throw new CostPoolRefused("document-changed", "the document is another by now");
            }
            if (by.equals(heading.declaredBy())) {
                throw new CostPoolRefused("own-declaration", "nobody validates their own cost");
            }
            if (validations.stream().anyMatch(v -> v.by().equals(by))) {
                throw new CostPoolRefused("validated-before", "each member validates once");
            }
            if (related) {
                throw new CostPoolRefused(
                        "same-household",
                        "declarer, payee and validators are of different households");
            }
            var more = new ArrayList<>(validations);
            more.add(new Validation(by, at, sha256));
            return more.size() < VALIDATORS
                    ? new Declared(heading, more)
                    : new Validated(heading, more);
        }

        Refused refuse(MemberId by, String why, Instant at) {
            return new Refused(heading, by, at, why);
        }

        /**
         * Takes it back.
         *
         * @throws CostPoolRefused if {@code by} did not declare it
         */
        Withdrawn withdraw(MemberId by, String why, Instant at) {
            return withdrawn(heading, by, why, at);
        }
    }

    /** To be allocated, month by month. */
    record Validated(Heading heading, List<Validation> validations) implements CostPool {
        public Validated {
            validations = List.copyOf(validations);
            if (validations.size() < VALIDATORS) {
                throw new IllegalArgumentException("not validated: " + heading.id());
            }
        }

        /** Whether the co-op pays it from its bank: nobody is credited for having laid it out. */
        boolean isPaidByCoop() {
            return heading.payee() == null && !(heading.policy() instanceof Policy.Clearing);
        }

        /**
         * What is left to be paid from the bank when {@code paid} was paid before.
         *
         * @throws CostPoolRefused if members laid it out, who are credited on their bills
         */
        Money payable(Money paid) {
            if (!isPaidByCoop()) {
                throw new CostPoolRefused(
                        "laid-out-by-members", "who laid it out is credited on their bill");
            }
            return heading.amount().minus(paid);
        }

        /**
         * Takes it back.
         *
         * @param paid whether it was paid from the bank
         * @throws CostPoolRefused if {@code by} did not declare it, a month was allocated, or it was paid
         */
        Withdrawn withdraw(MemberId by, String why, boolean allocated, boolean paid, Instant at) {
            if (allocated) {
                throw new CostPoolRefused("allocated", "months of it were charged already");
            }
            if (paid) {
                throw new CostPoolRefused("paid", "it was paid from the bank already");
            }
            return withdrawn(heading, by, why, at);
        }
    }

    /** Turned down by the treasurer or the board. */
    record Refused(Heading heading, MemberId by, Instant at, String why) implements CostPool {}

    /** Taken back by who declared it. */
    record Withdrawn(Heading heading, MemberId by, Instant at, String why) implements CostPool {}

    private static Withdrawn withdrawn(Heading heading, MemberId by, String why, Instant at) {
        if (!by.equals(heading.declaredBy())) {
            throw new CostPoolRefused("not-the-declarer", "who declared it takes it back");
        }
        return new Withdrawn(heading, by, at, why);
    }
}
