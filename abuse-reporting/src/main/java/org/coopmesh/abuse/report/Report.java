package org.coopmesh.abuse.report;

import java.time.Instant;
import java.util.List;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * One complaint as it was taken in.
 *
 * @param address one address, where the complaint is about one
 * @param observedAt when it happened; where the reporter did not say, when the report came
 * @param description null where the category forbids to keep content
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
        ReportState state) {
    public Report {
        evidence = List.copyOf(evidence);
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

    private static final String LINK_SCHEME = "urn:coopmesh:link:";

    /** How the meter calls the link between two nodes. */
    static String linkUrl(String lowNode, String highNode) {
        return LINK_SCHEME + lowNode + ":" + highNode;
    }

    /** True where it is about a thing that goes on until somebody decides, not about one moment. */
    public boolean goesOn() {
        return url != null && url.startsWith(LINK_SCHEME);
    }
}
