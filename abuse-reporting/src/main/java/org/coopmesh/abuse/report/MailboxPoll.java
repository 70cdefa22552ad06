package org.coopmesh.abuse.report;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.search.FlagTerm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Fetches what is unread in a mailbox of the co-op, by IMAP. A mail is marked read once it is in the database; one that cannot be taken is marked read and flagged, for a
 * person to look at in the mailbox. Two replicas that fetch the same mail make one report of it.
 */
@Component
class MailboxPoll {
    private static final int BATCH_MAX = 50;
    private static final String SILENCE_MILLIS_MAX = "30000";
    private static final Logger log = LoggerFactory.getLogger(MailboxPoll.class);

    private final MailIntake intake;
    private final MailboxSettings settings;

    MailboxPoll(MailIntake intake, MailboxSettings settings) {
        this.intake = intake;
        this.settings = settings;
    }

    @Scheduled(fixedDelayString = "${coopmesh.mailbox.check-interval}")
    void poll() {
        if (settings.imapHost().isBlank()) return;
        var properties = new Properties();
        String protocol = settings.imapTls() ? "imaps" : "imap";
        for (String limit : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.setProperty("mail." + protocol + "." + limit, SILENCE_MILLIS_MAX);
        }
        properties.setProperty("mail." + protocol + ".ssl.checkserveridentity", "true");
        properties.setProperty("mail." + protocol + ".partialfetch", "true");
        Session session = Session.getInstance(properties);
        try (Store store = session.getStore(protocol)) {
            store.connect(
                    settings.imapHost(),
                    settings.imapPort(),
                    settings.imapUser(),
                    settings.imapPassword());
            try (Folder folder = store.getFolder(settings.imapFolder())) {
                folder.open(Folder.READ_WRITE);
                Message[] unread = folder.search(new FlagTerm(new Flags(Flags.Flag.SEEN), false));
                for (Message mail :
                        Arrays.asList(unread).subList(0, Math.min(unread.length, BATCH_MAX))) {
                    take(mail);
                }
            }
        } catch (MessagingException | IOException | DataAccessException e) {
            log.atWarn()
                    .addKeyValue("why", e.getClass().getSimpleName())
                    .log("the mailbox could not be read; it is tried again");
        }
    }

    private void take(Message mail) throws MessagingException, IOException {
        long most = settings.mailMax().toBytes();
        try {
            if (mail.getSize() > most) throw new TooLarge();
            var bytes = new Bounded(most);
            mail.writeTo(bytes);
            switch (intake.take(bytes.toByteArray(), null)) {
                case TAKEN -> mail.setFlag(Flags.Flag.SEEN, true);
                case LATER -> mail.setFlag(Flags.Flag.SEEN, false); // Fetching may have marked it.
            }
        } catch (ReportRefused | TooLarge e) {
            mail.setFlag(Flags.Flag.SEEN, true);
            mail.setFlag(Flags.Flag.FLAGGED, true);
            log.atWarn()
                    .addKeyValue("why", e.getMessage())
                    .log("a mail stays in the mailbox, flagged");
        }
    }

    private static final class TooLarge extends IOException {
        TooLarge() {
            super("larger than a mail may be");
        }
    }

    /** Takes no more than it may, whatever size the server told. */
    private static final class Bounded extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long most;

        Bounded(long most) {
            this.most = most;
        }

        @Override
        public void write(int one) throws IOException {
            room(1);
            bytes.write(one);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            room(length);
            bytes.write(from, offset, length);
        }

        private void room(int length) throws IOException {
            if (bytes.size() + (long) length > most) throw new TooLarge();
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
