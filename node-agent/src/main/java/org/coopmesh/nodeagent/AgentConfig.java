package org.coopmesh.nodeagent;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.coopmesh.nodeagent.identity.Ed25519Key;
import org.coopmesh.nodeagent.portblock.Ipv4;
import org.coopmesh.nodeagent.portblock.PortBlocks;
import org.coopmesh.nodeagent.sharing.Sharing;
import org.coopmesh.nodeagent.spool.Spool;

/**
 * Everything that can be set, read from one file of {@code key: value} lines and checked before anything starts.
 *
 * @param stateDir keys, certificate, spool, last access list
 * @param membership host:port of membership's node port
 * @param billing host:port of billing's node port
 * @param enrolmentCode as printed by the dashboard; empty once enrolled
 * @param caFingerprint SHA-256 of the co-op's CA certificate
 * @param uplink interface to the Internet; empty where the node is not a gateway
 * @param window length of a usage window
 * @param table of nftables that the agent owns
 * @param spoolBytesMax bound of the spool on disk
 * @param collect interfaces on which small routers are asked by respondd; empty where none are
 * @param respondd interfaces on which respondd is answered; empty where it is not
 * @param respondContact told to whoever asks by respondd; empty for none
 * @param links node id of the neighbour by the interface that leads to it alone; an empty id is not known
 * @param portal where the walled are led; empty where they are not
 * @param sharing what others get of this node's lines; empty where nothing is held back from them
 * @param portBlocks how outside addresses are shared; empty where this node does not translate addresses
 * @param releaseKeys SubjectPublicKeyInfo, DER, Ed25519, of who may sign newer versions; empty: none is taken
 * @param releaseTrial how long a newer version has to show that it reports
 * @param releaseSpread nodes fetch a newer version at a random moment within this
 * @param logEvery how long a node goes between two looks at the co-op's log, on average
 * @param statusFile where the running agent writes how it is
 * @param metrics where Prometheus may ask how it is; empty: nowhere
 * @param namesZone what names of the village end with; empty: they are not kept
 * @param hostsFile where they are kept
 */
public record AgentConfig(
        Path stateDir,
        String membership,
        String billing,
        String enrolmentCode,
        String caFingerprint,
        Optional<String> uplink,
        Duration window,
        CounterSource counters,
        FirewallKind firewall,
        TimeSource clock,
        String table,
        long spoolBytesMax,
        List<String> collect,
        List<String> respondd,
        String respondContact,
        Path statusFile,
        Optional<InetSocketAddress> metrics,
        Map<String, String> links,
        Optional<URI> portal,
        Optional<Sharing> sharing,
        Optional<PortBlocks> portBlocks,
        List<byte[]> releaseKeys,
        Duration releaseTrial,
        Duration releaseSpread,
        Duration logEvery,
        Optional<String> namesZone,
        Path hostsFile) {
    /** Where counts come from: the kernel, or invented for a machine without a mesh. */
    public enum CounterSource {
        NFTABLES,
        SIMULATED
    }

    /** What enforces the access list: the kernel, or nothing. */
    public enum FirewallKind {
        NFTABLES,
        NONE
    }

    /** Whose time counts: the machine's, or the co-op's servers' where the machine has no sane one. */
    public enum TimeSource {
        SYSTEM,
        SERVER
    }

    private static final Set<String> KEYS =
            Set.of(
                    "state-dir",
                    "membership",
                    "billing",
                    "enrolment-code",
                    "ca-fingerprint",
                    "uplink",
                    "window",
                    "counters",
                    "firewall",
                    "clock",
                    "table",
                    "spool-bytes-max",
                    "links",
                    "portal",
                    "collect",
                    "respondd",
                    "respondd-interfaces",
                    "respondd-contact",
                    "status-file",
                    "metrics",
                    "metrics-beyond-loopback",
                    "share",
                    "share-inside",
                    "share-ceiling",
                    "nat-inside",
                    "nat-slot",
                    "nat-outside",
                    "nat-ports",
                    "nat-block",
                    "release-keys",
                    "release-trial",
                    "release-spread",
                    "log-every",
                    "names-zone",
                    "hosts-file");

    /** Whether respondd is answered. */
    private enum Switch {
        ON,
        OFF
    }

    private static final Pattern HOST_PORT =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9a-fA-F:]+]):([0-9]{1,5})");
    private static final Pattern CODE = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@-]{1,15}");
    private static final Pattern YES_NO = Pattern.compile("yes|no");
    private static final Pattern TABLE = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final Pattern CONTACT = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,128}");
    private static final int INTERFACES_MAX = 8;
    private static final Pattern LINK =
            Pattern.compile("([A-Za-z0-9_.@-]{1,15})(?:=([0-9a-f]{64}))?");
    private static final int LINKS_MAX = 256;
    private static final Pattern LINE =
            Pattern.compile("([A-Za-z0-9_.@-]{1,15})=([0-9]{1,9})(?:/([0-9]{1,9}))?");
    private static final Pattern ZONE =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
    private static final List<String> NAT = List.of("nat-slot", "nat-ports", "nat-block");
    private static final int URL_CHARACTERS_MAX = 1_000;
    private static final Duration WINDOW_LEAST = Duration.ofSeconds(1);
    private static final Duration WINDOW_MOST = Duration.ofHours(1);
    private static final Duration TRIAL_LEAST = Duration.ofSeconds(10);
    private static final Duration TRIAL_MOST = Duration.ofDays(1);
    private static final Duration SPREAD_MOST = Duration.ofDays(1);
    private static final Duration LOG_EVERY_LEAST = Duration.ofSeconds(10);
    private static final Duration LOG_EVERY_MOST = Duration.ofHours(6);
    private static final int RELEASE_KEYS_MAX = 4;
    private static final long SPOOL_BYTES_MOST = 1L << 30;
    private static final long FILE_BYTES_MAX = 64L << 10;

    /**
     * Reads the file.
     *
     * @throws ConfigWrong if a key is unknown, twice, missing or breaks its rule
     */
    public static AgentConfig read(Path file) throws IOException, ConfigWrong {
        if (!Files.isRegularFile(file)) throw new ConfigWrong(file.toString(), "is not a file");
        if (Files.size(file) > FILE_BYTES_MAX) throw new ConfigWrong(file.toString(), "too large");
        return read(file.toString(), Files.readString(file));
    }

    /**
     * Reads the text of a file.
     *
     * @param name what it is called in complaints
     * @throws ConfigWrong as {@link #read(Path)}
     */
    static AgentConfig read(String name, String text) throws IOException, ConfigWrong {
        OnceOnly lines = new OnceOnly();
        try (Reader reader = new StringReader(text)) {
            lines.load(reader);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigWrong(name, "malformed: " + malformed.getMessage());
        }
        for (String key : lines.stringPropertyNames()) {
            if (!KEYS.contains(key)) throw new ConfigWrong(key, "is not a known key");
        }
        if (!lines.twice.isEmpty()) {
            throw new ConfigWrong(lines.twice.iterator().next(), "is set twice");
        }
        return of(new Values(lines));
    }

    private static AgentConfig of(Values values) throws ConfigWrong {
        String code = values.or("enrolment-code", "").replace("-", "").toUpperCase(Locale.ROOT);
        if (!code.isEmpty())
            values.match("enrolment-code", code, CODE, "has 26 characters of Crockford base 32");
        String fingerprint =
                values.required("ca-fingerprint").replace(":", "").toLowerCase(Locale.ROOT);
        String uplink = values.or("uplink", "");
        if (!uplink.isEmpty())
            values.match("uplink", uplink, INTERFACE, "is the name of an interface");
        CounterSource counters =
                values.choice("counters", CounterSource.class, CounterSource.NFTABLES);
        FirewallKind firewall =
                values.choice("firewall", FirewallKind.class, FirewallKind.NFTABLES);
        if (counters == CounterSource.NFTABLES && firewall == FirewallKind.NONE) {
            throw new ConfigWrong("counters", "nftables counts in the table of firewall nftables");
        }
        List<String> collect = values.interfaces("collect", uplink);
        List<String> named = values.interfaces("respondd-interfaces", uplink);
        boolean answers = values.choice("respondd", Switch.class, Switch.OFF) == Switch.ON;
        List<String> respondd = !answers ? List.of() : named.isEmpty() ? collect : named;
        if (answers && respondd.isEmpty()) {
            throw new ConfigWrong(
                    "respondd", "needs respondd-interfaces or collect to say where it answers");
        }
        if (!answers && !named.isEmpty()) {
            throw new ConfigWrong("respondd-interfaces", "says where respondd answers; it is off");
        }
        String contact = values.or("respondd-contact", "");
        if (!contact.isEmpty()) {
            values.match(
                    "respondd-contact", contact, CONTACT, "has at most 128 printable characters");
            if (!answers) {
                throw new ConfigWrong("respondd-contact", "is told by respondd; it is off");
            }
        }
        Optional<URI> portal = values.portal();
        if (portal.isPresent() && firewall == FirewallKind.NONE) {
            throw new ConfigWrong("portal", "needs firewall nftables to lead anybody there");
        }
        Path stateDir = values.path("state-dir", values.required("state-dir"));
        return new AgentConfig(
                stateDir,
                values.hostPort("membership"),
                values.hostPort("billing"),
                code,
                values.match(
                        "ca-fingerprint",
                        fingerprint,
                        FINGERPRINT,
                        "is a SHA-256 of 64 hexadecimal digits"),
                Optional.of(uplink).filter(name -> !name.isEmpty()),
                values.window(),
                counters,
                firewall,
                values.choice("clock", TimeSource.class, TimeSource.SYSTEM),
                values.match(
                        "table",
                        values.or("table", "coopmesh"),
                        TABLE,
                        "is a name of lower-case letters, digits and _"),
                values.spoolBytesMax(),
                collect,
                respondd,
                contact,
                values.path("status-file", stateDir.resolve("status").toString()),
                values.metrics(),
                values.links(uplink),
                portal,
                values.sharing(firewall),
                values.portBlocks(uplink, firewall),
                values.releaseKeys(),
                values.duration("release-trial", "PT15M", TRIAL_LEAST, TRIAL_MOST),
                values.duration("release-spread", "PT10M", Duration.ZERO, SPREAD_MOST),
                values.duration("log-every", "PT10M", LOG_EVERY_LEAST, LOG_EVERY_MOST),
                values.namesZone(),
                values.path("hosts-file", stateDir.resolve("hosts.coopmesh").toString()));
    }

    /** Where keys and certificate are. */
    public Path identityDir() {
        return stateDir.resolve("identity");
    }

    /** Where the last access list is. */
    public Path accessDir() {
        return stateDir.resolve("access");
    }

    /** Since when outside addresses are shared by which parameters. */
    public Path portBlocksFile() {
        return stateDir.resolve("port-blocks");
    }

    /** The checkpoint of the co-op's public log that was seen last. */
    public Path witnessFile() {
        return stateDir.resolve("log-seen");
    }

    /** Which queues were made, so that they can be taken away. */
    public Path sharingFile() {
        return stateDir.resolve("share");
    }

    /** Where newer versions of the agent are. */
    public Path releasesDir() {
        return stateDir.resolve("releases");
    }

    /** Where windows wait for billing. */
    public Path spoolDir() {
        return stateDir.resolve("spool");
    }

    /** As a code has to look once case and hyphens are ignored. */
    static boolean isCode(String text) {
        return CODE.matcher(text.replace("-", "").toUpperCase(Locale.ROOT)).matches();
    }

    /** Properties that notice a key that is set twice. */
    private static final class OnceOnly extends Properties {
        private static final long serialVersionUID = 1;
        private final Set<String> twice = new HashSet<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            if (containsKey(key)) twice.add(key.toString());
            return super.put(key, value);
        }
    }

    private record Values(Properties lines) {
        String or(String key, String otherwise) {
            String value = lines.getProperty(key, "").strip();
            return value.isEmpty() ? otherwise : value;
        }

        String required(String key) throws ConfigWrong {
            String value = or(key, "");
            if (value.isEmpty()) throw new ConfigWrong(key, "is required");
            return value;
        }

        Path path(String key, String otherwise) throws ConfigWrong {
            try {
                return Path.of(or(key, otherwise));
            } catch (InvalidPathException malformed) {
                throw new ConfigWrong(key, "is a path");
            }
        }

        String match(String key, String value, Pattern pattern, String rule) throws ConfigWrong {
            if (!pattern.matcher(value).matches()) throw new ConfigWrong(key, rule);
            return value;
        }

        Map<String, String> links(String uplink) throws ConfigWrong {
            String value = or("links", "");
            Map<String, String> links = new LinkedHashMap<>();
            for (String link : value.isEmpty() ? new String[0] : value.split(",", -1)) {
                var parts = LINK.matcher(link.strip());
                if (!parts.matches()) {
                    throw new ConfigWrong(
                            "links", "is a list of interface=node id, parted by commas");
                }
                if (parts.group(1).equals(uplink)) {
                    throw new ConfigWrong("links", "are of the mesh; " + uplink + " is the uplink");
                }
                String node = parts.group(2) == null ? "" : parts.group(2);
                if (links.put(parts.group(1), node) != null) {
                    throw new ConfigWrong("links", "names an interface twice");
                }
            }
            if (links.size() > LINKS_MAX) {
                throw new ConfigWrong("links", "names at most " + LINKS_MAX + " interfaces");
            }
            return links;
        }

        Optional<Sharing> sharing(FirewallKind firewall) throws ConfigWrong {
            if (or("share", "").isEmpty()) {
                for (String key : List.of("share-inside", "share-ceiling")) {
                    if (!or(key, "").isEmpty()) throw new ConfigWrong(key, "needs share");
                }
                return Optional.empty();
            }
            if (firewall == FirewallKind.NONE) {
                throw new ConfigWrong("share", "needs firewall nftables to tell what is own");
            }
            List<Sharing.Line> lines = new ArrayList<>();
            for (String line : or("share", "").split(",", -1)) {
                var parts = LINE.matcher(line.strip());
                if (!parts.matches()) {
                    throw new ConfigWrong(
                            "share",
                            "is a list of interface=up/down in kbit/s, parted by commas; /down may be left out");
                }
                OptionalLong down =
                        parts.group(3) == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(Long.parseLong(parts.group(3)));
                try {
                    lines.add(
                            new Sharing.Line(parts.group(1), Long.parseLong(parts.group(2)), down));
                } catch (IllegalArgumentException outOfBounds) {
                    throw new ConfigWrong("share", String.valueOf(outOfBounds.getMessage()));
                }
            }
            if (lines.size() > INTERFACES_MAX) {
                throw new ConfigWrong("share", "names at most " + INTERFACES_MAX + " interfaces");
            }
            List<String> inside = interfaces("share-inside", "");
            int ceiling = number("share-ceiling", "100", "is a percentage from 1 to 100");
            if (ceiling < 1 || ceiling > 100) {
                throw new ConfigWrong("share-ceiling", "is a percentage from 1 to 100");
            }
            try {
                return Optional.of(new Sharing(lines, inside, ceiling));
            } catch (IllegalArgumentException contradiction) {
                throw new ConfigWrong("share", "makes no sense: " + contradiction.getMessage());
            }
        }

        Optional<PortBlocks> portBlocks(String uplink, FirewallKind firewall) throws ConfigWrong {
            if (or("nat-outside", "").isEmpty() != or("nat-inside", "").isEmpty()) {
                throw new ConfigWrong("nat-inside", "and nat-outside belong together");
            }
            if (or("nat-inside", "").isEmpty()) {
                for (String key : NAT) {
                    if (!or(key, "").isEmpty()) {
                        throw new ConfigWrong(key, "needs nat-inside and nat-outside");
                    }
                }
                return Optional.empty();
            }
            if (uplink.isEmpty()) throw new ConfigWrong("nat-inside", "needs an uplink");
            if (firewall == FirewallKind.NONE) {
                throw new ConfigWrong("nat-inside", "needs firewall nftables");
            }
            var inside =
                    parsed(
                            "nat-inside",
                            or("nat-inside", ""),
                            Ipv4.Range::parse,
                            "is one IPv4 prefix, as 10.201.0.0/18");
            List<Ipv4> outside = new ArrayList<>();
            for (String address : or("nat-outside", "").split(",", -1)) {
                outside.add(
                        parsed(
                                "nat-outside",
                                address.strip(),
                                Ipv4::parse,
                                "is a list of IPv4 addresses, parted by commas"));
            }
            var ports = PORTS.matcher(or("nat-ports", "1024-49151"));
            if (!ports.matches()) throw new ConfigWrong("nat-ports", "is as 1024-49151");
            int slot = number("nat-slot", "24", "is the length of a prefix");
            int block = number("nat-block", "512", "is a number of ports");
            int first = Integer.parseInt(ports.group(1));
            int last = Integer.parseInt(ports.group(2));
            try {
                return Optional.of(new PortBlocks(inside, slot, outside, first, last, block));
            } catch (IllegalArgumentException doesNotFit) {
                throw new ConfigWrong("nat-block", "does not fit: " + doesNotFit.getMessage());
            }
        }

        private static <T> T parsed(
                String key, String value, Function<String, T> parser, String rule)
                throws ConfigWrong {
            try {
                return parser.apply(value);
            } catch (IllegalArgumentException malformed) {
                throw new ConfigWrong(key, rule);
            }
        }

        private int number(String key, String otherwise, String rule) throws ConfigWrong {
            String value = or(key, otherwise);
            if (!value.matches("[0-9]{1,6}")) throw new ConfigWrong(key, rule);
            return Integer.parseInt(value);
        }

        Optional<URI> portal() throws ConfigWrong {
            String value = or("portal", "");
            if (value.isEmpty()) return Optional.empty();
            try {
                URI portal = new URI(value);
                boolean web =
                        "https".equals(portal.getScheme()) || "http".equals(portal.getScheme());
                if (web && portal.getHost() != null && value.length() <= URL_CHARACTERS_MAX) {
                    return Optional.of(portal);
                }
            } catch (URISyntaxException malformed) {
                // Says the same as a URL of another kind.
            }
            throw new ConfigWrong("portal", "is a URL that begins with https:// or http://");
        }

        List<String> interfaces(String key, String uplink) throws ConfigWrong {
            String value = or(key, "");
            if (value.isEmpty()) return List.of();
            List<String> names = Arrays.stream(value.split(",", -1)).map(String::strip).toList();
            for (String name : names) {
                match(key, name, INTERFACE, "is a list of interface names, parted by commas");
                if (name.equals(uplink)) {
                    throw new ConfigWrong(key, "is of the mesh; " + name + " is the uplink");
                }
            }
            if (names.size() > INTERFACES_MAX) {
                throw new ConfigWrong(key, "names at most " + INTERFACES_MAX + " interfaces");
            }
            if (new HashSet<>(names).size() < names.size()) {
                throw new ConfigWrong(key, "names an interface twice");
            }
            return names;
        }

        String hostPort(String key) throws ConfigWrong {
            String value = required(key);
            var parts = HOST_PORT.matcher(value);
            if (!parts.matches()) throw new ConfigWrong(key, "is host:port");
            int port = Integer.parseInt(parts.group(2));
            if (port < 1 || port > 65_535) throw new ConfigWrong(key, "has a port from 1 to 65535");
            return value;
        }

        Duration window() throws ConfigWrong {
            return duration("window", "PT5M", WINDOW_LEAST, WINDOW_MOST);
        }

        Duration duration(String key, String otherwise, Duration least, Duration most)
                throws ConfigWrong {
            String value = or(key, otherwise);
            try {
                Duration duration = Duration.parse(value);
                boolean fits =
                        duration.compareTo(least) >= 0
                                && duration.compareTo(most) <= 0
                                && duration.equals(Duration.ofMillis(duration.toMillis()));
                if (fits) return duration;
            } catch (DateTimeParseException | ArithmeticException malformed) {
                // Says the same as a duration out of bounds.
            }
            throw new ConfigWrong(
                    key,
                    "is an ISO-8601 duration from "
                            + least
                            + " to "
                            + most
                            + ", whole milliseconds");
        }

        List<byte[]> releaseKeys() throws ConfigWrong {
            String value = or("release-keys", "");
            if (value.isEmpty()) return List.of();
            List<byte[]> keys = new ArrayList<>();
            try {
                for (String key : value.split(",", -1)) {
                    byte[] der = Base64.getDecoder().decode(key.strip());
                    Ed25519Key.read(der);
                    keys.add(der);
                }
            } catch (IllegalArgumentException malformed) {
                throw new ConfigWrong(
                        "release-keys",
                        "is a list of Ed25519 public keys in base 64, parted by commas");
            }
            if (keys.size() > RELEASE_KEYS_MAX) {
                throw new ConfigWrong("release-keys", "names at most " + RELEASE_KEYS_MAX);
            }
            return List.copyOf(keys);
        }

        /** Whoever reads the figures reads how much a household uses: that is for this machine alone, unless said. */
        Optional<InetSocketAddress> metrics() throws ConfigWrong {
            boolean beyond =
                    match(
                                    "metrics-beyond-loopback",
                                    or("metrics-beyond-loopback", "no"),
                                    YES_NO,
                                    "is yes or no")
                            .equals("yes");
            if (or("metrics", "").isEmpty()) return Optional.empty();
            String value = hostPort("metrics");
            int colon = value.lastIndexOf(':');
            String host = value.substring(0, colon).replaceAll("[\\[\\]]", "");
            InetAddress address;
            try {
                address = InetAddress.ofLiteral(host);
            } catch (IllegalArgumentException name) {
                throw new ConfigWrong("metrics", "is an address and a port, not a name");
            }
            if (!beyond && !address.isLoopbackAddress()) {
                throw new ConfigWrong(
                        "metrics",
                        "is a loopback address, unless metrics-beyond-loopback says yes");
            }
            return Optional.of(
                    new InetSocketAddress(address, Integer.parseInt(value.substring(colon + 1))));
        }

        <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) throws ConfigWrong {
            String value = or(key, otherwise.name().toLowerCase(Locale.ROOT));
            for (E choice : type.getEnumConstants()) {
                if (choice.name().toLowerCase(Locale.ROOT).equals(value)) return choice;
            }
            String choices = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
            throw new ConfigWrong(key, "is one of " + choices);
        }

        Optional<String> namesZone() throws ConfigWrong {
            String zone = or("names-zone", "mesh");
            if (zone.equals("none")) return Optional.empty();
            return Optional.of(
                    match("names-zone", zone, ZONE, "is none, or what names end with, as mesh"));
        }

        long spoolBytesMax() throws ConfigWrong {
            String value = or("spool-bytes-max", Long.toString(Spool.BYTES_MAX_DEFAULT));
            if (value.matches("[0-9]{1,12}")) {
                long bytes = Long.parseLong(value);
                if (bytes >= Spool.BYTES_MAX_LEAST && bytes <= SPOOL_BYTES_MOST) return bytes;
            }
            throw new ConfigWrong(
                    "spool-bytes-max",
                    "is a number of bytes from "
                            + Spool.BYTES_MAX_LEAST
                            + " to "
                            + SPOOL_BYTES_MOST);
        }
    }
}
