package org.coopmesh.billing.provider;

import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Those whom the co-op has an account with. */
@Component
@EnableConfigurationProperties(ProviderSettings.class)
class Adapters {
    private final Map<Provider, PaymentProvider> all = new EnumMap<>(Provider.class);
    private final List<String> pages;
    private final URI root;

    Adapters(
            ProviderSettings settings, JsonMapper json, @Value("${coopmesh.public-url}") URI root) {
        this.root = root.resolve("/");
        this.pages =
                Stream.concat(
                                Stream.of("https:"),
                                Stream.of(
                                                settings.stripe().url(),
                                                settings.gocardless().url(),
                                                settings.btcpay().url())
                                        .filter(url -> "http".equals(url.getScheme()))
                                        .map(url -> url.resolve("/").toString()))
                        .distinct()
                        .toList();
        if (!settings.stripe().secretKey().isEmpty()) {
            all.put(Provider.STRIPE, new StripeAdapter(settings.stripe(), json));
        }
        if (!settings.gocardless().accessToken().isEmpty()) {
            all.put(Provider.GOCARDLESS, new GoCardlessAdapter(settings.gocardless(), json));
        }
        if (!settings.btcpay().apiKey().isEmpty()) {
            all.put(Provider.BTCPAY, new BtcpayAdapter(settings.btcpay(), json));
        }
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Provider> offered() {
        return List.copyOf(all.keySet());
    }

    /** Those that keep what a payer pays with. */
    List<Provider> saving() {
        return all.keySet().stream()
                .filter(each -> all.get(each) instanceof SavingProvider)
                .toList();
    }

    @Nullable PaymentProvider get(Provider provider) {
        return all.get(provider);
    }

    Optional<SavingProvider> saving(Provider provider) {
        return all.get(provider) instanceof SavingProvider saving
                ? Optional.of(saving)
                : Optional.empty();
    }

    /** Where their pages are, as sources of a Content-Security-Policy: on the web, or on this machine. */
    List<String> pages() {
        return pages;
    }

    /** An address below the co-op's own. */
    URI own(String path) {
        return root.resolve(path.replaceFirst("^/+", ""));
    }
}
