package org.coopmesh.abuse.plea;

import java.time.Duration;
import java.util.Locale;
import org.coopmesh.abuse.bouncer.Allowance;
import org.coopmesh.abuse.subject.Prefix;
import org.springframework.stereotype.Component;

/**
 * How often a link may be asked for. Each client and each network has an allowance of its own, and what goes to one mail address is
 * counted for each network by itself: nobody uses up what somebody else needs. Counts for each replica by itself.
 */
@Component
class PleaLimits {
    private static final int NETWORK_V4 = 24;
    private static final int NETWORK_V6 = 48;
    private static final int CLIENT_V6 = 64;

    private final Allowance clients;
    private final Allowance networks;
    private final Allowance recipients;

    PleaLimits(PleaSettings settings) {
        this.clients = new Allowance(settings.perClient(), settings.ratePeriod());
        this.networks = new Allowance(settings.perNetwork(), settings.ratePeriod());
        this.recipients = new Allowance(settings.perRecipient(), Duration.ofDays(1));
    }

    /** False if this client or its network asked too often. */
    boolean mayAsk(String remoteAddress) {
        return clients.take(within(remoteAddress, 32, CLIENT_V6))
                && networks.take(within(remoteAddress, NETWORK_V4, NETWORK_V6));
    }

    /** False if this network had enough letters sent to the address today. */
    boolean mayWrite(String remoteAddress, String email) {
        return recipients.take(
                within(remoteAddress, NETWORK_V4, NETWORK_V6)
                        + " "
                        + email.toLowerCase(Locale.ROOT));
    }

    private static String within(String remoteAddress, int v4, int v6) {
        try {
            Prefix address = Prefix.address(remoteAddress);
            int length =
                    switch (address.family()) {
                        case V4 -> v4;
                        case V6 -> v6;
                    };
            return Prefix.parse(address.addressText() + "/" + length).toString();
        } catch (IllegalArgumentException notAnAddress) {
            return "elsewhere";
        }
    }
}
