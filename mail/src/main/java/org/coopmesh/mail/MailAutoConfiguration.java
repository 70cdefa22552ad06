package org.coopmesh.mail;

import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the queue and whoever empties it into any service that has this on the class path. */
@AutoConfiguration
@EnableConfigurationProperties(MailSettings.class)
class MailAutoConfiguration {
    @Bean
    Mails mails(JdbcClient db) {
        return new Mails(db);
    }

    @Bean
    MailMeters mailMeters(Mails mails, Clock clock) {
        return new MailMeters(mails, clock);
    }

    @Bean
    Sending sending(
            Mails mails,
            ObjectProvider<MailWriter> writers,
            MailSender sender,
            ObjectProvider<JavaMailSenderImpl> server,
            MailSettings settings,
            TransactionTemplate transaction,
            Clock clock) {
        return new Sending(
                mails,
                writers.stream().toList(),
                sender,
                server.getIfAvailable(),
                settings,
                transaction,
                clock);
    }
}
