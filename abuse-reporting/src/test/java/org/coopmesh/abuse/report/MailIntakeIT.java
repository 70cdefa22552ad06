package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.util.unit.DataSize;

/** Mails to the abuse address, over a real SMTP connection and from a real IMAP server. */
@ServiceTest
@TestPropertySource(properties = {"coopmesh.mailbox.smtp-port=0", "coopmesh.mailbox.mail-max=1MB"})
class MailIntakeIT {
    @Autowired SmtpDoor door;
    @Autowired MailIntake intake;
    @Autowired ReportLetters letters;
    @Autowired JdbcClient db;

    @Test
    void aFeedbackReportBecomesAReportAndTheSameMailNoSecond() throws Exception {
        String arf =
                new String(MailReaderTest.arf(), StandardCharsets.UTF_8)
                        .replace("20251103.1", "one");

        assertThat(send("", "abuse@mesh.example.net", arf)).startsWith("250");
        assertThat(send("", "abuse@mesh.example.net", arf)).startsWith("250");

        assertThat(formats("<one@recipient.example>")).containsExactly("arf");
        assertThat(
                        db.sql(
                                        "select count(*) from case_report join report using (report_id) where reference = '<one@recipient.example>'")
                                .query(Integer.class)
                                .single())
                .isEqualTo(1);
    }

    @Test
    void reportsByMailAndFormAboutOneThingAreOneCase() throws Exception {
        String arf =
                new String(MailReaderTest.arf(), StandardCharsets.UTF_8)
                        .replace("198.51.100.77", "203.0.113.200");
        send("", "abuse@mesh.example.net", arf.replace("20251103.1", "two"));
        send("", "abuse@mesh.example.net", arf.replace("20251103.1", "three"));

        assertThat(
                        db.sql(
                                        """
                                        select count(distinct case_id) from case_report join report using (report_id)
                                         where reference in ('<two@recipient.example>', '<three@recipient.example>')
                                        """)
                                .query(Integer.class)
                                .single())
                .isEqualTo(1);
    }

    @Test
    void whoWroteIsAnsweredAndMachinesAreNot() throws Exception {
        send("neighbour@example.org", "abuse@mesh.example.net", mail("<w1@x>", ""));
        send(
                "list@example.org",
                "abuse@mesh.example.net",
                mail("<w2@x>", "List-Id: <l.example>\n"));
        send(
                "bot@example.org",
                "abuse@mesh.example.net",
                mail("<w3@x>", "Auto-Submitted: auto-replied\n"));
        send("", "abuse@mesh.example.net", mail("<w4@x>", ""));
        send("mailer-daemon@example.org", "abuse@mesh.example.net", mail("<w5@x>", ""));

        assertThat(
                        db.sql(
                                        """
                                        select reference from mail join report on report_id = about
                                         where notice = 'report-receipt' and reference like '<w_@x>'
                                        """)
                                .query(String.class)
                                .list())
                .containsExactly("<w1@x>");
        assertThat(
                        db.sql("select count(*) from report where reference like '<w_@x>'")
                                .query(Integer.class)
                                .single())
                .isEqualTo(5);
    }

    @Test
    void theAnswerHasTheNumberAndALinkAndNothingOfTheMail() throws Exception {
        send(
                "eve@example.org",
                "abuse@mesh.example.net",
                mail("<e1@x>", "Subject: Bcc: all@example.org\n"));
        UUID id =
                db.sql("select report_id from report where reference = '<e1@x>'")
                        .query(UUID.class)
                        .single();

        var written =
                letters.write(
                        new org.coopmesh.mail.Mail(
                                1,
                                id,
                                ReportLetters.RECEIPT,
                                id,
                                id,
                                org.coopmesh.mail.Mail.State.SENDING,
                                0,
                                java.time.Instant.EPOCH,
                                null,
                                null,
                                null));

        assertThat(written).isInstanceOf(org.coopmesh.mail.MailWriter.Written.Ready.class);
        var ready = (org.coopmesh.mail.MailWriter.Written.Ready) written;
        assertThat(ready.to()).isEqualTo("eve@example.org");
        assertThat(ready.subject()).isEqualTo("Report " + id + ": received");
        assertThat(ready.body())
                .contains("https://mesh.example.net/report/" + id + "#")
                .doesNotContain("Bcc", "body of the mail");
    }

    @Test
    void theAnswerIsInTheLanguageOfTheMailElseInTheCoops() throws Exception {
        send("eva@example.org", "abuse@mesh.example.net", mail("<l1@x>", "Content-Language: de\n"));
        send("pau@example.org", "abuse@mesh.example.net", mail("<l2@x>", ""));

        assertThat(receipt("<l1@x>").subject()).startsWith("Meldung ");
        assertThat(receipt("<l1@x>").language()).isEqualTo(java.util.Locale.GERMAN);
        assertThat(receipt("<l2@x>").subject()).startsWith("Report ");
    }

    private org.coopmesh.mail.MailWriter.Written.Ready receipt(String reference) {
        UUID id =
                db.sql("select report_id from report where reference = ?")
                        .param(reference)
                        .query(UUID.class)
                        .single();
        return (org.coopmesh.mail.MailWriter.Written.Ready)
                letters.write(
                        new org.coopmesh.mail.Mail(
                                1,
                                id,
                                ReportLetters.RECEIPT,
                                id,
                                id,
                                org.coopmesh.mail.Mail.State.SENDING,
                                1,
                                java.time.Instant.EPOCH,
                                null,
                                null,
                                null));
    }

    @Test
    void whatIsTooLargeIsRefusedAndTheNextMailIsTaken() throws Exception {
        assertThat(
                        send(
                                "big@example.org",
                                "abuse@mesh.example.net",
                                mail("<b1@x>", "") + "x".repeat(78).concat("\n").repeat(1_400_000)))
                .startsWith("552");

        assertThat(send("big@example.org", "abuse@mesh.example.net", mail("<b2@x>", "")))
                .startsWith("250");
        assertThat(formats("<b1@x>")).isEmpty();
        assertThat(formats("<b2@x>")).containsExactly("mail");
    }

    @Test
    void otherAddressesAreNotTakenAndASenderOfTooManyIsAskedToComeLater() throws Exception {
        assertThat(send("a@flood.example", "somebody@mesh.example.net", mail("<o@x>", "")))
                .startsWith("550");
        for (int i = 0; i < 5; i++) {
            assertThat(
                            send(
                                    "a@flood.example",
                                    "abuse@mesh.example.net",
                                    mail("<f" + i + "@x>", "")))
                    .startsWith("250");
        }

        assertThat(send("a@flood.example", "abuse@mesh.example.net", mail("<f9@x>", "")))
                .startsWith("452");
        assertThat(send("victim@calm.example", "abuse@mesh.example.net", mail("<v@x>", "")))
                .startsWith("250");
    }

    @Test
    void ofChildSafetyByMailTheLegalContactLearnsAtOnce() throws Exception {
        String document =
                new String(
                        XarfSamples.bytes(XarfSamples.of(XarfType.CONTENT__CSAM)),
                        StandardCharsets.UTF_8);
        send(
                "",
                "abuse@mesh.example.net",
                "From: a@b.example\nContent-Type: application/json\n\n" + document + "\n");
        UUID id =
                db.sql(
                                "select report_id from report where category = 'child_safety' and format = 'xarf_mail'")
                        .query(UUID.class)
                        .single();

        assertThat(
                        db.sql("select notice from mail where about = ?")
                                .param(id)
                                .query(String.class)
                                .list())
                .containsExactly("report-legal");
        assertThat(
                        db.sql(
                                        "select count(*) from vault_file join evidence on evidence_id = file_id where report_id = ?")
                                .param(id)
                                .query(Integer.class)
                                .single())
                .isZero();
    }

    @Test
    void anUnreadMailboxIsReadOnceAndWhatCannotBeTakenIsFlagged() throws Exception {
        var imap = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP);
        var server = new GreenMail(imap);
        server.start();
        try {
            GreenMailUser user = server.setUser("abuse@mesh.example.net", "abuse", "secret");
            Session session = Session.getInstance(new Properties());
            String large = mail("<i2@x>", "") + "x".repeat(78).concat("\r\n").repeat(20_000);
            for (String text : List.of(mail("<i1@x>", ""), large)) {
                user.deliver(
                        new MimeMessage(
                                session,
                                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))));
            }
            var settings =
                    new MailboxSettings(
                            -1,
                            "127.0.0.1",
                            List.of(),
                            DataSize.ofMegabytes(1),
                            "127.0.0.1",
                            server.getImap().getPort(),
                            false,
                            "abuse",
                            "secret",
                            "INBOX",
                            Duration.ofMinutes(1));

            new MailboxPoll(intake, settings).poll();
            new MailboxPoll(intake, settings).poll();

            assertThat(formats("<i1@x>")).containsExactly("mail");
            assertThat(formats("<i2@x>")).isEmpty();
            try (Store store = session.getStore("imap")) {
                store.connect("127.0.0.1", server.getImap().getPort(), "abuse", "secret");
                try (Folder folder = store.getFolder("INBOX")) {
                    folder.open(Folder.READ_ONLY);
                    Message[] mails = folder.getMessages();
                    assertThat(mails[0].isSet(Flags.Flag.SEEN)).isTrue();
                    assertThat(mails[0].isSet(Flags.Flag.FLAGGED)).isFalse();
                    assertThat(mails[1].isSet(Flags.Flag.FLAGGED)).isTrue();
                }
            }
        } finally {
            server.stop();
        }
    }

    @Test
    void aMailboxThatDoesNotAnswerHarmsNobody() {
        var settings =
                new MailboxSettings(
                        -1,
                        "127.0.0.1",
                        List.of(),
                        DataSize.ofMegabytes(1),
                        "127.0.0.1",
                        1,
                        false,
                        "abuse",
                        "secret",
                        "INBOX",
                        Duration.ofMinutes(1));

        new MailboxPoll(intake, settings).poll();

        assertThat(settings).hasToString("MailboxSettings");
    }

    private List<String> formats(String reference) {
        return db.sql("select format from report where reference = ?")
                .param(reference)
                .query(String.class)
                .list();
    }

    private static String mail(String id, String headers) {
        return "From: somebody@example.org\nMessage-ID: "
                + id
                + "\n"
                + headers
                + "\nbody of the mail "
                + id
                + "\n";
    }

    /** What the server said last. */
    private String send(String from, String to, String mail) throws IOException {
        try (var socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(60_000);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            answer(in);
            for (String command :
                    new String[] {
                        "EHLO mta", "MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">", "DATA"
                    }) {
                out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                String answer = answer(in);
                if (answer.charAt(0) > '3') return answer;
            }
            out.write(
                    (mail.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n.\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return answer(in);
        }
    }

    private static String answer(BufferedReader in) throws IOException {
        while (true) {
            String line = in.readLine();
            if (line == null) throw new IOException("cut off");
            if (line.length() < 4 || line.charAt(3) != '-') return line;
        }
    }
}
