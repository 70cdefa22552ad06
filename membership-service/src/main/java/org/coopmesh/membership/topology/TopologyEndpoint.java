package org.coopmesh.membership.topology;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;
import org.coopmesh.contracts.membership.v1.CollectedRouter;
import org.coopmesh.contracts.membership.v1.ReleaseOffer;
import org.coopmesh.contracts.membership.v1.ReleaseState;
import org.coopmesh.contracts.membership.v1.ReportTopologyRequest;
import org.coopmesh.contracts.membership.v1.ReportTopologyResponse;
import org.coopmesh.contracts.membership.v1.RouterFigures;
import org.coopmesh.contracts.membership.v1.TopologyServiceGrpc.TopologyServiceImplBase;
import org.coopmesh.membership.node.NodeCall;
import org.coopmesh.membership.node.NodeId;
import org.coopmesh.membership.node.OutsidePorts;
import org.coopmesh.membership.node.PortBlockEpoch;
import org.coopmesh.membership.node.PortBlocks;
import org.coopmesh.membership.node.Prefix;
import org.coopmesh.membership.release.Releases;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.grpc.server.service.GrpcService;

/** Topology reports over gRPC. */
@GrpcService
class TopologyEndpoint extends TopologyServiceImplBase {
    private static final int LINKS_MAX = 256;
    private static final int OWN_ADDRESSES_MAX = 256;
    private static final int LINK_SOURCES_MAX = 16;
    private static final int ROUTERS_MAX = 64;
    private static final int EPOCHS_MAX = 8;
    private static final int RELEASE_TEXT_MAX = 64;
    private static final Logger log = LoggerFactory.getLogger(TopologyEndpoint.class);

    private final Topology topology;
    private final OutsidePorts ports;
    private final Releases releases;
    private final NamesLookup names;
    private final Clock clock;

    TopologyEndpoint(
            Topology topology,
            OutsidePorts ports,
            Releases releases,
            NamesLookup names,
            Clock clock) {
        this.topology = topology;
        this.ports = ports;
        this.releases = releases;
        this.names = names;
        this.clock = clock;
    }

    @Override
    public void reportTopology(
            ReportTopologyRequest request, StreamObserver<ReportTopologyResponse> response) {
        NodeId node = NodeCall.caller();
        Telemetry telemetry;
        List<Link> links;
        List<OwnAddress> addresses;
        List<LinkSource> sources;
        List<PortBlockEpoch> epochs;
        try {
            telemetry = telemetry(request);
            links = links(request);
            addresses = addresses(request);
            sources = sources(request);
            epochs = epochs(request);
        } catch (IllegalArgumentException malformed) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()).asException());
            return;
        }
        topology.report(node, telemetry, links, addresses, sources);
        topology.heard(node, smallRouters(node, request));
        ports.tell(node, epochs);
        if (request.hasRelease()) {
            ReleaseState state = request.getRelease();
            releases.told(
                    node, cut(state.getVersion()), state.getStep().name(), cut(state.getTrouble()));
        }
        Instant now = clock.instant();
        var answer =
                ReportTopologyResponse.newBuilder()
                        .setNamesSerial(names.serial())
                        .setServerTime(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()));
        releases.offer()
                .ifPresent(offer ->
                        answer.setRelease(
                                ReleaseOffer.newBuilder()
                                        .setManifest(offer.manifest())
                                        .setSignature(offer.signature())
                                        .setSharePermille(offer.sharePermille())));
        response.onNext(answer.build());
        response.onCompleted();
    }

    private static String cut(String text) {
        return text.length() <= RELEASE_TEXT_MAX ? text : text.substring(0, RELEASE_TEXT_MAX);
    }

    private static Telemetry telemetry(ReportTopologyRequest request) {
        Instant observedAt = instant(request.getObservedAt(), "observed_at");
        return new Telemetry(
                observedAt,
                request.getAgentVersion(),
                request.getUptimeSeconds(),
                Integer.toUnsignedLong(request.getLoadMilli()),
                request.getMemoryTotalBytes(),
                request.getMemoryAvailableBytes(),
                Integer.toUnsignedLong(request.getClients()),
                request.getAccessListVersion(),
                request.getSpoolBytes(),
                request.getSpoolWindows());
    }

    /** What is malformed was written by a stranger: it is left out, and the node that passed it on is taken all the same. */
    private static List<SmallRouter> smallRouters(NodeId node, ReportTopologyRequest request) {
        var routers = new LinkedHashMap<String, SmallRouter>();
        var why = new TreeSet<String>();
        for (CollectedRouter told : request.getCollectedList()) {
            try {
                if (routers.size() >= ROUTERS_MAX) {
                    throw new IllegalArgumentException("more than " + ROUTERS_MAX + " routers");
                }
                routers.put(told.getRouterId(), smallRouter(told));
            } catch (IllegalArgumentException malformed) {
                why.add(String.valueOf(malformed.getMessage()));
            }
        }
        if (!why.isEmpty()) {
            log.atInfo()
                    .addKeyValue("nodeId", node)
                    .addKeyValue("why", why)
                    .log("collected routers left out");
        }
        return List.copyOf(routers.values());
    }

    private static SmallRouter smallRouter(CollectedRouter told) {
        RouterFigures figures = told.getFigures();
        return new SmallRouter(
                told.getRouterId(),
                told.getHostname(),
                Duration.ofSeconds(Integer.toUnsignedLong(told.getHeardSecondsAgo())),
                told.hasFigures()
                        ? new SmallRouter.Figures(
                                figures.getUptimeSeconds(),
                                Integer.toUnsignedLong(figures.getLoadMilli()),
                                Integer.toUnsignedLong(figures.getClients()),
                                figures.getRxBytes(),
                                figures.getTxBytes(),
                                figures.getForwardBytes())
                        : null,
                told.getNeighboursList().stream()
                        .map(neighbour ->
                                new SmallRouter.Neighbour(
                                        neighbour.getRouterId(),
                                        neighbour.getAddress(),
                                        neighbour.getSource(),
                                        Integer.toUnsignedLong(neighbour.getTq()),
                                        Integer.toUnsignedLong(neighbour.getRxCost()),
                                        Integer.toUnsignedLong(neighbour.getTxCost())))
                        .toList());
    }

    private static List<Link> links(ReportTopologyRequest request) {
        if (request.getLinksCount() > LINKS_MAX) {
            throw new IllegalArgumentException("more than " + LINKS_MAX + " links");
        }
        return request.getLinksList().stream()
                .map(link ->
                        new Link(
                                link.getNeighbourNodeId(),
                                link.getInterface(),
                                link.getNeighbourAddress(),
                                link.getSource(),
                                Integer.toUnsignedLong(link.getRxCost()),
                                Integer.toUnsignedLong(link.getTxCost()),
                                link.getCostText(),
                                link.hasUp() ? link.getUp() : null,
                                link.hasUsed() ? link.getUsed() : null))
                .toList();
    }

    private static List<OwnAddress> addresses(ReportTopologyRequest request) {
        if (request.getOwnAddressesCount() > OWN_ADDRESSES_MAX) {
            throw new IllegalArgumentException("more than " + OWN_ADDRESSES_MAX + " own_addresses");
        }
        return request.getOwnAddressesList().stream()
                .map(own -> new OwnAddress(own.getInterface(), own.getAddress()))
                .distinct()
                .toList();
    }

    private static List<LinkSource> sources(ReportTopologyRequest request) {
        if (request.getLinkSourcesCount() > LINK_SOURCES_MAX) {
            throw new IllegalArgumentException("more than " + LINK_SOURCES_MAX + " link_sources");
        }
        return request.getLinkSourcesList().stream()
                .map(source -> new LinkSource(source.getSource(), source.getTrouble()))
                .toList();
    }

    private static List<PortBlockEpoch> epochs(ReportTopologyRequest request) {
        if (request.getPortBlockEpochsCount() > EPOCHS_MAX) {
            throw new IllegalArgumentException("more than " + EPOCHS_MAX + " port_block_epochs");
        }
        return request.getPortBlockEpochsList().stream()
                .map(told ->
                        new PortBlockEpoch(
                                instant(told.getSince(), "port_block_epochs.since"),
                                told.hasBlocks() ? blocks(told.getBlocks()) : null))
                .toList();
    }

    private static PortBlocks blocks(org.coopmesh.contracts.membership.v1.PortBlocks told) {
        return new PortBlocks(
                Prefix.parse(told.getInside()),
                told.getSlotLength(),
                told.getOutsideList().stream().map(Prefix::parse).toList(),
                told.getFirstPort(),
                told.getLastPort(),
                told.getBlockPorts());
    }

    private static Instant instant(Timestamp time, String field) {
        try {
            return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(field + " is out of range", e);
        }
    }
}
