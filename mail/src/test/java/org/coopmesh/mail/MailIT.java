package org.coopmesh.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.coopmesh.mail.Mail.State;
import org.coopmesh.quickstart.MailSink;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A service that has nothing but mails, over a real line to a server that takes them, puts them off and breaks off. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
class MailIT {
    private static final MailSink SINK = sink();
    private static final UUID ANNA = UUID.randomUUID();

    @Autowired Mails mails;
    @Autowired Sending sending;
    @Autowired Letters letters;
    @Autowired StandingClock clock;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", () -> Servers.freshDatabase("mail"));
        registry.add("spring.flyway.locations", () -> "classpath:db/mail");
        registry.add("spring.mail.host", () -> "127.0.0.1");
        registry.add("spring.mail.port", SINK::port);
        registry.add("coopmesh.mail.check-interval", () -> "PT1S");
        registry.add("coopmesh.mail.per-minute", () -> 10);
        registry.add("coopmesh.mail.retry-after", () -> "PT1M");
        registry.add("coopmesh.mail.attempts-max", () -> 3);
        registry.add("coopmesh.mail.lease", () -> "PT5M");
        registry.add("coopmesh.mail.sender", () -> "robot@coop.example");
        registry.add("coopmesh.mail.enclosure-max", () -> "1KB");
    }

    @BeforeEach
    void forget() {
        SINK.behaves();
        letters.written.clear();
        letters.from = Optional.of(new MailSender.From("Coop", "office@coop.example"));
        db.sql("truncate mail").update();
        db.sql("update mail_gate set paused_until = null, why = null").update();
        clock.now = Instant.parse("2026-10-01T08:00:00Z");
    }

    @Test
    void aLetterIsWrittenWhenItsTurnComesAndComesFromWhoTheServiceSays() throws Exception {
        UUID greeting = told("greeting");
        letters.written.put(greeting, ready("Later words", null));

        sending.check();
        sending.check();

        MimeMessage mail = SINK.taken.getFirst().parsed();
        assertThat(SINK.taken).hasSize(1);
        assertThat(mail.getSubject()).isEqualTo("Later words");
        assertThat(mail.getFrom()[0]).hasToString("Coop <robot@coop.example>");
        assertThat(mail.getReplyTo()[0]).hasToString("office@coop.example");
        assertThat(mail.getHeader("Content-Language")).containsExactly("ca");
        assertThat(SINK.taken.getFirst().to()).isEqualTo("anna@mail.example");
        assertThat(of(greeting).state()).isEqualTo(State.SENT);
        assertThat(of(greeting).recipient()).isEqualTo(ANNA);
    }

    @Test
    void theSameIsToldOnceUnlessItIsToldAnew() {
        UUID about = told("greeting");
        mails.queue(List.of(new Told("greeting", about, ANNA)), clock.now);
        letters.written.put(about, ready("Hello", null));
        sending.check();
        mails.queueAnew(new Told("greeting", about, ANNA), clock.now);

        sending.check();

        assertThat(SINK.taken)
                .extracting(MailSink.Taken::messageId)
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    void whatHasNoAddressNothingToTellOrNoWriterDoesNotLeave() {
        UUID addressless = told("greeting");
        letters.written.put(addressless, new MailWriter.Written.Unaddressed());
        UUID over = told("greeting");
        letters.written.put(over, new MailWriter.Written.Nothing());
        UUID unknown = told("of-a-later-version");

        sending.check();

        assertThat(of(addressless).state()).isEqualTo(State.UNADDRESSED);
        assertThat(of(over).state()).isEqualTo(State.DROPPED);
        assertThat(of(unknown).state()).isEqualTo(State.DROPPED);
        assertThat(SINK.taken).isEmpty();
        assertThat(mails.count()).containsEntry(State.DROPPED, 2L).containsEntry(State.SENT, 0L);
    }

    @Test
    void aLetterThatCannotBeWrittenIsTriedAgainLaterEachTimeAndThenLeftToAPerson() {
        UUID about = told("greeting"); // The writer knows nothing of it and throws.

        sending.check();
        assertThat(of(about).state()).isEqualTo(State.WAITING);
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        sending.check();
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        sending.check();
        assertThat(of(about).attempts()).as("twice as long").isEqualTo(2);
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        sending.check();

        assertThat(of(about).state()).isEqualTo(State.FAILED);
        assertThat(of(about).answer()).startsWith("not written: no letter");
    }

    @Test
    void whatBreaksOffAfterTheTextIsInDoubtAndNobodySendsItAgainByHimself() {
        UUID about = told("greeting");
        letters.written.put(about, ready("Hello", null));
        SINK.toText = to -> null;
        sending.check();
        SINK.toText = to -> "250 taken";
        clock.now = clock.now.plus(Duration.ofDays(1));

        sending.check();
        mails.retry(clock.now);
        sending.check();

        assertThat(of(about).state()).isEqualTo(State.DOUBTFUL);
        assertThat(SINK.taken).hasSize(1);
    }

    @Test
    void noMoreThanAllowedLeaveInAMinute() {
        for (int i = 0; i < 15; i++) letters.written.put(told("greeting"), ready("Hello", null));

        sending.check();
        assertThat(SINK.taken).hasSize(10);
        clock.now = clock.now.plusSeconds(61);
        sending.check();

        assertThat(SINK.taken).hasSize(15);
    }

    @Test
    void aFileThatIsTooLargeStaysBehind() throws Exception {
        UUID small = told("greeting");
        letters.written.put(small, ready("Small", new byte[1024]));
        UUID large = told("greeting");
        letters.written.put(large, ready("Large", new byte[1025]));

        sending.check();

        for (MailSink.Taken taken : SINK.taken)
            assertThat(taken.parsed().isMimeType("multipart/*"))
                    .as(taken.subject())
                    .isEqualTo(taken.subject().equals("Small"));
        assertThat(SINK.taken).hasSize(2);
    }

    @Test
    void nothingLeavesWhileNobodyHasSaidWhoItIsFrom() {
        letters.written.put(told("greeting"), ready("Hello", null));
        letters.from = Optional.empty();

        sending.check();

        assertThat(sending.hindrance()).contains(Sending.Hindrance.SENDER);
        assertThat(SINK.taken).isEmpty();
        assertThat(mails.count()).containsEntry(State.WAITING, 1L);
    }

    @Test
    void whatIsOldIsForgottenByItsNotice() {
        told("greeting");
        told("invoice");
        clock.now = clock.now.plusSeconds(1);
        told("greeting");

        assertThat(mails.forget(Set.of("greeting"), clock.now)).isEqualTo(1);

        assertThat(mails.list(null, null, 10))
                .extracting(Mail::notice)
                .containsExactly("greeting", "invoice");
    }

    @Test
    void twoWritersOfOneNoticeAreRefused() {
        assertThatThrownBy(() ->
                        new Sending(
                                mails, List.of(letters, letters), letters, null, null, null, clock))
                .hasMessageContaining("two writers of notice");
    }

    private UUID told(String notice) {
        UUID about = UUID.randomUUID();
        mails.queue(List.of(new Told(notice, about, ANNA)), clock.now);
        return about;
    }

    private Mail of(UUID about) {
        return mails.about(about, 1).getFirst();
    }

    private static MailWriter.Written ready(String subject, byte[] file) {
        return new MailWriter.Written.Ready(
                "anna@mail.example",
                Locale.of("ca"),
                subject,
                "Words",
                file == null ? null : new Enclosure("f.txt", "text/plain", file));
    }

    private static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says what a test wants it to say. */
    static class Letters implements MailWriter, MailSender {
        final Map<UUID, Written> written = new ConcurrentHashMap<>();
        volatile Optional<From> from = Optional.empty();

        @Override
        public Optional<From> from() {
            return from;
        }

        @Override
        public Set<String> writes() {
            return Set.of("greeting", "invoice");
        }

        @Override
        public Written write(Mail mail) {
            Written letter = written.get(mail.about());
            if (letter == null) throw new IllegalStateException("no letter");
            return letter;
        }
    }

    /** Stands still until it is set. */
    static class StandingClock extends Clock {
        volatile Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @Configuration
    @EnableAutoConfiguration
    static class Service {
        @Bean
        Letters letters() {
            return new Letters();
        }

        @Bean
        StandingClock clock() {
            return new StandingClock();
        }
    }
}
