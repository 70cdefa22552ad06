package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.stream.Stream;
import org.coopmesh.membership.member.MemberFacts.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberTest {
    private static final LocalDate MARCH = LocalDate.parse("2026-03-01");
    private static final LocalDate APRIL = LocalDate.parse("2026-04-01");
    private static final LocalDate MAY = LocalDate.parse("2026-05-01");

    @Test
    void approvalMakesAnApplicantActiveFromThatDay() {
        var applicant = applicant();

        Member.Active active = applicant.approve(MARCH);

        assertThat(active.joinedOn()).isEqualTo(MARCH);
        assertThat(active.id()).isEqualTo(applicant.id());
        assertThat(active.state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void refusalKeepsTheReason() {
        Member.Refused refused = applicant().refuse("lives out of reach");

        assertThat(refused.why()).isEqualTo("lives out of reach");
        assertThat(refused.state()).isEqualTo(State.REFUSED);
    }

    @Test
    void refusalWithoutReasonIsImpossible() {
        assertThatThrownBy(() -> applicant().refuse(" "))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pauseAndReturnKeepTheDayOfJoining() {
        Member.Active back = applicant().approve(MARCH).pause(APRIL).resume(MAY);

        assertThat(back.joinedOn()).isEqualTo(MARCH);
    }

    @Test
    void pauseBeforeJoiningIsImpossible() {
        var active = applicant().approve(APRIL);

        assertThatThrownBy(() -> active.pause(MARCH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before joining");
    }

    @Test
    void returnBeforeThePauseIsImpossible() {
        var paused = applicant().approve(MARCH).pause(MAY);

        assertThatThrownBy(() -> paused.resume(APRIL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before the pause");
    }

    @Test
    void activeAndPausedMembersCanLeave() {
        var active = applicant().approve(MARCH);

        assertThat(active.leave(APRIL, "moves away").leftOn()).isEqualTo(APRIL);
        assertThat(active.pause(APRIL).leave(MAY, "moves away").leftOn()).isEqualTo(MAY);
    }

    @Test
    void leavingBeforeJoiningOrBeforeThePauseIsImpossible() {
        var active = applicant().approve(APRIL);

        assertThatThrownBy(() -> active.leave(MARCH, "moves away"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> active.pause(MAY).leave(APRIL, "moves away"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "Applicant, approve refuse",
        "Active, leave pause",
        "Paused, leave resume",
        "Left, applyAgain",
        "Refused, applyAgain"
    })
    void eachStateOffersOnlyItsLegalSteps(String state, String steps) throws Exception {
        Class<?> type = Class.forName(Member.class.getName() + "$" + state);

        Stream<String> offered =
                Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> Member.class.isAssignableFrom(method.getReturnType()))
                        .map(java.lang.reflect.Method::getName)
                        .sorted();

        assertThat(String.join(" ", offered.toList())).isEqualTo(steps);
    }

    @Test
    void thereIsOneRecordForEachStateThatOthersSee() {
        assertThat(
                        Arrays.stream(Member.class.getPermittedSubclasses())
                                .map(type ->
                                        type.getSimpleName().toUpperCase(java.util.Locale.ROOT)))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(State.values()).map(Enum::name).toList());
    }

    private static Member.Applicant applicant() {
        return new Member.Applicant(
                MemberId.next(),
                new Person("Ida Hill", "ida@example.org", null),
                Instant.parse("2026-02-20T10:00:00Z"),
                1);
    }
}
