package org.coopmesh.billing.metering;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.coopmesh.billing.metering.UsageReport.AttachmentUsage;
import org.coopmesh.billing.metering.Verdict.Reason;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.SiteId;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Which attachments there are and on which node each hangs, as the subscription heard it. Reads that table and never
 * writes it. An attachment stays on its node for good, so what was found once is remembered.
 */
@Repository
class Roster {
    /** Attachments remembered; beyond that the least recently used are asked for again. */
    private static final int REMEMBERED_MAX = 200_000;

    private final JdbcClient db;
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

    Roster(JdbcClient db) {
        this.db = db;
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
        var found = new LinkedHashMap<AttachmentId, Set<String>>();
        db.sql(
                        """
                        select distinct attachment_id, node_id from attachment_span
                        where attachment_id = any (:attachments)
                        """)
                .param(
                        "attachments",
                        unknown.stream().map(AttachmentId::value).toArray(UUID[]::new))
                .query(rows -> {
                    found.computeIfAbsent(
                                    new AttachmentId(rows.getObject("attachment_id", UUID.class)),
                                    a -> new HashSet<>())
                            .add(rows.getString("node_id"));
                });
        remembered.putAll(found);
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

    /** The sites that ever held an attachment while {@code member} answered for them. */
    List<SiteId> sitesOf(MemberId member) {
        return new ArrayList<>(
                db.sql("select distinct site_id from attachment_span where member_id = :member")
                        .param("member", member.value())
                        .query((rows, i) -> new SiteId(rows.getObject("site_id", UUID.class)))
                        .list());
    }
}
