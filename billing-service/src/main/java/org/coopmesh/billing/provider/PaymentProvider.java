package org.coopmesh.billing.provider;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * The port behind which every payment provider stands. A webhook only says what to ask about; what is booked is the answer, so
 * that one that is late, comes twice, out of order or not at all changes nothing.
 */
interface PaymentProvider {
    /** A page on which the attempt is paid. */
    record Opened(String reference, URI page) {}

    /**
     * What a webhook is about.
     *
     * @param event its number with the provider
     * @param what in the provider's words
     * @param references what the provider calls the things it is about
     */
    record Ring(String event, String what, List<String> references) {}

    Provider id();

    /**
     * Asks for a page; however often for the same attempt, there is one.
     *
     * @param back where the payer is sent afterwards
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    Opened open(Attempt attempt, URI back);

    /**
     * Asks how the attempt stands, and does the next step where one is due; repeating it changes nothing.
     *
     * @param owed what of the attempt's amount is still open on the invoice
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    Seen look(Attempt attempt, Money owed);

    /**
     * Gives the payer money back; however often under one key, it is given once.
     *
     * @throws ProviderAway if it does not answer
     * @throws ProviderRefused if it does not want to
     */
    void refund(Attempt attempt, Money amount, String key);

    /**
     * Reads a webhook after it has checked who sent it.
     *
     * @param body the bytes as they came
     * @param header the value of a header; null where there is none
     * @param now the machine's time
     * @throws WebhookRefused if it is not from the provider, too old or not readable
     */
    Ring read(byte[] body, UnaryOperator<@Nullable String> header, Instant now);
}
