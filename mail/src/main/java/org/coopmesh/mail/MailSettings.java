package org.coopmesh.mail;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How mails leave.
 *
 * @param checkInterval how often it is looked for mails to send
 * @param perMinute how many leave in a minute at most, of all replicas together
 * @param retryAfter how long after a server's "later" a mail is tried again, twice as long each time; and how long nothing is
 *     sent after a server did not answer
 * @param attemptsMax after so many "later" a person looks
 * @param lease how long one that took a mail up may be silent before it counts as dead
 * @param sender the address that mails come from; empty for the one where answers go
 * @param enclosureMax what is larger is not enclosed
 */
@Validated
@ConfigurationProperties("coopmesh.mail")
record MailSettings(
        @NotNull Duration checkInterval,
        @Min(1) @Max(100_000) int perMinute,
        @NotNull Duration retryAfter,
        @Min(1) @Max(20) int attemptsMax,
        @NotNull Duration lease,
        @NotNull String sender,
        @NotNull DataSize enclosureMax) {}
