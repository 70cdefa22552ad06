package org.coopmesh.nodeagent;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.nodeagent.access.AccessListWatcher;
import org.coopmesh.nodeagent.access.Firewall;
import org.coopmesh.nodeagent.collector.Responder;
import org.coopmesh.nodeagent.collector.RouterCollector;
import org.coopmesh.nodeagent.identity.Channels;
import org.coopmesh.nodeagent.identity.Enrolment;
import org.coopmesh.nodeagent.identity.EnrolmentRefused;
import org.coopmesh.nodeagent.identity.IdentityDamaged;
import org.coopmesh.nodeagent.identity.NodeIdentity;
import org.coopmesh.nodeagent.report.UsageReporter;
import org.coopmesh.nodeagent.report.WindowRecorder;
import org.coopmesh.nodeagent.spool.Spool;
import org.coopmesh.nodeagent.topology.TopologyReporter;
import org.coopmesh.nodeagent.usage.Counters;
import org.coopmesh.nodeagent.usage.Counters.Simulated;
import org.coopmesh.nodeagent.usage.UsageMeter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent on a mesh node. Everything it is made of is built here by hand, in the order data flows.
 *
 * <p>Run: {@code java -jar node-agent.jar agent.conf}. Exit codes: 2 the configuration is wrong, 3 the co-op refused the node,
 * 1 anything else.
 */
public final class NodeAgent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodeAgent.class);
    private static final String VERSION = version();
    private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
    private static final long FULL_LANE_KBIT = 100_000;
    private static final Duration SPREAD_MAX = Duration.ofSeconds(10);
    private static final Duration STOP_MAX = Duration.ofSeconds(3);

    private final AgentClock clock = new AgentClock(Instant.now(), System::nanoTime);
    private final NodeIdentity identity;
    private final Channels channels;
    private final Spool spool;
    private final Firewall firewall;
    private final Counters counters;
    private final WindowRecorder recorder;
    private final UsageReporter reporter;
    private final List<Thread> running = new ArrayList<>();

    /** Enrols if need be, takes up where the last run ended, and starts. */
    public NodeAgent(AgentConfig config)
            throws IOException, EnrolmentRefused, InterruptedException {
        boolean byServer = config.clock() == AgentConfig.TimeSource.SERVER;
        Consumer<Instant> serverTime = byServer ? clock::observe : time -> {};
        Path state = config.stateDir();

        // Who we are
        var enrolment =
                new Enrolment(
                        state.resolve("identity"),
                        config.membership(),
                        config.caFingerprint(),
                        VERSION,
                        InstantSource.system(),
                        RANDOM);
        identity = enrolment.join(config.enrolmentCode(), serverTime);
        channels = new Channels(identity, config.membership(), config.billing());
        ManagedChannel membership = channels.membership();

        // What may pass: the last known list is enforced before anybody is asked
        firewall =
                switch (config.firewall()) {
                    case NFTABLES -> Firewall.nftables(config.table(), config.uplink().isPresent());
                    case NONE -> Firewall.none();
                };
        var access =
                new AccessListWatcher(
                        channels::membership,
                        identity.nodeId(),
                        identity::listKeys,
                        state.resolve("access"),
                        firewall,
                        serverTime,
                        clock);
        access.enforceLastKnown();

        // What passed: usage → spool → report
        spool = Spool.open(state.resolve("spool"), config.spoolBytesMax());
        if (byServer) spool.newest().ifPresent(newest -> clock.notBefore(newest.endedAt()));
        counters =
                switch (config.counters()) {
                    case NFTABLES -> Counters.nftables(config.table(), config.uplink());
                    case SIMULATED ->
                            // By a clock that never jumps: nobody uses a month of traffic in a
                            // moment.
                            Counters.simulated(
                                    () -> simulated(access),
                                    new AgentClock(clock.instant(), System::nanoTime),
                                    RANDOM.nextLong());
                };
        Duration tenth = config.window().dividedBy(10);
        reporter =
                new UsageReporter(
                        identity,
                        channels.billing(),
                        spool,
                        serverTime,
                        tenth.compareTo(SPREAD_MAX) < 0 ? tenth : SPREAD_MAX,
                        RANDOM);
        recorder =
                new WindowRecorder(
                        new UsageMeter(counters, clock),
                        spool,
                        identity.nodeId(),
                        VERSION,
                        config.window(),
                        clock,
                        reporter::wake);
        clock.onMove(recorder::timeMoved);

        // How we are, and how those are who are too small for an agent of their own
        var collector = new RouterCollector(config.collect(), identity.nodeId());
        var topology =
                new TopologyReporter(
                        membership,
                        VERSION,
                        config.uplink().orElse(""),
                        clock,
                        new TopologyReporter.Figures(access::version, spool::bytes, spool::windows),
                        collected(collector),
                        serverTime);
        var responder =
                new Responder(
                        config.respondd(),
                        identity.nodeId(),
                        VERSION,
                        config.respondContact(),
                        topology::latest);

        start("windows", recorder::run);
        start("report", reporter::run);
        start("access", access::run);
        start("topology", topology::run);
        if (!config.collect().isEmpty()) start("collector", collector::run);
        if (!config.respondd().isEmpty()) start("respondd", responder::run);
        start("certificate", () -> enrolment.keepFresh(identity, membership));
        if (!byServer) start("clock", this::followTheSystem);
        log.atInfo()
                .addKeyValue("nodeId", identity.nodeId())
                .addKeyValue("version", VERSION)
                .addKeyValue("window", config.window())
                .log("agent runs");
    }

    /** Runs until the process is told to end. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 1) refuse(2, "usage: node-agent agent.conf");
        try {
            NodeAgent agent = new NodeAgent(AgentConfig.read(Path.of(arguments[0])));
            Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "stop"));
            new CountDownLatch(1).await();
        } catch (ConfigWrong wrong) {
            refuse(2, arguments[0] + ": " + wrong.getMessage());
        } catch (EnrolmentRefused | IdentityDamaged refused) {
            refuse(3, String.valueOf(refused.getMessage()));
        } catch (IOException | RuntimeException failed) {
            log.atError().setCause(failed).log("agent cannot start");
            refuse(1, String.valueOf(failed.getMessage()));
        }
    }

    /** Ends the running window, makes it durable and tries once to report it. The kernel goes on counting and enforcing. */
    @Override
    public void close() {
        running.forEach(Thread::interrupt);
        for (Thread thread : running) join(thread);
        Thread last =
                Thread.ofPlatform()
                        .name("last")
                        .start(() -> {
                            recorder.close(clock.instant());
                            reporter.flush();
                        });
        try {
            join(last);
            channels.close();
            join(last);
            spool.close();
            counters.close();
            firewall.close();
        } catch (IOException cut) {
            log.atWarn().addKeyValue("why", cut.getMessage()).log("stopped in a hurry");
        }
        log.atInfo().log("agent stopped");
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
            Thread.sleep(1_000);
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
