package org.coopmesh.abuse.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.transparency.PublicReport.Decided;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Our statements beside a sample in the shape of the DSA Transparency Database, and beside the words that its API takes. */
class StatementTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Period AUTUMN = Period.parse("2026-Q4");

    /** What the API takes where it takes no free text. */
    private static final Map<String, Set<String>> WORDS =
            Map.of(
                    "decision_visibility",
                    Set.of(
                            "DECISION_VISIBILITY_CONTENT_REMOVED",
                            "DECISION_VISIBILITY_CONTENT_DISABLED",
                            "DECISION_VISIBILITY_CONTENT_DEMOTED",
                            "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
                            "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
                            "DECISION_VISIBILITY_CONTENT_LABELLED",
                            "DECISION_VISIBILITY_OTHER"),
                    "decision_provision",
                    Set.of(
                            "DECISION_PROVISION_PARTIAL_SUSPENSION",
                            "DECISION_PROVISION_TOTAL_SUSPENSION",
                            "DECISION_PROVISION_PARTIAL_TERMINATION",
                            "DECISION_PROVISION_TOTAL_TERMINATION"),
                    "decision_ground",
                    Set.of(
                            "DECISION_GROUND_ILLEGAL_CONTENT",
                            "DECISION_GROUND_INCOMPATIBLE_CONTENT"),
                    "incompatible_content_illegal",
                    Set.of("Yes", "No"),
                    "content_type",
                    Set.of(
                            "CONTENT_TYPE_APP",
                            "CONTENT_TYPE_AUDIO",
                            "CONTENT_TYPE_IMAGE",
                            "CONTENT_TYPE_PRODUCT",
                            "CONTENT_TYPE_SYNTHETIC_MEDIA",
                            "CONTENT_TYPE_TEXT",
                            "CONTENT_TYPE_VIDEO",
                            "CONTENT_TYPE_OTHER"),
                    "category",
                    Set.of(
                            "STATEMENT_CATEGORY_ANIMAL_WELFARE",
                            "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
                            "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
                            "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
                            "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
                            "STATEMENT_CATEGORY_NON_CONSENSUAL_BEHAVIOUR",
                            "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT",
                            "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
                            "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
                            "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
                            "STATEMENT_CATEGORY_SELF_HARM",
                            "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE",
                            "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS",
                            "STATEMENT_CATEGORY_VIOLENCE"),
                    "source_type",
                    Set.of(
                            "SOURCE_ARTICLE_16",
                            "SOURCE_TRUSTED_FLAGGER",
                            "SOURCE_TYPE_OTHER_NOTIFICATION",
                            "SOURCE_VOLUNTARY"),
                    "automated_detection",
                    Set.of("Yes", "No"),
                    "automated_decision",
                    Set.of(
                            "AUTOMATED_DECISION_FULLY",
                            "AUTOMATED_DECISION_PARTIALLY",
                            "AUTOMATED_DECISION_NOT_AUTOMATED"));

    private static final Map<String, Integer> LENGTHS =
            Map.of(
                    "decision_facts",
                    5_000,
                    "incompatible_content_ground",
                    500,
                    "incompatible_content_explanation",
                    2_000,
                    "content_type_other",
                    500,
                    "puid",
                    500);

    @Test
    void everyCategoryAndMeasureIsSaidInWordsThatTheApiTakes() throws Exception {
        List<Decided> decisions =
                Stream.of(Category.values())
                        .flatMap(category ->
                                Stream.of("slowLane", "suspension", "ban")
                                        .map(measure ->
                                                new Decided(
                                                        true,
                                                        category.wire(),
                                                        List.of(measure),
                                                        3)))
                        .toList();

        List<Statement> statements = Statement.of(AUTUMN, decisions);

        assertThat(statements).hasSize(decisions.size());
        assertThat(statements).extracting(Statement::puid).doesNotHaveDuplicates();
        JsonNode sample = sample();
        for (Statement statement : statements) {
            JsonNode ours = JSON.valueToTree(statement);
            check(ours);
            assertThat(sample.propertyNames()).as("fields").containsAll(ours.propertyNames());
        }
    }

    @Test
    void theSampleIsSaidInThoseWordsToo() throws Exception {
        check(sample());
    }

    private static void check(JsonNode statement) {
        WORDS.forEach((field, words) -> {
            JsonNode said = statement.path(field);
            assertThat(said.isMissingNode()).as(field).isFalse();
            assertThat(words)
                    .as(field)
                    .containsAll(
                            said.isArray()
                                    ? said.valueStream().map(JsonNode::asString).toList()
                                    : List.of(said.asString()));
        });
        LENGTHS.forEach((field, most) ->
                assertThat(statement.path(field).asString())
                        .as(field)
                        .isNotBlank()
                        .hasSizeLessThanOrEqualTo(most));
        assertThat(statement.path("application_date").asString()).matches("\\d{4}-\\d{2}-\\d{2}");
    }

    private static JsonNode sample() throws IOException {
        try (InputStream file =
                StatementTest.class.getResourceAsStream(
                        "/dsa/synthetic-statement-of-reasons.json")) {
            return JSON.readTree(file);
        }
    }
}
