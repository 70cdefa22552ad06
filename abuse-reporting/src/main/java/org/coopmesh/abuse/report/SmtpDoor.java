package org.coopmesh.abuse.report;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * Where a mail server of the co-op hands mails to the abuse address over, by SMTP. Says yes to a mail once it is in the database, and "later" where it could
 * not be; so no mail is lost. Not meant for the open Internet: it takes mail for the named addresses from whoever reaches its port.
 */
@Component
class SmtpDoor implements SmartLifecycle {
    private static final int CONNECTIONS_MAX = 20;
    private static final int RECIPIENTS_MAX = 5;
    private static final int SILENCE_SECONDS_MAX = 60;
    private static final long DRAINED_MAX = 256L * 1024 * 1024;
    private static final Logger log = LoggerFactory.getLogger(SmtpDoor.class);

    private final MailIntake intake;
    private final MailboxSettings settings;
    private volatile boolean running;
    private @org.jspecify.annotations.Nullable SMTPServer server;

    SmtpDoor(MailIntake intake, MailboxSettings settings) {
        this.intake = intake;
        this.settings = settings;
    }

    @Override
    public void start() {
        if (settings.smtpPort() < 0) return;
        try {
            SMTPServer started =
                    SMTPServer.port(settings.smtpPort())
                            .bindAddress(InetAddress.getByName(settings.smtpAddress()))
                            .insertReceivedHeaders(
                                    false) // The same mail is to have the same bytes.
                            .softwareName("Coopmesh abuse intake")
                            .maxConnections(CONNECTIONS_MAX)
                            .maxRecipients(RECIPIENTS_MAX)
                            .connectionTimeout(SILENCE_SECONDS_MAX, TimeUnit.SECONDS)
                            .maxMessageSize(Math.toIntExact(settings.mailMax().toBytes()))
                            .messageHandlerFactory(Transfer::new)
                            .build();
            started.start();
            server = started;
            running = true;
            log.atInfo()
                    .addKeyValue("port", started.getPortAllocated())
                    .log("taking mails by SMTP");
        } catch (UnknownHostException e) {
            throw new IllegalStateException("no such address: " + settings.smtpAddress(), e);
        }
    }

    @Override
    public void stop() {
        SMTPServer started = server;
        if (started != null) started.stop();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Where it listens; for tests that let the system choose. */
    int port() {
        SMTPServer started = server;
        if (started == null) throw new IllegalStateException("not started");
        return started.getPortAllocated();
    }

    /** One mail as it is handed over. */
    private final class Transfer implements MessageHandler {
        private String sender = "";

        Transfer(MessageContext context) {}

        @Override
        public void from(String from) {
            sender = from == null ? "" : from;
        }

        @Override
        public void recipient(String recipient) throws RejectException {
            if (settings.recipients().stream().noneMatch(recipient::equalsIgnoreCase)) {
                throw new RejectException(550, "5.1.1 No such address here");
            }
        }

        @Override
        public String data(InputStream in) throws RejectException, IOException {
            int most = Math.toIntExact(settings.mailMax().toBytes());
            byte[] mail = in.readNBytes(most + 1);
            if (mail.length > most) {
                drain(in);
                throw new RejectException(552, "5.3.4 A mail has " + most + " bytes at most");
            }
            try {
                return switch (intake.take(mail, sender)) {
                    case TAKEN -> "2.0.0 Taken";
                    case LATER ->
                            throw new RejectException(
                                    452, "4.7.1 Too many from this sender; later");
                };
            } catch (ReportRefused e) {
                throw new RejectException(554, "5.6.0 Not taken: " + e.field());
            } catch (DataAccessException e) {
                log.atWarn().setCause(e).log("mail not taken, its sender is asked to come again");
                throw new RejectException(451, "4.3.0 Not now; later");
            }
        }

        /** The end of a mail must be seen before it can be refused; who never comes to it is cut off. */
        private static void drain(InputStream in) throws IOException, RejectException {
            var away = new byte[8192];
            long drained = 0;
            for (int read = in.read(away); read >= 0; read = in.read(away)) {
                drained += read;
                if (drained > DRAINED_MAX) {
                    throw new DropConnectionException(421, "4.3.0 Too large by far");
                }
            }
        }

        @Override
        public void done() {}
    }
}
