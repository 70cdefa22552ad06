package org.coopmesh.billing.subscription;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** Who pays for which site on which plan, and whose bytes an attachment carries, now and on any day before. */
@Service
public class PayerRegister {
    private final Subscriptions subscriptions;
    private final Attachments attachments;

    PayerRegister(Subscriptions subscriptions, Attachments attachments) {
        this.subscriptions = subscriptions;
        this.attachments = attachments;
    }

    /**
     * The co-op's money and calendar.
     *
     * @throws CoopUnknown before billing has heard that it was constituted
     */
    public Coop coop() {
        return subscriptions.coop().orElseThrow(CoopUnknown::new);
    }

    /** Whether billing has heard that a co-op was constituted. */
    public boolean isConstituted() {
        return subscriptions.coop().isPresent();
    }

    /** True once the node's key was revoked; a node never heard of is not. */
    public boolean isRevoked(String nodeId) {
        return attachments.isRevoked(nodeId);
    }

    /** The site that held the attachment at that moment. */
    public Optional<SiteId> siteOf(UUID attachmentId, Instant at) {
        return attachments.siteOf(attachmentId, at);
    }

    /** The nodes that each attachment ever hung on; one never heard of is left out. */
    public Map<UUID, Set<String>> nodesOf(Collection<UUID> attachments) {
        return attachments.isEmpty() ? Map.of() : this.attachments.nodesOf(attachments);
    }

    /** Where each of {@code nodes} stands and whose it is; one never heard of is left out. */
    public Map<String, NodePlace> placesOf(Collection<String> nodes) {
        return nodes.isEmpty() ? Map.of() : attachments.places(nodes);
    }

    /**
     * Whose bytes each of {@code attachments} carried in the hour that begins at {@code hour}, as for {@link
     * #attachmentSpans}; one that nobody held is left out.
     */
    public Map<UUID, Holder> holdersOf(Collection<UUID> attachments, Instant hour) {
        return attachments.isEmpty() ? Map.of() : this.attachments.holders(attachments, hour);
    }

    /** Who pays for each of {@code sites} on {@code day}; one that nobody pays for is left out. */
    public Map<SiteId, PayerId> payersOf(Collection<SiteId> sites, LocalDate day) {
        return sites.isEmpty() ? Map.of() : subscriptions.payersOf(sites, day);
    }

    /** The sites that ever held an attachment while {@code member} answered for them. */
    public List<SiteId> sitesOf(MemberId member) {
        return attachments.sitesOf(member);
    }

    /** The attachments that the site held at some time in [{@code from}, {@code to}). */
    public List<UUID> attachmentsOf(SiteId site, Instant from, Instant to) {
        return attachments.of(site, from, to);
    }

    /** When, within [{@code from}, {@code to}), which attachment's bytes were the site's, in whole hours. */
    public List<AttachmentSpan> attachmentSpans(SiteId site, Instant from, Instant to) {
        return attachments.spans(site, from, to);
    }

    /** The member who answered for the site at that moment. */
    public Optional<MemberId> memberOf(SiteId site, Instant at) {
        return subscriptions.memberOf(site, coop().dayAt(at));
    }

    /**
     * Whether the payer's bills are open to the member: the payer pays for a site of theirs, or did and has paid for
     * nobody else since.
     */
    public boolean pays(MemberId member, PayerId payer) {
        return subscriptions.payersOf(member).contains(payer);
    }

    /** The payers whose bills are open to the member, as in {@link #pays}. */
    public List<PayerId> payersOf(MemberId member) {
        return subscriptions.payersOf(member);
    }

    /** Whether anybody by this id was ever to pay for a site. */
    public boolean isKnown(PayerId payer) {
        return subscriptions.isKnown(payer);
    }

    /** Those of {@code payers} by whose ids anybody was ever to pay for a site. */
    public Set<PayerId> known(Collection<PayerId> payers) {
        return payers.isEmpty() ? Set.of() : subscriptions.known(payers);
    }

    /** The first day on which anybody was to pay for anything. */
    public Optional<LocalDate> firstSubscriptionOn() {
        return subscriptions.firstEffectiveOn();
    }

    /** The payers of any site in [{@code from}, {@code to}), in the order of their ids. */
    public List<PayerId> payersBetween(LocalDate from, LocalDate to) {
        return subscriptions.payersBetween(from, to);
    }

    /** What the payer paid for, in runs of days within [{@code from}, {@code to}), by site and day. */
    public List<SubscribedDays> subscribed(PayerId payer, LocalDate from, LocalDate to) {
        return subscribed(List.of(payer), from, to).getOrDefault(payer, List.of());
    }

    /** The same as {@link #subscribed} for many payers at once; one who paid for nothing is left out. */
    public Map<PayerId, List<SubscribedDays>> subscribed(
            Collection<PayerId> payers, LocalDate from, LocalDate to) {
        var wanted = Set.copyOf(payers);
        var found = new HashMap<PayerId, List<SubscribedDays>>();
        for (SiteHistory history : subscriptions.histories(wanted)) {
            for (SubscribedDays days : history.subscribed(from, to)) {
                if (wanted.contains(days.payer())) {
                    found.computeIfAbsent(days.payer(), payer -> new ArrayList<>()).add(days);
                }
            }
        }
        return found;
    }

    /** The same as {@link #attachmentSpans} for many sites at once; one without any is left out. */
    public Map<SiteId, List<AttachmentSpan>> attachmentSpans(
            Collection<SiteId> sites, Instant from, Instant to) {
        return sites.isEmpty() ? Map.of() : attachments.spans(sites, from, to);
    }
}
