package org.coopmesh.abuse.report;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * One complaint as it was taken in.
 *
 * @param address one address, where the complaint is about one
 * @param observedAt when it happened; where the reporter did not say, when the report came
 * @param description null where the category forbids to keep content
 * @param muted true where it came from somebody whom a moderator had muted: it is kept and opens no case
 * @param additions what the reporter told later, oldest first
 */
public record Report(
        ReportId id,
        Category category,
        Reporter reporter,
        @Nullable Prefix address,
        @Nullable Integer port,
        Instant observedAt,
        @Nullable String description,
        @Nullable String url,
        List<Evidence> evidence,
        Instant receivedAt,
        ReportState state,
        Origin origin,
        boolean muted,
        List<Addition> additions) {
    public Report {
        evidence = List.copyOf(evidence);
        additions = List.copyOf(additions);
        if (address != null && !address.isAddress()) {
            throw new IllegalArgumentException("a report is about one address: " + address);
        }
        if (port != null && (port < 1 || port > 65_535)) {
            throw new IllegalArgumentException("no such port: " + port);
        }
        if (!category.keepsContent() && description != null) {
            throw new IllegalArgumentException("of " + category + " no content is kept");
        }
        if (!category.keepsContent() && evidence.stream().anyMatch(Evidence::kept)) {
            throw new IllegalArgumentException("of " + category + " no evidence is kept");
        }
    }

    static final String LINK_SCHEME = "urn:coopmesh:link:";
    private static final Pattern LINK =
            Pattern.compile(LINK_SCHEME + "([0-9a-f]{64}):(?!\\1)([0-9a-f]{64})");

    /** How the meter calls the link between two nodes. */
    static String linkUrl(String lowNode, String highNode) {
        return LINK_SCHEME + lowNode + ":" + highNode;
    }

    /** The two nodes whose link the meter complains of; empty where it is about something else. */
    public Set<NodeId> linkEnds() {
        if (url == null) return Set.of();
        Matcher link = LINK.matcher(url);
        return link.matches()
                ? Set.of(new NodeId(link.group(1)), new NodeId(link.group(2)))
                : Set.of();
    }

    /** True where it is about a thing that goes on until somebody decides, not about one moment. */
    public boolean goesOn() {
        return !linkEnds().isEmpty();
    }
}
