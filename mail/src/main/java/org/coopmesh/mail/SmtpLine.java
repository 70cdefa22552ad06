package org.coopmesh.mail;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** A line to the mail server, opened with the first mail and closed with the last. */
final class SmtpLine implements AutoCloseable {
    private static final int SERVICE_CLOSES = 421;
    private static final int REFUSES = 500;
    private static final int PUTS_OFF = 400;

    private final JavaMailSenderImpl server;
    private final Transport transport;

    SmtpLine(JavaMailSenderImpl server) throws MessagingException {
        this.server = server;
        String protocol = server.getProtocol();
        this.transport = server.getSession().getTransport(protocol == null ? "smtp" : protocol);
    }

    /** What became of handing one mail over. */
    sealed interface Outcome {
        /** The server has it. */
        record Taken(String answer) implements Outcome {}

        /** The server does not take it, now or ever. */
        record Refused(String answer) implements Outcome {}

        /** The server may take it later. */
        record PutOff(String answer) implements Outcome {}

        /** The line broke after the text began to leave. */
        record Doubtful(String why) implements Outcome {}

        /** There is no server to talk to; nothing was handed over. */
        record NoServer(String why) implements Outcome {}

        /** Somebody else has the mail; nothing was handed over. */
        record NotOurs() implements Outcome {}
    }

    /** Decides, right before the text leaves, whether it may. */
    interface MayLeave {
        boolean mayLeave();
    }

    Outcome hand(Envelope mail, InternetAddress to, MayLeave ours) {
        var left = new AtomicBoolean();
        var notOurs = new AtomicBoolean();
        mail.before(() -> {
            if (!ours.mayLeave()) {
                notOurs.set(true);
                throw new IOException("not ours any more");
            }
            left.set(true);
        });
        try {
            if (!transport.isConnected()) {
                transport.connect(
                        server.getHost(),
                        server.getPort(),
                        given(server.getUsername()),
                        given(server.getPassword()));
            }
            transport.sendMessage(mail, new Address[] {to});
            return new Outcome.Taken(answer());
        } catch (MessagingException failed) {
            if (notOurs.get()) {
                return new Outcome.NotOurs();
            }
            return outcome(failed, left.get());
        }
    }

    private static @Nullable String given(@Nullable String setting) {
        return setting == null || setting.isBlank() ? null : setting;
    }

    private static Outcome outcome(MessagingException failed, boolean left) {
        OptionalInt code = code(failed);
        String told = told(failed);
        if (failed instanceof SMTPSenderFailedException) {
            return new Outcome.NoServer(told); // Not this mail: nothing from us at all.
        }
        if (code.isPresent() && code.getAsInt() >= REFUSES) {
            return new Outcome.Refused(told);
        }
        if (code.isPresent() && code.getAsInt() >= PUTS_OFF && code.getAsInt() != SERVICE_CLOSES) {
            return new Outcome.PutOff(told);
        }
        if (code.isPresent() && code.getAsInt() == SERVICE_CLOSES) {
            return new Outcome.NoServer(told);
        }
        return left ? new Outcome.Doubtful(told) : new Outcome.NoServer(told);
    }

    private String answer() {
        return transport instanceof SMTPTransport smtp
                ? String.valueOf(smtp.getLastServerResponse()).strip()
                : "";
    }

    /** What the server answered; empty where it was not the server who failed. Of several the first, which says most. */
    private static OptionalInt code(MessagingException failed) {
        for (Exception each = failed; each instanceof MessagingException one; ) {
            int code =
                    switch (one) {
                        case SMTPAddressFailedException address -> address.getReturnCode();
                        case SMTPSenderFailedException sender -> sender.getReturnCode();
                        case SMTPSendFailedException send -> send.getReturnCode();
                        default -> 0;
                    };
            if (code >= PUTS_OFF) {
                return OptionalInt.of(code);
            }
            each = one.getNextException();
        }
        return OptionalInt.empty();
    }

    private static String told(MessagingException failed) {
        Exception deepest = failed;
        for (Exception each = failed;
                each instanceof MessagingException one && one.getNextException() != null; ) {
            each = one.getNextException();
            deepest = each;
        }
        String text = failed instanceof SendFailedException ? deepest.getMessage() : null;
        String message = text == null ? failed.getMessage() : text;
        String cause = deepest == failed ? "" : ": " + deepest.getMessage();
        return (message + (message != null && text == null ? cause : ""))
                .strip()
                .replaceAll("\\s+", " ");
    }

    @Override
    public void close() {
        try {
            transport.close();
        } catch (MessagingException gone) {
            // It is closed either way.
        }
    }
}
