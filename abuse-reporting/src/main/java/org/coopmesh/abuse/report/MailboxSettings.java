package org.coopmesh.abuse.report;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How mails to the abuse address come in.
 *
 * @param smtpPort where the co-op's mail server hands them over; -1 for not at all, 0 for any free one
 * @param recipients addresses that are taken over SMTP
 * @param mailMax the largest mail
 * @param imapHost where a mailbox is read; empty for none
 */
@Validated
@ConfigurationProperties("coopmesh.mailbox")
record MailboxSettings(
        @Min(-1) @Max(65_535) int smtpPort,
        @NotNull String smtpAddress,
        @NotNull List<String> recipients,
        @NotNull DataSize mailMax,
        @NotNull String imapHost,
        @Min(1) @Max(65_535) int imapPort,
        boolean imapTls,
        @NotNull String imapUser,
        @NotNull String imapPassword,
        @NotNull String imapFolder,
        @NotNull Duration checkInterval) {
    @Override
    public String toString() {
        return "MailboxSettings"; // It has a password in it.
    }
}
