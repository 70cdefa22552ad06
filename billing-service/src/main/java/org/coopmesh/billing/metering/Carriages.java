package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.metering.CarriageClaims.Claim;
import org.coopmesh.billing.metering.CarriageClaims.Place;
import org.coopmesh.billing.subscription.Holder;
import org.coopmesh.billing.subscription.NodePlace;
import org.coopmesh.billing.subscription.PayerId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.billing.subscription.SiteId;
import org.springframework.stereotype.Component;

/** Gathers what an hour's carriage is judged by: the claims, whose everything is, and what passed the links. */
@Component
class Carriages {
    private final UsageHours hours;
    private final Links links;
    private final PayerRegister register;

    Carriages(UsageHours hours, Links links, PayerRegister register) {
        this.hours = hours;
        this.links = links;
        this.register = register;
    }

    /** The carriage of one hour, or nothing where nothing was counted in it. */
    Optional<Carriage> of(Instant hour) {
        List<Claim> claims = hours.claims(hour);
        if (claims.isEmpty()) return Optional.empty();
        Map<UUID, Holder> holders =
                register.holdersOf(
                        claims.stream()
                                .map(claim -> claim.attachment().value())
                                .distinct()
                                .toList(),
                        hour);
        Map<String, NodePlace> nodes =
                register.placesOf(
                        claims.stream().map(claim -> claim.node().hex()).distinct().toList());
        var sites = new HashSet<SiteId>();
        holders.values().forEach(holder -> sites.add(holder.site()));
        nodes.values().forEach(node -> sites.add(node.site()));
        LocalDate day =
                register.isConstituted()
                        ? register.coop().dayAt(hour)
                        : LocalDate.ofInstant(hour, ZoneOffset.UTC);
        Map<SiteId, PayerId> payers = register.payersOf(sites, day);
        var places = new HashMap<NodeId, Place>();
        nodes.forEach((id, node) ->
                places.put(
                        new NodeId(id),
                        new Place(
                                node.site(),
                                node.owner(),
                                payers.get(node.site()),
                                node.gateway())));
        var homes = new HashMap<AttachmentId, Place>();
        holders.forEach((id, holder) ->
                homes.put(
                        new AttachmentId(id),
                        new Place(
                                holder.site(), holder.member(), payers.get(holder.site()), false)));
        var judged = new CarriageClaims(claims, places, homes, links.passed(hour));
        return Optional.of(new Carriage(hour, judged.carried(), judged.originated()));
    }
}
