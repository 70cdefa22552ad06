package org.coopmesh.nodeagent.topology;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.contracts.membership.v1.LinkSource;
import org.coopmesh.contracts.membership.v1.OwnAddress;
import org.coopmesh.contracts.membership.v1.PortBlockEpoch;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.contracts.membership.v1.ReleaseState;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyResponse;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc;
import org.coopmesh.nodeagent.netfilter.Neighbourhood;
import org.coopmesh.nodeagent.netfilter.NetfilterFailure;
import org.coopmesh.nodeagent.topology.LinkSources.Round;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells membership every ten seconds how the node is; the door of this capability. A report that fails is forgotten. */
public final class TopologyReporter {
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration DEADLINE = Duration.ofSeconds(8);

    /** What the server takes. */
    private static final int LINKS_MAX = 256;

    private static final int EPOCHS_MAX = 8;

    private static final Path PROC = Path.of("/proc");
    private static final Logger log = LoggerFactory.getLogger(TopologyReporter.class);

    private final Channel membership;
    private final String agentVersion;
    private final String uplink;
    private final InstantSource clock;
    private final Figures figures;
    private final Collected collected;
    private final Supplier<List<PortBlockEpoch>> portBlocks;
    private final Releases releases;
    private final LongConsumer names;
    private final Consumer<Instant> serverTime;
    private final LinkSources sources = LinkSources.usual();
    private final Neighbourhood kernel = new Neighbourhood();
    private volatile ReportTopologyRequest latest = ReportTopologyRequest.getDefaultInstance();
    private boolean neighboursKnown = true;
    private boolean answered = true;

    /**
     * What other capabilities know of themselves.
     *
     * @param accessListVersion that is enforced now
     * @param spoolBytes on disk
     * @param spoolWindows that billing does not have yet
     */
    public record Figures(
            LongSupplier accessListVersion, LongSupplier spoolBytes, LongSupplier spoolWindows) {}

    /** Small routers that somebody asked how they are; who is not told is told next time. */
    public interface Collected {
        /** As many as fit one report. */
        List<CollectedRouter> untold();

        /** What {@link #untold} gave last has arrived. */
        void told();
    }

    /**
     * What newer versions of the agent are about.
     *
     * @param state how this node fares with the one that was offered
     * @param answered takes the offer of each answer; the default instance where there is none
     */
    public record Releases(
            Supplier<Optional<ReleaseState>> state, Consumer<ReleaseOffer> answered) {}

    /**
     * Reports over {@code membership}.
     *
     * @param uplink the interface to the Internet, or empty
     * @param portBlocks how this gateway shared its outside addresses, the newest last
     * @param names takes the serial of the village's names of each answer
     */
    public TopologyReporter(
            Channel membership,
            String agentVersion,
            String uplink,
            InstantSource clock,
            Figures figures,
            Collected collected,
            Supplier<List<PortBlockEpoch>> portBlocks,
            Releases releases,
            LongConsumer names,
            Consumer<Instant> serverTime) {
        this.membership = membership;
        this.agentVersion = agentVersion;
        this.uplink = uplink;
        this.clock = clock;
        this.figures = figures;
        this.collected = collected;
        this.portBlocks = portBlocks;
        this.releases = releases;
        this.names = names;
        this.serverTime = serverTime;
    }

    /** Reports until interrupted. */
    public void run() throws InterruptedException {
        while (true) {
            report();
            Thread.sleep(EVERY);
        }
    }

    /** What the node last saw of itself; empty before the first time. */
    public ReportTopologyRequest latest() {
        return latest;
    }

    /** One report; false if nobody took it. */
    boolean report() throws InterruptedException {
        latest = observe();
        List<PortBlockEpoch> epochs = portBlocks.get();
        ReportTopologyRequest.Builder request =
                latest.toBuilder()
                        .addAllCollected(collected.untold())
                        .addAllPortBlockEpochs(
                                epochs.subList(
                                        Math.max(0, epochs.size() - EPOCHS_MAX), epochs.size()));
        releases.state().get().ifPresent(request::setRelease);
        try {
            ReportTopologyResponse response =
                    TopologyServiceGrpc.newBlockingStub(membership)
                            .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            .reportTopology(request.build());
            answered = true;
            collected.told();
            releases.answered().accept(response.getRelease());
            names.accept(response.getNamesSerial());
            if (response.hasServerTime()) {
                Timestamp time = response.getServerTime();
                serverTime.accept(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
            }
            return true;
        } catch (StatusRuntimeException failed) {
            // Said once: the next report says more than a row of complaints.
            if (answered)
                log.atWarn().addKeyValue("status", failed.getStatus()).log("topology not told");
            answered = false;
            return false;
        }
    }

    private ReportTopologyRequest observe() throws InterruptedException {
        NodeLoad load = NodeLoad.read(PROC);
        Round round = sources.round();
        boolean babeldTells = round.read(Babeld.NAME);
        Set<String> withoutClients = new TreeSet<>(round.interfaces());
        if (!uplink.isEmpty()) withoutClients.add(uplink);
        Optional<KernelNeighbours> kernel = kernel(withoutClients, !babeldTells);
        List<Link> links = new ArrayList<>(round.links());
        kernel.ifPresent(neighbours -> links.addAll(neighbours.links()));
        Instant now = clock.instant();
        return ReportTopologyRequest.newBuilder()
                .setObservedAt(
                        Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                .setAgentVersion(agentVersion)
                .setUptimeSeconds(load.uptimeSeconds())
                .setLoadMilli(load.loadMilli())
                .setMemoryTotalBytes(load.memoryTotalBytes())
                .setMemoryAvailableBytes(load.memoryAvailableBytes())
                .setClients(kernel.map(KernelNeighbours::clients).orElse(0))
                .setAccessListVersion(figures.accessListVersion().getAsLong())
                .setSpoolBytes(figures.spoolBytes().getAsLong())
                .setSpoolWindows(figures.spoolWindows().getAsLong())
                .addAllLinks(links.subList(0, Math.min(links.size(), LINKS_MAX)))
                .addAllLinkSources(told(round, kernel.isPresent()))
                .addAllOwnAddresses(ownAddresses(round, links))
                .build();
    }

    private static List<LinkSource> told(Round round, boolean kernelTold) {
        List<LinkSource> told = new ArrayList<>();
        for (LinkSources.Told source : round.told()) {
            told.add(
                    LinkSource.newBuilder()
                            .setSource(source.source())
                            .setTrouble(source.trouble())
                            .build());
        }
        told.add(
                LinkSource.newBuilder()
                        .setSource(KernelNeighbours.NAME)
                        .setTrouble(kernelTold ? "" : SourceFailed.Trouble.FAILED.word())
                        .build());
        return told;
    }

    private static List<OwnAddress> ownAddresses(Round round, List<Link> links) {
        Set<String> interfaces = new TreeSet<>(round.interfaces());
        for (Link link : links) {
            if (!link.getInterface().isEmpty()) interfaces.add(link.getInterface());
        }
        List<OwnAddress> own = new ArrayList<>(MeshAddress.ofThisMachine(interfaces));
        for (String address : round.ownAddresses()) own.add(MeshAddress.own("", address));
        return own;
    }

    /** Empty where it is not known, which is told once. */
    private Optional<KernelNeighbours> kernel(Set<String> withoutClients, boolean withRoutes) {
        try {
            KernelNeighbours found = KernelNeighbours.read(kernel, withoutClients, withRoutes);
            neighboursKnown = true;
            return Optional.of(found);
        } catch (NetfilterFailure | RuntimeException failed) {
            if (neighboursKnown) {
                log.atWarn().addKeyValue("why", failed.getMessage()).log("neighbours not known");
            }
            neighboursKnown = false;
            return Optional.empty();
        }
    }
}
