package org.coopmesh.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a co-op has beyond itself, played on loopback: a bank, a mail server whose letters a page shows, and payment
 * providers.
 */
final class Outside implements AutoCloseable {
    private static final List<String> PROVIDERS = List.of("stripe", "gocardless", "btcpay");

    private final MailSink mails;
    private final MailPage page;
    private final ProviderSimulator providers;
    private final Bank bank;
    private final Secrets secrets;

    private Outside(MailSink mails, MailPage page, ProviderSimulator providers, Secrets secrets) {
        this.mails = mails;
        this.page = page;
        this.providers = providers;
        this.bank = new Bank(secrets);
        this.secrets = secrets;
    }

    static Outside start(Installation at, Secrets secrets, DemoClock clock) {
        try {
            var providers =
                    new ProviderSimulator(
                            at.port(8090), clock::now, at.state().resolve("providers.json"));
            for (String provider : PROVIDERS) {
                providers.webhooks(
                        provider,
                        URI.create(at.publicUrl() + "/webhooks/" + provider),
                        secrets.of("webhook." + provider));
            }
            var mails = new MailSink(at.port(2525));
            return new Outside(mails, new MailPage(mails, at.port(8025)), providers, secrets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MailSink mails() {
        return mails;
    }

    Bank bank() {
        return bank;
    }

    String letterBox() {
        return "http://localhost:" + page.port();
    }

    ProviderSimulator providers() {
        return providers;
    }

    /** How membership finds the mail server, and whom its mails come from. */
    Map<String, String> mailEnvironment() {
        return Map.of(
                "COOPMESH_SMTP_HOST", "127.0.0.1",
                "COOPMESH_SMTP_PORT", Integer.toString(mails.port()),
                "COOPMESH_SMTP_TLS", "false",
                "COOPMESH_MAIL_SENDER", "sign-in@village.example");
    }

    /** How billing finds them; its mails come from the address on invoices. */
    Map<String, String> environment() {
        var found = new LinkedHashMap<>(mailEnvironment());
        found.remove("COOPMESH_MAIL_SENDER");
        for (String provider : PROVIDERS) {
            String prefix = "COOPMESH_PROVIDER_" + provider.toUpperCase(Locale.ROOT);
            found.put(prefix + "_URL", providers.url().toString());
            found.put(prefix + "_WEBHOOKSECRETS", secrets.of("webhook." + provider));
        }
        found.put("COOPMESH_PROVIDER_STRIPE_SECRETKEY", "played");
        found.put("COOPMESH_PROVIDER_GOCARDLESS_ACCESSTOKEN", "played");
        found.put("COOPMESH_PROVIDER_BTCPAY_APIKEY", "played");
        found.put("COOPMESH_PROVIDER_BTCPAY_STOREID", "village");
        return found;
    }

    @Override
    public void close() {
        try {
            mails.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            page.close();
            providers.close();
        }
    }
}
