package org.coopmesh.mail;

import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A mail by RFC 5322: plain text, at most one file, and a name of its own by which whoever got it twice can tell. Says when its
 * text is about to leave; until then no server can have taken it.
 */
final class Envelope extends MimeMessage {
    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final String messageId;
    private @Nullable BeforeData beforeData;

    /** May refuse; then the line is cut before the end of the text, and no server takes the mail. */
    interface BeforeData {
        void leaves() throws IOException;
    }

    /**
     * @param from the address it comes from
     * @param sender who that is, in words
     * @param replyTo where answers go, where that is not {@code from}
     * @param enclosure what of the letter's may go with it
     */
    Envelope(
            Session session,
            UUID id,
            InternetAddress from,
            String sender,
            @Nullable InternetAddress replyTo,
            InternetAddress to,
            Instant date,
            MailWriter.Written.Ready letter,
            @Nullable Enclosure enclosure)
            throws MessagingException {
        super(session);
        String address = from.getAddress();
        messageId = "<" + id + "@" + address.substring(address.indexOf('@') + 1) + ">";
        setFrom(named(from, sender));
        setRecipient(Message.RecipientType.TO, to);
        if (replyTo != null && !replyTo.equals(from)) {
            setReplyTo(new InternetAddress[] {replyTo});
        }
        setSubject(letter.subject(), UTF_8);
        setSentDate(Date.from(date));
        setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: no machine answers.
        setHeader("Content-Language", letter.language().toLanguageTag());
        var text = new MimeBodyPart();
        text.setText(letter.body() + "\n", UTF_8);
        text.setHeader("Content-Transfer-Encoding", "quoted-printable");
        if (enclosure == null) {
            setText(letter.body() + "\n", UTF_8);
            setHeader("Content-Transfer-Encoding", "quoted-printable");
        } else {
            var file = new MimeBodyPart();
            file.setDataHandler(
                    new DataHandler(new ByteArrayDataSource(enclosure.bytes(), enclosure.type())));
            file.setFileName(enclosure.name());
            file.setHeader("Content-Transfer-Encoding", "base64");
            setContent(new MimeMultipart(text, file));
        }
        saveChanges();
    }

    private static InternetAddress named(InternetAddress address, String name)
            throws MessagingException {
        try {
            return new InternetAddress(address.getAddress(), name, UTF_8);
        } catch (UnsupportedEncodingException impossible) {
            throw new MessagingException("UTF-8", impossible);
        }
    }

    void before(BeforeData beforeData) {
        this.beforeData = beforeData;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", messageId);
    }

    /** The transport calls this after the server said that it is ready for the text. */
    @Override
    public void writeTo(OutputStream to, String @Nullable [] without)
            throws IOException, MessagingException {
        if (beforeData != null) {
            beforeData.leaves();
        }
        super.writeTo(to, without);
    }
}
