package org.coopmesh.billing.metering;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/** How the parameters of queries about usage are read, and who reads everybody's. */
final class QueryParameters {
    static final String READS_ALL = "hasAnyRole('network', 'treasurer', 'board')";

    /** The most items on a page. */
    static final int LIMIT_MAX = 200;

    private QueryParameters() {}

    /** A parameter breaks its rule. */
    static class MalformedQuery extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String field;
        private final String rule;

        MalformedQuery(String field, String rule) {
            super(field + ": " + rule);
            this.field = field;
            this.rule = rule;
        }

        String field() {
            return field;
        }

        String rule() {
            return rule;
        }
    }

    static boolean readsAll(Authentication authentication) {
        return authentication.getAuthorities().stream()
                .anyMatch(granted ->
                        "ROLE_network".equals(granted.getAuthority())
                                || "ROLE_treasurer".equals(granted.getAuthority())
                                || "ROLE_board".equals(granted.getAuthority()));
    }

    static int limit(int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new MalformedQuery("limit", "must be 1 to " + LIMIT_MAX);
        }
        return limit;
    }

    /** Where a page ends: a time and, at that very time, which; without one all of that time are passed. */
    record Cursor(Instant at, @Nullable String id) {}

    /** Reads what a page gave as next, or a bare time. */
    static Cursor cursor(String field, String text) {
        String[] parts = text.split("/", 2);
        try {
            return new Cursor(Instant.parse(parts[0]), parts.length == 2 ? parts[1] : null);
        } catch (DateTimeParseException noTime) {
            throw malformedCursor(field);
        }
    }

    static MalformedQuery malformedCursor(String field) {
        return new MalformedQuery(field, "must be a time, or what a page before gave as next");
    }

    static NodeId node(@Nullable String hex) {
        try {
            return new NodeId(hex == null ? "" : hex);
        } catch (IllegalArgumentException e) {
            throw new MalformedQuery("nodeId", "must be 64 lower-case hexadecimal digits");
        }
    }
}
