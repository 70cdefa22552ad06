package org.coopmesh.abuse.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.decision.Measure.Ban;
import org.coopmesh.abuse.decision.Measure.SlowLane;
import org.coopmesh.abuse.decision.Measure.Suspension;
import org.coopmesh.abuse.decision.Measure.Warning;
import org.coopmesh.abuse.report.Category;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.Coop;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.NodeId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.Target.OfAddress;
import org.coopmesh.abuse.subject.Target.OfMember;
import org.coopmesh.abuse.subject.Target.OfNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatementOfReasonsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Term WEEK = new Term.Until(NOW.plusSeconds(7 * 86_400));
    private static final MemberId MEMBER = new MemberId(UUID.randomUUID());

    @Test
    void itSaysWhatTheMemberNeedsAndNoMore() {
        Ruling ruling =
                new Ruling(
                        true,
                        "rule 4",
                        "it was so",
                        List.of(
                                new SlowLane(MEMBER, 512, WEEK),
                                new Ban(
                                        new OfAddress(Prefix.parse("10.201.4.20")),
                                        new Term.Permanent())));

        assertThat(statement(ruling, Category.NETWORK_MISUSE, 30, Language.EN))
                .isEqualTo(
                        """
                        Hillside Net
                        Statement of reasons in case 7 (misuse of the network): upheld on 21 November 2026, 13:00 CET.
                        The case is about the address 10.201.4.20 at this time: 21 November 2026, 13:00 CET.
                        Facts: it was so
                        Rule: rule 4
                        Measure: a slow lane of 512 kbit/s, until 28 November 2026, 13:00 CET.
                        Measure: a ban of 10.201.4.20/32 (nothing passes), permanent.
                        People decided this, no machine.
                        You can appeal within 30 days, on your page “My cases” and once. Another moderator, who had no part in \
                        this decision, decides the appeal within 14 days. If it is granted, every measure ends by itself.
                        """);
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void itIsWholeInEachLanguageForEachCategoryAndMeasure(Language language) {
        var all =
                new Ruling(
                        true,
                        "rule {at} 4",
                        "it was {days}",
                        List.of(
                                new Warning(MEMBER),
                                new SlowLane(MEMBER, 512, WEEK),
                                new Suspension(MEMBER, WEEK),
                                new Ban(new OfMember(MEMBER), new Term.Permanent()),
                                new Ban(new OfNode(new NodeId("ab".repeat(32))), WEEK),
                                new Ban(new OfAddress(Prefix.parse("fd42::/48")), WEEK)));

        for (Category category : Category.values()) {
            String statement = statement(all, category, 30, language);

            assertThat(statement.lines()).hasSize(13);
            // What a moderator wrote stays as it is; no place of ours is left empty.
            assertThat(statement.replace("rule {at} 4", "").replace("it was {days}", ""))
                    .doesNotContain("{");
            assertThat(statement).doesNotContain(MEMBER.toString());
        }
        assertThat(StatementOfReasons.words(language).bundle().keySet())
                .isEqualTo(StatementOfReasons.words(Language.EN).bundle().keySet());
        assertThat(
                        statement(
                                        new Ruling(false, "rule 4", "it was not so", List.of()),
                                        Category.SPAM,
                                        30,
                                        language)
                                .lines())
                .hasSize(6);
    }

    @ParameterizedTest
    @CsvSource({
        "EN, 1 day, 2 days",
        "ES, 1 día, 2 días",
        "CA, 1 dia, 2 dies",
        "DE, 1 Tag, 2 Tagen",
        "FR, 1 jour, 2 jours"
    })
    void numbersTakeTheirForm(Language language, String one, String two) {
        var warning = new Ruling(true, "rule 4", "it was so", List.of(new Warning(MEMBER)));

        assertThat(statement(warning, Category.SPAM, 1, language))
                .contains(one)
                .doesNotContain(one + "s");
        assertThat(statement(warning, Category.SPAM, 2, language)).contains(two);
    }

    @Test
    void aBegunDayIsADayAndFrenchCountsNothingAsOne() {
        assertThat(Language.FR.isOne(0)).isTrue();
        assertThat(Language.EN.isOne(0)).isFalse();
    }

    private static String statement(
            Ruling ruling, Category category, int appealDays, Language language) {
        var matter =
                new Matter(
                        new CaseId(UUID.randomUUID()),
                        7,
                        category,
                        Prefix.parse("10.201.4.20"),
                        null,
                        NOW,
                        null,
                        NOW,
                        NOW);
        return StatementOfReasons.of(
                new StatementOfReasons.Contents(
                        matter,
                        ruling,
                        Optional.of(new Coop("Hillside Net", ZoneId.of("Europe/Vienna"))),
                        Duration.ofDays(appealDays),
                        Duration.ofDays(14),
                        NOW),
                language);
    }
}
