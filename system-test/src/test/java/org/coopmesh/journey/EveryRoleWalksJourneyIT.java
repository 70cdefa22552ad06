package org.coopmesh.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.coopmesh.quickstart.Quickstart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Everybody looks at every page that their menu leads to, at 360 and 1280 px, in English and German; a member and the board, whose pages
 * lead to all there are, in English also at one of each kind of page behind those: accessible, nothing beyond the edge, no fault of a script, no key in the place of a text. Pictures stay in {@code target/pictures/walk}.
 */
class EveryRoleWalksJourneyIT {
    private static Quickstart village;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(RealBrowser.possible(), RealBrowser.NEEDS);
        village = LivingVillage.get();
        LivingVillage.everyonePays();
        // Something to look at for who moderates
        RealBrowser.person(village, "carla", "ban", village.mesh().clients().get("c6b"));
        grant("farid", List.of("network"));
    }

    @AfterAll
    static void asItWas() throws Exception {
        if (village != null) {
            grant("farid", List.of());
            RealBrowser.person(village, "carla", "lift");
        }
    }

    /** Two at a time: a page is drawn by one processor. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "visitor, -, en, 8, menu", "visitor, -, de, 8, menu",
        "member, david, en, 9, deep", "member, david, de, 9, menu",
        "moderator, carla, en, 12, menu", "moderator, carla, de, 12, menu",
        "treasurer, bruno, en, 17, menu", "treasurer, bruno, de, 17, menu",
        "network, farid, en, 13, menu", "network, farid, de, 13, menu",
        "board, alba, en, 21, deep", "board, alba, de, 21, menu"
    })
    void everyPageIsWholeForEveryRole(
            String role, String person, String language, int pagesMin, String depth)
            throws Exception {
        JsonNode walked =
                person.equals("-")
                        ? RealBrowser.nobody(village, "walk", role, language, depth)
                        : RealBrowser.person(village, person, "walk", role, language, depth);

        System.out.printf(
                "%s saw %d pages in %s: %s%n",
                role, walked.path("seen").size(), language, walked.path("seen"));
        assertThat(walked.path("seen").size()).isGreaterThanOrEqualTo(pagesMin);
        assertThat(
                        walked.path("faults")
                                .valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.joining("\n")))
                .isEmpty();
    }

    private static void grant(String person, List<String> roles) {
        LivingVillage.as("alba")
                .put(
                        "/api/members/" + village.village().memberId(person) + "/roles",
                        Map.of("roles", roles, "reason", "For a walk"))
                .ok();
    }
}
