package org.coopmesh.billing.provider;

import java.net.URI;
import java.util.Currency;
import org.jspecify.annotations.Nullable;

/**
 * A provider that keeps what a payer pays with, and charges it without the payer. A charge takes two steps, so that nobody is
 * charged twice whoever dies between them: what is prepared costs nothing however often, and what was prepared is charged once.
 */
interface SavingProvider extends PaymentProvider {
    /**
     * How saving stands.
     *
     * @param customer whom the provider knows by it; null where it needs none
     * @param method what the provider calls it; null until the payer gave it
     * @param label by which the payer knows it, such as {@code Visa …4242, 12/2029}
     * @param over whether the page was not used in time
     */
    record Kept(
            @Nullable String customer,
            @Nullable String method,
            @Nullable String label,
            boolean over) {}

    /**
     * Asks for a page on which the payer gives what is to be kept; however often for the same, nothing is kept twice.
     *
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    Opened save(Saving saving, Currency currency, URI back);

    /**
     * Asks how saving stands.
     *
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    Kept kept(Saving saving);

    /**
     * Has the provider let go of it; one that is gone stays so.
     *
     * @throws ProviderAway if it does not answer
     */
    void forget(Saving saving);

    /**
     * Prepares a charge; no money moves. Tells what the provider calls it.
     *
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    String prepare(Attempt attempt, Saving saving);

    /**
     * Charges what was prepared, once however often.
     *
     * @throws ProviderAway if it does not answer; whether it was charged is then to be looked for
     * @throws ProviderRefused if it does not want to
     */
    void charge(Attempt attempt);

    /**
     * Has a page, or what was prepared, not used any more, if it was not used yet.
     *
     * @throws ProviderAway if it does not answer
     */
    void close(Attempt attempt);
}
