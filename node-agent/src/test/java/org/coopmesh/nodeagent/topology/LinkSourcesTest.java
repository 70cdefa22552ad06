package org.coopmesh.nodeagent.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.coopmesh.contracts.membership.v1.Link;
import org.coopmesh.nodeagent.topology.LinkSources.Pace;
import org.coopmesh.nodeagent.topology.LinkSources.Told;
import org.coopmesh.nodeagent.topology.SourceFailed.Trouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One source in trouble is told and left alone for a while; the others never notice. */
class LinkSourcesTest {
    private static final Link LINK = Link.newBuilder().setSource("good").build();
    private static final Pace PACE =
            new Pace(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(1),
                    Duration.ofMillis(100),
                    Duration.ofMillis(100));

    private final AtomicLong nanos = new AtomicLong();
    private final Scripted first = new Scripted("first");
    private final Scripted good = new Scripted("good");
    private final LinkSources sources = new LinkSources(List.of(first, good), PACE, nanos::get);

    @AfterEach
    void nobodyIsLeftInterrupted() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whatIsFoundIsAskedInEveryRoundAndWhatIsNotIsLookedForNowAndThen() throws Exception {
        first.there = false;

        for (int i = 0; i < 10; i++) {
            assertThat(sources.round().told()).containsExactly(new Told("good", ""));
            later(Duration.ofSeconds(10));
        }

        assertThat(first.looked).isEqualTo(1);
        assertThat(good.looked).isEqualTo(1);
        assertThat(good.asked).isEqualTo(10);
        first.there = true;
        later(Duration.ofMinutes(5));
        assertThat(sources.round().told())
                .containsExactly(new Told("first", ""), new Told("good", ""));
    }

    @Test
    void whatCouldNotBeLookedForInTimeIsLookedForAgainWithinAMinute() throws Exception {
        first.late = true;
        assertThat(sources.round().told()).containsExactly(new Told("good", ""));
        first.late = false;
        later(Duration.ofSeconds(59));
        assertThat(sources.round().told()).containsExactly(new Told("good", ""));
        later(Duration.ofSeconds(1));
        assertThat(sources.round().told()).contains(new Told("first", ""));
    }

    @Test
    void whoNeverAnswersWhereADaemonMightBeIsAskedLessAndLess() throws Exception {
        first.late = true;

        for (int second = 0; second < 60 * 60; second += 10) {
            sources.round();
            later(Duration.ofSeconds(10));
        }

        // At once, after 1, 3 and 7 minutes, then every five
        assertThat(first.looked).isEqualTo(14);
    }

    @Test
    void whoWasThereAndIsTooBusyToAnswerIsLateAndNotForgotten() throws Exception {
        sources.round();
        first.broken = new SourceFailed(Trouble.LATE, "silent");
        first.late = true;

        for (int i = 0; i < 20; i++) {
            assertThat(sources.round().told()).contains(new Told("first", "late"));
            later(Duration.ofMinutes(1));
        }

        first.broken = null;
        first.late = false;
        assertThat(sources.round().told()).contains(new Told("first", ""));
    }

    @Test
    void troubleOfOneTakesNothingFromTheOthers() throws Exception {
        for (Exception broken :
                List.of(
                        new SourceFailed(Trouble.MALFORMED, "half"),
                        new IOException("reset"),
                        new IllegalStateException("our own mistake"))) {
            first.broken = broken;
            later(Duration.ofMinutes(1));

            LinkSources.Round round = sources.round();

            assertThat(round.links()).containsExactly(LINK);
            assertThat(round.told()).contains(new Told("good", ""));
            assertThat(round.told().getFirst().trouble())
                    .isEqualTo(broken instanceof SourceFailed ? "malformed" : "failed");
            assertThat(round.read("first")).isFalse();
        }
    }

    @Test
    void whoIsInTroubleIsAskedOnceAMinuteUntilItAnswers() throws Exception {
        first.broken = new SourceFailed(Trouble.LATE, "silent");
        for (int i = 0; i < 12; i++) {
            assertThat(sources.round().told()).contains(new Told("first", "late"));
            later(Duration.ofSeconds(10));
        }
        assertThat(first.asked).isEqualTo(2);

        first.broken = null;
        assertThat(sources.round().told()).contains(new Told("first", ""));
        assertThat(sources.round().told()).contains(new Told("first", ""));
        assertThat(first.asked).isEqualTo(4);
    }

    @Test
    void whoIsAwayIsTroubleForAWhileAndThenForgotten() throws Exception {
        sources.round();
        first.there = false;
        first.broken = new SourceFailed(Trouble.GONE, "refused");

        for (int i = 0; i < 5; i++) {
            assertThat(sources.round().told()).contains(new Told("first", "gone"));
            later(Duration.ofMinutes(1));
        }

        assertThat(sources.round().told()).containsExactly(new Told("good", ""));
        first.there = true;
        first.broken = null;
        later(Duration.ofMinutes(5));
        assertThat(sources.round().told()).contains(new Told("first", ""));
    }

    @Test
    void anInterruptedRoundEndsAndIsNoTrouble() throws Exception {
        sources.round();
        first.interrupting = true;

        assertThatThrownBy(sources::round).isInstanceOf(InterruptedException.class);

        first.interrupting = false;
        assertThat(sources.round().told()).contains(new Told("first", ""));
    }

    private void later(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    private static final class Scripted implements LinkSource {
        private final String name;
        private boolean there = true;
        private boolean interrupting;
        private boolean late;
        private Exception broken;
        private int looked;
        private int asked;

        private Scripted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean find(Deadline deadline) throws IOException {
            looked++;
            if (late) throw new SourceFailed(Trouble.LATE, "no whole answer in time");
            return there;
        }

        @Override
        public Reading read(Deadline deadline) throws IOException {
            asked++;
            if (interrupting) {
                Thread.currentThread().interrupt();
                deadline.millisLeft();
            }
            if (broken instanceof IOException failed) throw failed;
            if (broken instanceof RuntimeException failed) throw failed;
            return new Reading(
                    name.equals("good") ? List.of(LINK) : List.of(), Set.of(), List.of());
        }
    }
}
