package org.coopmesh.nodeagent;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.PortBlockEpoch;
import org.coopmesh.nodeagent.access.AccessListWatcher;
import org.coopmesh.nodeagent.access.CaptivePortal;
import org.coopmesh.nodeagent.access.Firewall;
import org.coopmesh.nodeagent.collector.Responder;
import org.coopmesh.nodeagent.collector.RouterCollector;
import org.coopmesh.nodeagent.identity.Channels;
import org.coopmesh.nodeagent.identity.Enrolment;
import org.coopmesh.nodeagent.identity.EnrolmentRefused;
import org.coopmesh.nodeagent.identity.IdentityDamaged;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.names.NamesKeeper;
import org.coopmesh.nodeagent.netfilter.MeshTable;
import org.coopmesh.nodeagent.netfilter.ResidentPages;
import org.coopmesh.nodeagent.portblock.BlockRules;
import org.coopmesh.nodeagent.portblock.Epochs;
import org.coopmesh.nodeagent.portblock.PortBlocks;
import org.coopmesh.nodeagent.portblock.PortKeeper;
import org.coopmesh.nodeagent.release.Updates;
import org.coopmesh.nodeagent.sharing.ShareRules;
import org.coopmesh.nodeagent.sharing.SharingKeeper;
import org.coopmesh.nodeagent.topology.TopologyReporter;
import org.coopmesh.nodeagent.usage.Counters;
import org.coopmesh.nodeagent.usage.Counters.Simulated;
import org.coopmesh.nodeagent.witness.LogWitness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent on a mesh node. Everything it is made of is built here by hand, in the order data flows.
 *
 * <p>Run: {@code java -jar node-agent.jar agent.conf}; {@link CommandLine} has what else there is, and the exit codes.
 */
public final class NodeAgent implements AutoCloseable {
    static final String VERSION = version();
    private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
    private static final long FULL_LANE_KBIT = 100_000;
    private static final Duration STATUS_EVERY = Duration.ofSeconds(15);
    private static final Duration FOLLOW_EVERY = Duration.ofSeconds(5);
    private static final Duration SETTLED_AFTER = Duration.ofMinutes(1);
    private static final Duration PAGES_EVERY = Duration.ofHours(1);
    private static final Duration STOP_MAX = Duration.ofSeconds(3);

    // Not static: how much is logged is decided by what the process is started for.
    private final Logger log = LoggerFactory.getLogger(NodeAgent.class);
    private final AgentConfig config;
    private final Instant startedAt = Instant.now();
    private final AgentClock clock = new AgentClock(Instant.now(), System::nanoTime);
    private final NodeIdentity identity;
    private final Channels channels;
    private final Firewall firewall;
    private final AccessListWatcher access;
    private final PortKeeper ports;
    private final SharingKeeper sharing;
    private final Counting counting;
    private final TopologyReporter topology;
    private final Optional<MetricsPort> metrics;
    private final List<Thread> running = new ArrayList<>();

    /** Enrols if need be, takes up where the last run ended, and starts. */
    public NodeAgent(AgentConfig config)
            throws IOException, EnrolmentRefused, InterruptedException {
        this.config = config;
        boolean byServer = config.clock() == AgentConfig.TimeSource.SERVER;
        Consumer<Instant> serverTime = byServer ? clock::observe : time -> {};

        // Who we are
        var enrolment =
                new Enrolment(
                        config.identityDir(),
                        config.membership(),
                        config.caFingerprint(),
                        VERSION,
                        InstantSource.system(),
                        RANDOM);
        Optional<NodeIdentity> known = enrolment.known();
        // Whoever has no list yet keeps no network waiting: it needs one to join
        if (known.isEmpty()) Readiness.tell();
        identity =
                known.isPresent()
                        ? known.get()
                        : enrolment.enrol(config.enrolmentCode(), serverTime);
        channels = new Channels(identity, config.membership(), config.billing());
        Channel membership = channels.membership();

        // What may pass: the last known list is enforced before anybody is asked
        firewall =
                switch (config.firewall()) {
                    case NFTABLES ->
                            Firewall.nftables(
                                    config.table(),
                                    config.uplink().isPresent(),
                                    config.portal().isPresent(),
                                    parts(config));
                    case NONE -> Firewall.none();
                };
        access =
                new AccessListWatcher(
                        channels::membership,
                        identity.nodeId(),
                        identity::listKeys,
                        config.accessDir(),
                        firewall,
                        serverTime,
                        clock);
        access.enforceLastKnown();
        if (known.isPresent()) Readiness.tell();
        Optional<CaptivePortal> portal =
                config.portal().map(url -> new CaptivePortal(url, access::walled));

        // By which port it leaves
        ports =
                new PortKeeper(
                        config.portBlocks(),
                        new Epochs(config.portBlocksFile()),
                        () -> firewall.has(BlockRules.PART),
                        clock);

        // What others get of our lines
        sharing =
                new SharingKeeper(
                        config.sharing(),
                        () -> access.version() > 0 && firewall.has(ShareRules.PART),
                        config.sharingFile());

        // What passed: usage → spool → report
        Counters counters =
                switch (config.counters()) {
                    case NFTABLES ->
                            Counters.nftables(config.table(), config.uplink(), config.links());
                    case SIMULATED ->
                            // By a clock that never jumps: nobody uses a month of traffic in a
                            // moment.
                            Counters.simulated(
                                    () -> simulated(access),
                                    new AgentClock(clock.instant(), System::nanoTime),
                                    RANDOM.nextLong());
                };
        counting =
                new Counting(
                        config,
                        VERSION,
                        identity,
                        channels.billing(),
                        counters,
                        clock,
                        serverTime,
                        RANDOM);
        counting.begin();

        // How we are, and how those are who are too small for an agent of their own
        var collector = new RouterCollector(config.collect(), identity.nodeId());
        var updates =
                new Updates(
                        new Updates.Settings(
                                config.releasesDir(),
                                config.releaseKeys(),
                                config.releaseTrial(),
                                config.releaseSpread()),
                        membership,
                        identity.nodeId(),
                        VERSION,
                        clock,
                        () -> counting.progress().report().accepted() > 0,
                        RANDOM,
                        () -> System.exit(CommandLine.ANOTHER_VERSION));
        var witness =
                new LogWitness(
                        channels::membership,
                        identity.nodeId(),
                        identity.identityKey(),
                        identity::sign,
                        config.witnessFile(),
                        config.logEvery(),
                        clock,
                        RANDOM);
        var names =
                new NamesKeeper(
                        channels::membership,
                        identity::listKeys,
                        config.hostsFile(),
                        config.namesZone().orElse(""),
                        RANDOM);
        topology =
                new TopologyReporter(
                        membership,
                        VERSION,
                        config.uplink().orElse(""),
                        clock,
                        new TopologyReporter.Figures(
                                access::version,
                                () -> counting.progress().spoolBytes(),
                                () -> counting.progress().spoolWindows()),
                        collected(collector),
                        () -> ports.epochs().stream().map(NodeAgent::told).toList(),
                        new TopologyReporter.Releases(updates::state, updates::answered),
                        names::offered,
                        serverTime);
        var responder =
                new Responder(
                        config.respondd(),
                        identity.nodeId(),
                        VERSION,
                        config.respondContact(),
                        topology::latest);

        metrics =
                config.metrics().isPresent()
                        ? Optional.of(
                                new MetricsPort(
                                        config.metrics().get(), () -> MetricsText.of(status())))
                        : Optional.empty();

        start("windows", counting::windows);
        start("report", counting::reports);
        start("access", access::run);
        portal.ifPresent(door -> start("portal", door::run));
        start("topology", topology::run);
        // What is not wanted any more is ended too
        if (config.portBlocks().isPresent() || Files.exists(config.portBlocksFile())) {
            start("port-blocks", ports::run);
        }
        if (config.sharing().isPresent() || Files.exists(config.sharingFile())) {
            start("sharing", sharing::run);
        }
        if (!config.collect().isEmpty()) start("collector", collector::run);
        if (!config.respondd().isEmpty()) start("respondd", responder::run);
        start(
                "certificate",
                () -> enrolment.keepFresh(identity, membership, config.enrolmentCode()));
        start("status", this::tellStatus);
        start("pages", this::giveBackPages);
        if (!config.releaseKeys().isEmpty()) start("release", updates::run);
        if (config.namesZone().isPresent()) start("names", names::run);
        start("witness", witness::run);
        metrics.ifPresent(port -> start("metrics", port::run));
        if (!byServer) start("clock", this::followTheSystem);
        log.atInfo()
                .addKeyValue("nodeId", identity.nodeId())
                .addKeyValue("version", VERSION)
                .addKeyValue("window", config.window())
                .log("agent runs");
    }

    /** Runs until the process is told to end, or does what else was asked for. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length > 0 && CommandLine.knows(arguments[0])) {
            // What a person reads is not the log.
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
            var commands =
                    new CommandLine(System.in, System.out, System.err, InstantSource.system());
            System.exit(commands.execute(arguments));
        }
        if (arguments.length == 1 && List.of("help", "-h", "--help").contains(arguments[0])) {
            System.out.println(CommandLine.USAGE);
            return;
        }
        boolean run = arguments.length == 2 && arguments[0].equals("run");
        if (arguments.length != 1 && !run) refuse(CommandLine.WRONG, CommandLine.USAGE);
        String file = arguments[arguments.length - 1];
        try {
            NodeAgent agent = new NodeAgent(AgentConfig.read(Path.of(file)));
            Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "stop"));
            new CountDownLatch(1).await();
        } catch (ConfigWrong wrong) {
            refuse(CommandLine.WRONG, file + ": " + wrong.getMessage());
        } catch (EnrolmentRefused | IdentityDamaged refused) {
            refuse(CommandLine.REFUSED, String.valueOf(refused.getMessage()));
        } catch (IOException | RuntimeException failed) {
            LoggerFactory.getLogger(NodeAgent.class)
                    .atError()
                    .setCause(failed)
                    .log("agent cannot start");
            refuse(CommandLine.TROUBLE, String.valueOf(failed.getMessage()));
        }
    }

    /** How the agent is now. */
    Status status() {
        Counting.Progress progress = counting.progress();
        Optional<AccessListWatcher.Term> term = access.term();
        Map<String, String> sources = new TreeMap<>();
        topology.latest()
                .getLinkSourcesList()
                .forEach(source -> sources.put(source.getSource(), source.getTrouble()));
        PortKeeper.Progress blocks = ports.progress();
        SharingKeeper.Progress shared = sharing.progress();
        return new Status(
                Instant.now(),
                startedAt,
                ProcessHandle.current().pid(),
                VERSION,
                identity.nodeId(),
                identity.coopName(),
                identity.certificate().getNotAfter().toInstant(),
                access.version(),
                access.attachmentCount(),
                term.map(AccessListWatcher.Term::issuedAt),
                term.map(AccessListWatcher.Term::notAfter).filter(Instant.MAX::isAfter),
                access.trouble().orElse(""),
                progress.trouble(),
                progress.spoolWindows(),
                progress.spoolBytes(),
                config.spoolBytesMax(),
                progress.report().until(),
                progress.report().accepted(),
                progress.report().failures(),
                progress.report().failing(),
                sources,
                shared.lines(),
                shared.restored(),
                blocks.blocks().map(NodeAgent::text).orElse(""),
                blocks.trouble(),
                blocks.ended(),
                residentBytes());
    }

    private static List<MeshTable.Part> parts(AgentConfig config) {
        List<MeshTable.Part> parts = new ArrayList<>();
        config.sharing().ifPresent(sharing -> parts.add(ShareRules.part(sharing)));
        config.portBlocks()
                .ifPresent(blocks ->
                        parts.add(BlockRules.part(blocks, config.uplink().orElseThrow())));
        return parts;
    }

    private static String text(PortBlocks blocks) {
        return blocks.slots()
                + " blocks of "
                + blocks.blockPorts()
                + " ports at "
                + blocks.outside().stream().map(Object::toString).collect(Collectors.joining(", "))
                + " for "
                + blocks.inside();
    }

    private void tellStatus() throws InterruptedException {
        boolean told = true;
        while (true) {
            try {
                StatusFile.write(config.statusFile(), status());
                told = true;
            } catch (IOException failed) {
                if (told)
                    log.atWarn().addKeyValue("why", failed.getMessage()).log("status not told");
                told = false;
            }
            Thread.sleep(STATUS_EVERY);
        }
    }

    /** When what starting needed has been needed, and then of what is rare. */
    private void giveBackPages() throws InterruptedException {
        Thread.sleep(SETTLED_AFTER);
        while (true) {
            // First the heap: looking for garbage reads what would only just have been given back
            System.gc();
            log.atDebug()
                    .addKeyValue("bytes", ResidentPages.giveBack())
                    .log("pages not needed given back");
            Thread.sleep(PAGES_EVERY);
        }
    }

    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            // A machine without /proc has no figure.
        }
        return 0;
    }

    /** Ends the running window, makes it durable and tries once to report it. The kernel goes on counting and enforcing. */
    @Override
    public void close() {
        running.forEach(Thread::interrupt);
        metrics.ifPresent(this::close);
        for (Thread thread : running) join(thread);
        Thread last = Thread.ofPlatform().name("last").start(counting::finish);
        try {
            join(last);
            channels.close();
            join(last);
            counting.close();
            Files.deleteIfExists(config.statusFile());
            firewall.close();
        } catch (IOException cut) {
            log.atWarn().addKeyValue("why", cut.getMessage()).log("stopped in a hurry");
        }
        log.atInfo().log("agent stopped");
    }

    private void close(MetricsPort port) {
        try {
            port.close();
        } catch (IOException closed) {
            log.atDebug().addKeyValue("why", closed.getMessage()).log("metrics port not closed");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(STOP_MAX);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a thread does; it ends by being interrupted. */
    private interface Duty {
        void run() throws InterruptedException;
    }

    /** No failure of one duty ends another, and none ends for good: it is told and begun again. */
    private void start(String name, Duty duty) {
        running.add(
                Thread.ofPlatform()
                        .name(name)
                        .start(() -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                try {
                                    duty.run();
                                } catch (InterruptedException stopped) {
                                    return;
                                } catch (RuntimeException broken) {
                                    if (Thread.currentThread().isInterrupted()) return;
                                    log.atError().setCause(broken).log("duty begins again");
                                    pause();
                                }
                            }
                        }));
    }

    private void followTheSystem() throws InterruptedException {
        while (true) {
            Thread.sleep(FOLLOW_EVERY);
            clock.observe(Instant.now());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(500, 1_500));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static PortBlockEpoch told(Epochs.Epoch epoch) {
        var told = PortBlockEpoch.newBuilder();
        told.setSince(
                Timestamp.newBuilder()
                        .setSeconds(epoch.since().getEpochSecond())
                        .setNanos(epoch.since().getNano()));
        epoch.blocks()
                .ifPresent(blocks ->
                        told.setBlocks(
                                org.coopmesh.contracts.membership.v1.PortBlocks.newBuilder()
                                        .setInside(blocks.inside().toString())
                                        .setSlotLength(blocks.slotLength())
                                        .addAllOutside(
                                                blocks.outside().stream()
                                                        .map(Object::toString)
                                                        .toList())
                                        .setFirstPort(blocks.firstPort())
                                        .setLastPort(blocks.lastPort())
                                        .setBlockPorts(blocks.blockPorts())));
        return told.build();
    }

    private static TopologyReporter.Collected collected(RouterCollector collector) {
        return new TopologyReporter.Collected() {
            @Override
            public List<CollectedRouter> untold() {
                return collector.untold();
            }

            @Override
            public void told() {
                collector.told();
            }
        };
    }

    private static List<Simulated> simulated(AccessListWatcher access) {
        return access.attachments().stream()
                .filter(AccessListWatcher.AttachmentView::own)
                .map(own -> new Simulated(own.attachmentId(), own.kbit().orElse(FULL_LANE_KBIT)))
                .toList();
    }

    private static void refuse(int exitCode, String why) {
        System.err.println(why);
        System.exit(exitCode);
    }

    private static String version() {
        String version = NodeAgent.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
