package org.coopmesh.billing.metering;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Component;

/**
 * Which attachments there are and on which node each hangs, as the subscription heard it. An attachment stays on its node for
 * good, so what was found once is remembered.
 */
@Component
class Roster {
    /** Attachments remembered; beyond that the least recently used are asked for again. */
    private static final int REMEMBERED_MAX = 200_000;

    private final PayerRegister register;
    private final Map<AttachmentId, Set<String>> remembered =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(1_024, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<AttachmentId, Set<String>> eldest) {
                            return size() > REMEMBERED_MAX;
                        }
                    });

    Roster(PayerRegister register) {
        this.register = register;
    }

    /** Asks once for all attachments in {@code reports} that are not remembered. */
    void look(Collection<UsageReport> reports) {
        var unknown = new HashSet<AttachmentId>();
        for (UsageReport report : reports) {
            for (AttachmentUsage usage : report.attachments()) {
                if (!fits(remembered.get(usage.attachment()), report, usage)) {
                    unknown.add(usage.attachment());
                }
            }
        }
        if (unknown.isEmpty()) return;
        register.nodesOf(unknown.stream().map(AttachmentId::value).toList())
                .forEach((id, nodes) -> remembered.put(new AttachmentId(id), nodes));
    }

    /** Why the roster objects to {@code report}, by what {@link #look} found. */
    Optional<Reason> objects(UsageReport report) {
        for (AttachmentUsage usage : report.attachments()) {
            Set<String> nodes = remembered.get(usage.attachment());
            if (nodes == null) return Optional.of(Reason.UNKNOWN_ATTACHMENT);
            if (!fits(nodes, report, usage)) return Optional.of(Reason.FOREIGN_ATTACHMENT);
        }
        return Optional.empty();
    }

    private static boolean fits(
            @org.jspecify.annotations.Nullable Set<String> nodes,
            UsageReport report,
            AttachmentUsage usage) {
        return nodes != null && (!usage.own() || nodes.contains(report.nodeId().hex()));
    }
}
