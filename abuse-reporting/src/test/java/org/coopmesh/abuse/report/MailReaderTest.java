package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.coopmesh.abuse.report.Intake.Submission;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MailReaderTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Path SHARED = Path.of("../../shared/samples/arf");

    @Test
    void aFeedbackReportIsReadByItsFields() throws IOException {
        Submission read = read(arf());

        assertThat(read.origin())
                .isEqualTo(new Origin(Format.ARF, "abuse", "<20251103.1@recipient.example>"));
        assertThat(read.category()).isEqualTo(Category.SPAM);
        assertThat(read.address()).hasToString("198.51.100.77/32");
        assertThat(read.observedAt()).isEqualTo(Instant.parse("2025-11-03T09:58:11Z"));
        assertThat(read.url()).isEqualTo("http://member.example.net/earn_money.html");
        assertThat(read.description())
                .contains("This is an email abuse report")
                .contains("incidents: 3");
        assertThat(read.evidence()).hasSize(2);
        assertThat(read.evidence().get(0).content()).isEqualTo(arf());
        assertThat(text(read.evidence().get(1).content()))
                .startsWith("Return-Path: <seller@member.example.net>")
                .endsWith("Spam Spam Spam");
    }

    @Test
    void theSamplesBesideTheRepositoryAreRead() throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(SHARED), "no shared samples beside the repository");
        try (Stream<Path> files = Files.list(SHARED)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".eml")).toList()) {
                assertThat(read(Files.readAllBytes(file)).origin().format()).isEqualTo(Format.ARF);
            }
        }
    }

    @Test
    void aFeedbackReportThatLacksOrRepeatsAFieldIsAMailLikeAnyOther() throws IOException {
        String arf = text(arf()).replace("\r\n", "\n");

        for (String broken :
                new String[] {
                    arf.replace("Version: 1\n", ""),
                    arf.replace("User-Agent: ExampleGenerator/1.0\n", ""),
                    arf.replace("Version: 1\n", "Version: 1\nVersion: 1\n"),
                    arf.replace("message/feedback-report", "text/html")
                }) {
            Submission read = read(bytes(broken));
            assertThat(read.origin().format()).isEqualTo(Format.MAIL);
            assertThat(read.category()).isEqualTo(Category.OTHER);
            assertThat(read.description()).contains("This is an email abuse report");
        }
    }

    @Test
    void aFutureOrUnreadableDateSaysNothing() throws IOException {
        String arf = text(arf());
        for (String date : new String[] {"Mon, 03 Nov 2036 09:58:11 +0000", "then", "Mon"}) {
            Submission read =
                    read(
                            bytes(
                                    arf.replace(
                                            "Arrival-Date: Mon, 03 Nov 2025 09:58:11 +0000",
                                            "Arrival-Date: " + date)));
            assertThat(read.origin().format()).isEqualTo(Format.ARF);
            assertThat(read.observedAt()).isNull();
        }
    }

    @Test
    void xarfInAMailIsReadAndABrokenOneIsAMailWithARefusal() {
        String document = text(XarfSamples.bytes(XarfSamples.of(XarfType.CONNECTION__DDOS)));

        MailReader.Letter good = letter(xarfMail(document));
        MailReader.Letter bad = letter(xarfMail(document.replace("\"ddos\"", "\"gossip\"")));
        MailReader.Letter future =
                letter(xarfMail(document.replace("2026-11-20T10:05", "2036-11-20T10:05")));

        assertThat(good.submission().origin())
                .isEqualTo(
                        new Origin(
                                Format.XARF_MAIL,
                                "connection/ddos",
                                "5c1f9d5e-58a1-4f3c-9d26-0f6b2a1c7e11"));
        assertThat(good.refusal()).isNull();
        assertThat(bad.submission().origin().format()).isEqualTo(Format.MAIL);
        assertThat(bad.refusal()).isNotNull();
        assertThat(bad.refusal().field()).isEqualTo("type");
        assertThat(future.refusal().field()).isEqualTo("timestamp");
    }

    @Test
    void ofXarfAboutChildSafetyTheMailItselfIsNotKept() {
        String document = text(XarfSamples.bytes(XarfSamples.of(XarfType.CONTENT__CSAM)));

        Submission read = read(xarfMail(document));

        assertThat(read.category()).isEqualTo(Category.CHILD_SAFETY);
        assertThat(read.description()).isNull();
        assertThat(read.evidence())
                .noneSatisfy(f -> assertThat(f.contentType()).isEqualTo(MailReader.MAIL_TYPE));
    }

    @Test
    void anOlderXarfIsReadByItsFields() {
        Submission read =
                read(
                        bytes(
                                """
                                From: sensor@watch.example
                                X-ARF: Yes
                                Content-Type: multipart/mixed; boundary=b

                                --b
                                Content-Type: text/plain

                                An attack.
                                --b
                                Content-Type: text/plain; name="report.txt"

                                ---
                                Reported-From: sensor@watch.example
                                Category: abuse
                                Report-Type: login-attack
                                Source: 198.51.100.77
                                Source-Type: ipv4
                                Port: 22
                                Date: Fri, 20 Nov 2026 10:00:00 +0000
                                --b--
                                """));

        assertThat(read.origin().kind()).isEqualTo("abuse/login-attack");
        assertThat(read.category()).isEqualTo(Category.INTRUSION);
        assertThat(read.address()).hasToString("198.51.100.77/32");
        assertThat(read.port()).isEqualTo(22);
    }

    @Test
    void aMailThatSomebodyWroteIsItsSubjectAndPlainText() {
        Submission read =
                read(
                        bytes(
                                """
                                From: neighbour@example.org
                                Subject: =?UTF-8?Q?Spam_f=C3=BCr?= =?UTF-8?B?IGFsbGU=?=
                                Content-Type: multipart/alternative; boundary="x"

                                --x
                                Content-Type: text/html

                                <script>alert(1)</script>
                                --x
                                Content-Type: text/plain; charset=iso-8859-1
                                Content-Transfer-Encoding: quoted-printable

                                Es h=F6rt nicht =
                                auf.
                                --x--
                                """));

        assertThat(read.description()).isEqualTo("Subject: Spam für alle\n\nEs hört nicht auf.");
        assertThat(read.evidence()).hasSize(1);
        assertThat(read.evidence().getFirst().contentType()).isEqualTo("message/rfc822");
    }

    @Test
    void bombsAreReadInNoTimeAndLittleRoom() {
        var nested = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            nested.append("Content-Type: multipart/mixed; boundary=\"b")
                    .append(i)
                    .append("\"\n\n--b")
                    .append(i)
                    .append('\n');
        }
        String many =
                "Content-Type: multipart/mixed; boundary=b\n\n"
                        + "--b\nContent-Type: text/plain\n\nx\n".repeat(200_000);
        String headers = "X-A: b\n".repeat(1_000_000) + "\ntext";
        String folded = "Subject: a\n" + " b\n".repeat(1_000_000) + "\ntext";
        String line = "Subject: " + "a".repeat(5_000_000) + "\n\ntext";
        String sameBoundary =
                "Content-Type: multipart/mixed; boundary=b\n\n"
                        + "--b\nContent-Type: multipart/mixed; boundary=b\n\n".repeat(50_000);
        String words = "Subject: " + "=?utf-8?Q?".repeat(100_000) + "\n\ntext";

        for (String bomb :
                new String[] {
                    nested.toString(), many, headers, folded, line, sameBoundary, words
                }) {
            Submission read =
                    Assertions.assertTimeoutPreemptively(
                            Duration.ofSeconds(5), () -> read(bytes(bomb)));
            assertThat(read.description()).hasSizeLessThanOrEqualTo(10_000);
            assertThat(Mime.read(bytes(bomb)).all()).hasSizeLessThanOrEqualTo(Mime.PARTS_MAX + 1);
        }
    }

    @Test
    void archivesAndMailsWithinAreNeverOpened() {
        Mime mail =
                Mime.read(
                        bytes(
                                """
                                Content-Type: multipart/mixed; boundary=b

                                --b
                                Content-Type: message/rfc822

                                Content-Type: multipart/mixed; boundary=c

                                --c
                                Content-Type: text/plain

                                inner
                                --c--
                                --b
                                Content-Type: application/zip
                                Content-Transfer-Encoding: base64

                                UEsDBA==
                                --b--
                                """));

        assertThat(mail.parts()).hasSize(2);
        assertThat(mail.parts()).allSatisfy(part -> assertThat(part.parts()).isEmpty());
        assertThat(mail.parts().get(1).content()).isEqualTo(Base64.getDecoder().decode("UEsDBA=="));
    }

    @Test
    void headersCannotSmuggleLinesIntoWhatIsShown() {
        Submission read =
                read(
                        bytes(
                                "Subject: =?utf-8?Q?a=0D=0ABcc:_x@y?=\nMessage-ID: <a\u0000b>\n\nbody\u0007"));

        assertThat(read.description()).startsWith("Subject: a Bcc: x@y\n\n");
        assertThat(read.description()).doesNotContain("\u0007", "\r", "\u0000");
        assertThat(read.origin().reference()).isEqualTo("<a b>");
    }

    @Property
    void damagedMailsAreReadAllTheSame(@ForAll long seed) throws IOException {
        var random = new Random(seed);
        byte[] mail =
                random.nextBoolean()
                        ? arf()
                        : xarfMail(
                                text(XarfSamples.bytes(XarfSamples.of(XarfType.MESSAGING__SPAM))));
        for (int i = random.nextInt(20); i >= 0; i--) {
            mail[random.nextInt(mail.length)] =
                    random.nextInt(3) == 0
                            ? (byte) "\n:=;\"- ".charAt(random.nextInt(7))
                            : (byte) random.nextInt(256);
        }

        Submission read = read(mail);

        assertThat(read.evidence()).isNotEmpty();
        assertThat(read.category()).isNotNull();
    }

    @Property
    void nonsenseIsReadAllTheSame(@ForAll byte[] mail) {
        assertThat(read(mail).origin().format()).isEqualTo(Format.MAIL);
    }

    private static byte[] xarfMail(String document) {
        return bytes(
                """
                From: abuse@watch.example
                Subject: report
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain

                See the file.
                --b
                Content-Type: application/json; name=xarf.json
                Content-Transfer-Encoding: base64

                %s
                --b--
                """
                        .formatted(Base64.getMimeEncoder().encodeToString(bytes(document))));
    }

    static byte[] arf() throws IOException {
        try (InputStream in =
                MailReaderTest.class.getResourceAsStream("/mails/synthetic-arf-abuse.eml")) {
            return java.util.Objects.requireNonNull(in).readAllBytes();
        }
    }

    private static Submission read(byte[] mail) {
        return letter(mail).submission();
    }

    private static MailReader.Letter letter(byte[] mail) {
        return MailReader.read(mail, new Reporter.Anonymous(), new byte[32], NOW);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
