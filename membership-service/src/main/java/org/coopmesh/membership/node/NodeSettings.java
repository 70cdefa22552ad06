package org.coopmesh.membership.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of nodes and of their port.
 *
 * @param keysDir keys and certificates; secret, backed up, shared by replicas
 * @param billingKeysDir where billing-service finds its node port's key and certificates; the same as {@code keysDir} where
 *     nothing else is said
 * @param nodePortNames further names and addresses that agents call the node ports by; localhost and 127.0.0.1 always count
 * @param membershipNodePort host:port of this service's node port, as agents reach it
 * @param billingNodePort host:port of billing's node port, as agents reach it
 * @param issuer the gateway's public address + /id; certificates say where below that address is what was revoked
 * @param node limits
 */
@ConfigurationProperties("coopmesh")
record NodeSettings(
        @DefaultValue(".coopmesh/keys") Path keysDir,
        @Nullable Path billingKeysDir,
        @DefaultValue List<String> nodePortNames,
        @DefaultValue("127.0.0.1:9081") String membershipNodePort,
        @DefaultValue("127.0.0.1:9082") String billingNodePort,
        @DefaultValue("http://localhost:8080/id") String issuer,
        @DefaultValue Limits node) {
    /**
     * @param codeLifetime how long an enrolment code may wait
     * @param rotationMin how long a new key is known before it signs by itself, and the one before stays: a backup has it then
     * @param trustInterval how often a node asks which keys count
     */
    record Limits(
            @DefaultValue("7d") Duration codeLifetime,
            @DefaultValue("1d") Duration rotationMin,
            @DefaultValue("10m") Duration trustInterval) {}

    Path keysDirOfBilling() {
        return billingKeysDir == null ? keysDir : billingKeysDir;
    }

    /** The gateway's address, without a slash at its end. */
    String publicUrl() {
        return issuer.endsWith("/id") ? issuer.substring(0, issuer.length() - 3) : issuer;
    }

    Set<String> allNodePortNames() {
        var names = new TreeSet<>(Set.of("localhost", "127.0.0.1"));
        nodePortNames.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        return names;
    }
}
