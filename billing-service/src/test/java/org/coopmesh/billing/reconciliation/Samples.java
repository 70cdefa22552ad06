package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Currency;
import java.util.Objects;
import org.coopmesh.billing.ledger.Money;

/** Files of banks that were made up for the tests. */
final class Samples {
    static final Currency EUR = Currency.getInstance("EUR");

    private Samples() {}

    static byte[] file(String name) {
        try (InputStream in = Samples.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(file(name), UTF_8);
    }

    static String text(String name, Charset charset) {
        return new String(file(name), charset);
    }

    static Money euros(String decimal) {
        return Money.parse(decimal, EUR);
    }
}
