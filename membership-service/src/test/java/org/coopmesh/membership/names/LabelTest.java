package org.coopmesh.membership.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelTest {
    @Test
    void capitalsAndSpacesAroundItDoNotCount() {
        assertThat(Label.of("  Mill-2 ").ascii()).isEqualTo("mill-2");
    }

    @Test
    void anInternationalisedLabelIsKeptInBothForms() {
        Label typed = Label.of("Bücherei");

        assertThat(typed.ascii()).isEqualTo("xn--bcherei-n2a");
        assertThat(typed.display()).isEqualTo("bücherei");
        assertThat(Label.of("xn--bcherei-n2a")).isEqualTo(typed);
        // Told as one letter or as two: the same.
        assertThat(Label.of("bu\u0308cherei")).isEqualTo(typed);
        assertThat(Label.of("straße").ascii()).isEqualTo("xn--strae-oqa");
        assertThat(Label.of("ひらがなとカタカナ漢字").display()).isEqualTo("ひらがなとカタカナ漢字");
    }

    @ParameterizedTest
    @CsvSource({
        "'',required",
        "'   ',required",
        "mill.garden,form",
        "-mill,hyphen",
        "mill-,hyphen",
        "ab--cd,hyphen",
        "mill_pond,characters",
        "mill pond,characters",
        "mill!,characters",
        "xn--zzzzzz99999,punycode",
        "pаypal,mixed-scripts",
        "αlpha,mixed-scripts",
        "mill‍pond,characters",
    })
    void whatIsNoLabelIsRefusedByItsRule(String typed, String rule) {
        assertThat(rule(typed)).as(typed).isEqualTo(rule);
    }

    @Test
    void sixtyThreeCharactersAreTheMostAsDnsCountsThem() {
        assertThat(Label.of("a".repeat(63)).ascii()).hasSize(63);
        assertThat(rule("a".repeat(64))).isEqualTo("size");
        assertThat(rule("ü".repeat(62))).isEqualTo("size");
        assertThat(rule("a".repeat(5_000))).isEqualTo("size");
    }

    @Test
    void whatLooksTheSameHasTheSameSkeleton() {
        // One is all Cyrillic, so no mixture gives it away.
        assertThat(Label.of("сосо").skeleton()).isEqualTo(Label.of("coco").skeleton());
        assertThat(Label.of("c0c0").skeleton()).isEqualTo(Label.of("coco").skeleton());
        assertThat(Label.of("mi11").skeleton()).isEqualTo(Label.of("mill").skeleton());
        assertThat(Label.of("rnodel").skeleton()).isEqualTo(Label.of("model").skeleton());
        assertThat(Label.of("mill").skeleton()).isNotEqualTo(Label.of("hill").skeleton());
    }

    @Test
    void reservedAreAlsoThoseThatLookLikeOne() {
        Set<String> reserved = Label.reserved(List.of("council", ""));

        for (String typed : List.of("wpad", "localhost", "рау", "council", "counci1", "mai1")) {
            assertThat(reserved).as(typed).contains(Label.of(typed).skeleton());
        }
        assertThat(reserved).doesNotContain(Label.of("mill").skeleton());
    }

    @Property
    void whatIsTakenIsALabelOfDnsAndReadsTheSameAgain(
            @ForAll @StringLength(max = 70) String typed) {
        Label label;
        try {
            label = Label.of(typed);
        } catch (NameRefused refused) {
            assertThat(refused.field()).isEqualTo("label");
            return;
        }
        assertThat(label.ascii()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
        assertThat(Label.of(label.ascii())).isEqualTo(label);
        assertThat(Label.of(label.display())).isEqualTo(label);
    }

    private static String rule(String typed) {
        NameRefused refused = catchThrowableOfType(NameRefused.class, () -> Label.of(typed));
        return refused == null ? "taken" : refused.rule();
    }
}
