package org.coopmesh.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.coopmesh.quickstart.LogHygiene;
import org.coopmesh.quickstart.RoleMatrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** What people trust the co-op with is in no line of the log, whatever is asked for and however badly. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=also-its-own")
class LogHygieneIT {
    private static final Logger log = LoggerFactory.getLogger(LogHygieneIT.class);
    private static final ch.qos.logback.classic.Logger ROOT =
            (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    @Autowired MockMvc http;
    @Autowired JdbcClient db;

    @BeforeEach
    void listen() {
        events.start();
        ROOT.addAppender(events);
    }

    @AfterEach
    void goAway() {
        ROOT.detachAppender(events);
    }

    @Test
    void nothingThatPeopleTrustUsWithIsInTheLog() throws Exception {
        Map<Integer, Integer> answers = LogHygiene.ofThisService().askEverything(this::status);

        log.atInfo().addKeyValue("answers", answers).log("asked everything");
        assertThat(answers.get(2)).as("answers %s", answers).isGreaterThan(20);
        assertThat(answers.get(4)).as("answers %s", answers).isGreaterThan(500);
        assertThat(log()).contains("asked everything");
        assertThat(LogHygiene.found(log())).isEmpty();
    }

    @Test
    void aStatementThatFailsDoesNotTellWhatIsInTheRow() {
        db.sql("create table canary (mail text unique)").update();
        try {
            for (int i = 0; i < 2; i++) {
                db.sql("insert into canary values (:mail)")
                        .param("mail", "canary.person@house.example")
                        .update();
            }
        } catch (DuplicateKeyException twice) {
            log.atWarn().setCause(twice).log("not stored");
        } finally {
            db.sql("drop table canary").update();
        }

        assertThat(log()).contains("canary_mail_key");
        assertThat(LogHygiene.found(log())).isEmpty();
    }

    private int status(
            RoleMatrix.Request request, boolean signedIn, Set<String> roles, boolean freshProof) {
        MockHttpServletRequestBuilder call =
                request(HttpMethod.valueOf(request.method()), URI.create(request.uri()));
        request.headers().forEach(call::header);
        if (request.body() != null) {
            call.contentType(request.contentType()).content(request.body());
        }
        if (signedIn) {
            call.with(
                    jwt().jwt(token ->
                                    token.subject(UUID.randomUUID().toString())
                                            .claim("roles", List.copyOf(roles))
                                            .claim("auth_time", Instant.now()))
                            .authorities(
                                    roles.stream()
                                            .map(role -> new SimpleGrantedAuthority("ROLE_" + role))
                                            .toArray(SimpleGrantedAuthority[]::new)));
        }
        try {
            return http.perform(call).andReturn().getResponse().getStatus();
        } catch (Exception unanswered) {
            // As Tomcat does where nobody else did.
            log.error("Servlet.service() threw exception", unanswered);
            return HttpStatus.INTERNAL_SERVER_ERROR.value();
        }
    }

    /** Every line with all that goes with it: keys and what failed. */
    private String log() {
        return List.copyOf(events.list).stream()
                .map(event ->
                        event.getLoggerName()
                                + " "
                                + event.getFormattedMessage()
                                + " "
                                + event.getKeyValuePairs()
                                + " "
                                + event.getMDCPropertyMap()
                                + " "
                                + ThrowableProxyUtil.asString(event.getThrowableProxy())
                                        .replace('\n', ' '))
                .collect(Collectors.joining("\n"));
    }
}
