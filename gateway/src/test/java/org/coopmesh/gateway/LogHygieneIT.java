package org.coopmesh.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.coopmesh.quickstart.LogHygiene;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What browsers tell, well and badly written, is in no line of the log: addresses of pages hold tokens, bodies hold passwords. */
class LogHygieneIT extends RunningGateway {
    private static final Logger log = LoggerFactory.getLogger(LogHygieneIT.class);
    private static final ch.qos.logback.classic.Logger ROOT =
            (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    /** Answered by the server itself, long before the gateway sees them. */
    private static final List<String> REQUESTS =
            List.of(
                    "GET /pay/canarylink_7f3a9c2e51d84b60 HTTP/1.1",
                    "GET /pay/canarylink_<7f3a9c2e> HTTP/1.1",
                    "GET /pay/canarylink_\u00e4\u0001 HTTP/1.1",
                    "GET /api/reports/1?token=canarylink_7f{3a}|9c2e HTTP/1.1",
                    "GET /api/members/..;/canarylink_7f3a9c2e HTTP/1.1",
                    "GET //canarylink_7f3a9c2e/%00%zz HTTP/1.1",
                    "GET /id/sign-in/link?canary.person@house.example HTTP/1.1",
                    "CANARY-2X4K-9QWE-77RT /canarylink_ HTTP/1.1",
                    "GET /canarylink_7f3a9c2e HTTP/9.7",
                    "POST /api/applications HTTP/1.1\r\nContent-Length: canary.person@house.example",
                    "POST /api/applications HTTP/1.1\r\nContent-Type: canary.person@house.example\r\nContent-Length: 3",
                    "GET /api/me HTTP/1.1\r\nAuthorization: Bearer canarybearer.e30.c2lnbmF0dXJl",
                    "GET /api/me HTTP/1.1\r\nCookie: __Host-coopmesh=canarylink_7f3a9c2e; \"canarylink_",
                    "GET /api/me HTTP/1.1\r\nX-Forwarded-For: 198.51.100.77\r\nX-Forwarded-Proto: canarylink_",
                    "GET /api/me HTTP/1.1\r\ncanary.person@house.example: x",
                    "GET /api/me HTTP/1.1\r\nAccept: canary.person@house.example",
                    "GET /login/oauth2/code/coopmesh?code=canarylink_7f3a9c2e&state=canarylink_ HTTP/1.1",
                    "POST /logout/connect/back-channel/coopmesh HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\nlogout_token=canarybearer.e30.c2lnbmF0dX");

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
        int answered = 0;
        for (String request : REQUESTS) {
            if (answer(request).startsWith("HTTP/1.1 ")) answered++;
        }
        // A part that is away is worth a line; what was asked of it is not in it.
        BILLING.down();
        try {
            new Person(publicUrl)
                    .get("/api/invoices/canarylink_7f3a9c2e?mail=canary.person@house.example");
        } finally {
            BILLING.up();
        }

        log.atInfo().log("asked everything");
        assertThat(answered).isGreaterThan(REQUESTS.size() - 4);
        assertThat(log()).contains("asked everything");
        assertThat(LogHygiene.found(log())).isEmpty();
    }

    @Test
    void whyASignInFailedIsInTheLogAndNothingThatTheBrowserBroughtAlong() {
        var person = new Person(publicUrl);
        MEMBERSHIP.answersTokens = false;
        try {
            person.triesToSignInAs("board");
        } finally {
            MEMBERSHIP.answersTokens = true;
        }
        assertThat(log()).contains("a sign-in failed [reason=\"invalid_token_response\"");

        URI asked =
                URI.create(
                        person.get("/oauth2/authorization/coopmesh")
                                .headers()
                                .firstValue("Location")
                                .orElseThrow());
        String state = asked.getRawQuery().replaceFirst(".*\\bstate=([^&]+).*", "$1");
        person.get("/login/oauth2/code/coopmesh?error=canarylink_7f3a9c2e51d84b60&state=" + state);

        assertThat(log()).contains("[reason=\"refused-by-the-sign-in-page\"");
        assertThat(LogHygiene.found(log())).isEmpty();
    }

    /** The first line of it. */
    private String answer(String request) throws IOException {
        URI at = URI.create(publicUrl);
        String end = request.contains("\r\n\r\n") ? "" : "\r\n\r\n";
        try (var socket = new Socket(at.getHost(), at.getPort())) {
            socket.setSoTimeout(10_000);
            String host =
                    request.contains("\r\n")
                            ? request.replaceFirst("\r\n", "\r\nHost: a\r\nConnection: close\r\n")
                            : request + "\r\nHost: a\r\nConnection: close";
            socket.getOutputStream().write((host + end + "aaa").getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
        } catch (SocketException reset) {
            return "";
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
