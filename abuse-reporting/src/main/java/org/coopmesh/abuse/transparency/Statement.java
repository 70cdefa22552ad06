package org.coopmesh.abuse.transparency;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import org.coopmesh.abuse.transparency.PublicReport.Decided;

/**
 * One statement of reasons, with the field names and words of the EU's DSA Transparency Database. Dates are those of the period:
 * the day could single somebody out. The number does not say which entry of the log it is.
 *
 * @param puid unique in this log
 */
record Statement(
        String puid,
        @JsonProperty("decision_visibility") List<String> visibility,
        @JsonProperty("decision_provision") String provision,
        @JsonProperty("decision_ground") String ground,
        @JsonProperty("incompatible_content_ground") String rule,
        @JsonProperty("incompatible_content_explanation") String explanation,
        @JsonProperty("incompatible_content_illegal") String illegal,
        @JsonProperty("content_type") List<String> contentType,
        @JsonProperty("content_type_other") String contentTypeOther,
        String category,
        @JsonProperty("application_date") String applicationDate,
        @JsonProperty("decision_facts") String facts,
        @JsonProperty("source_type") String source,
        @JsonProperty("automated_detection") String automatedDetection,
        @JsonProperty("automated_decision") String automatedDecision) {

    /** A warning restricts nothing, and is none. */
    static List<Statement> of(Period period, List<Decided> decisions) {
        var statements = new ArrayList<Statement>();
        for (Decided decided : decisions) {
            List<String> restricting =
                    decided.measures().stream().filter(m -> !m.equals("warning")).toList();
            if (!restricting.isEmpty()) {
                statements.add(of(period, statements.size() + 1, decided.category(), restricting));
            }
        }
        return statements;
    }

    private static Statement of(Period period, int number, String category, List<String> measures) {
        return new Statement(
                period + "-" + number,
                List.of(),
                measures.contains("ban")
                        ? "DECISION_PROVISION_TOTAL_SUSPENSION"
                        : "DECISION_PROVISION_PARTIAL_SUSPENSION",
                "DECISION_GROUND_INCOMPATIBLE_CONTENT",
                "Acceptable use rules of the co-op: " + category.replace('_', ' '),
                "Measures: " + String.join(", ", measures),
                "No",
                List.of("CONTENT_TYPE_OTHER"),
                "network traffic",
                category(category),
                period.end().minusDays(1).toString(),
                "A report about traffic of a member, looked into by a moderator",
                "SOURCE_ARTICLE_16",
                "No",
                "AUTOMATED_DECISION_NOT_AUTOMATED");
    }

    private static String category(String ours) {
        return "STATEMENT_CATEGORY_"
                + switch (ours) {
                    case "copyright" -> "INTELLECTUAL_PROPERTY_INFRINGEMENTS";
                    case "harassment", "illegal_content" -> "ILLEGAL_OR_HARMFUL_SPEECH";
                    case "child_safety" -> "PROTECTION_OF_MINORS";
                    case "fraud" -> "SCAMS_AND_FRAUD";
                    default -> "SCOPE_OF_PLATFORM_SERVICE";
                };
    }
}
