package org.coopmesh.membership.zone;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.membership.node.Prefix;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the zone is handed to DNS servers.
 *
 * @param port where secondaries fetch it, TCP and UDP; 0: nobody does
 * @param address it is listened on
 * @param nameServers as the zone names them, "ns1.village.mesh=10.200.0.53" or a name alone
 * @param secondaries who is told of changes, "key@10.200.0.53:53"
 * @param keyFile TSIG keys, one a line: name hmac-sha256 base64
 */
@ConfigurationProperties("coopmesh.zone")
record ZoneSettings(
        @DefaultValue("0") int port,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue List<String> nameServers,
        @DefaultValue List<String> secondaries,
        @DefaultValue("") String keyFile) {
    private static final int PORT_MAX = 65_535;
    private static final int SERVERS_MAX = 8;
    private static final Pattern NAME_SERVER =
            Pattern.compile("([a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63})+)(?:=(\\S+))?");
    private static final Pattern SECONDARY =
            Pattern.compile("([A-Za-z0-9_.-]{1,255})@(\\[[0-9a-fA-F:]+]|[0-9.]+):([0-9]{1,5})");

    /** A server that the zone names; its address only where the zone has to tell it. */
    record NameServer(String name, @Nullable String address) {}

    /** A server that is told, signed with a key. */
    record Secondary(String key, InetSocketAddress at) {}

    ZoneSettings {
        nameServers = nameServers.stream().filter(text -> !text.isBlank()).toList();
        secondaries = secondaries.stream().filter(text -> !text.isBlank()).toList();
        if (port < 0 || port > PORT_MAX) throw wrong("port", "is 0 to " + PORT_MAX);
        if (nameServers.size() > SERVERS_MAX || secondaries.size() > SERVERS_MAX) {
            throw wrong("secondaries", "and name-servers are at most " + SERVERS_MAX);
        }
        if (port > 0 && (nameServers.isEmpty() || keyFile.isEmpty())) {
            throw wrong("port", "needs name-servers and key-file");
        }
        if (port == 0 && !secondaries.isEmpty()) throw wrong("secondaries", "needs port");
        nameServers.forEach(ZoneSettings::nameServer);
        secondaries.forEach(ZoneSettings::secondary);
    }

    List<NameServer> servers() {
        return nameServers.stream().map(ZoneSettings::nameServer).toList();
    }

    List<Secondary> told() {
        return secondaries.stream().map(ZoneSettings::secondary).toList();
    }

    private static NameServer nameServer(String text) {
        Matcher parts = NAME_SERVER.matcher(text.strip());
        if (!parts.matches()) throw wrong("name-servers", "has a name, or name=address: " + text);
        String address = parts.group(2);
        if (address != null) Prefix.parse(address);
        return new NameServer(parts.group(1), address);
    }

    private static Secondary secondary(String text) {
        Matcher parts = SECONDARY.matcher(text.strip());
        if (!parts.matches()) throw wrong("secondaries", "has key@address:port: " + text);
        int port = Integer.parseInt(parts.group(3));
        if (port < 1 || port > PORT_MAX) throw wrong("secondaries", "has a port that is none");
        return new Secondary(parts.group(1), new InetSocketAddress(parts.group(2), port));
    }

    private static IllegalArgumentException wrong(String setting, String rule) {
        return new IllegalArgumentException("coopmesh.zone." + setting + " " + rule);
    }
}
