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
 * @param node limits
 */
@ConfigurationProperties("coopmesh")
record NodeSettings(
        @DefaultValue(".coopmesh/keys") Path keysDir,
        @Nullable Path billingKeysDir,
        @DefaultValue List<String> nodePortNames,
        @DefaultValue("127.0.0.1:9081") String membershipNodePort,
        @DefaultValue("127.0.0.1:9082") String billingNodePort,
        @DefaultValue Limits node) {
    /**
     * @param codeLifetime how long an enrolment code may wait
     */
    record Limits(@DefaultValue("7d") Duration codeLifetime) {}

    Path keysDirOfBilling() {
        return billingKeysDir == null ? keysDir : billingKeysDir;
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
