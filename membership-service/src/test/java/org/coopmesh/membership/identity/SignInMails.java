package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.mail.Sending;
import org.coopmesh.quickstart.MailSink;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The sign-in pages with a mail server, and somebody who has just become a member. */
abstract class SignInMails extends SignInPages {
    static final MailSink SINK = sink();
    static final Pattern LINK = Pattern.compile("http://localhost:8080(/id/\\S+token=\\S+)");
    static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    @Autowired Sending sending;

    UUID anna;
    String email;

    @DynamicPropertySource
    static void mail(DynamicPropertyRegistry settings) {
        settings.add("spring.mail.host", () -> "127.0.0.1");
        settings.add("spring.mail.port", SINK::port);
        settings.add("spring.mail.properties.mail.smtp.starttls.required", () -> "false");
        settings.add("coopmesh.mail.sender", () -> "coop@example.org");
    }

    @BeforeEach
    void anna() throws Exception {
        email = "anna-" + UUID.randomUUID() + "@example.org";
        anna = apply("Anna", email);
        db.sql("delete from mailed_link").update();
        db.sql("delete from mail").update();
        SINK.behaves();
    }

    HttpResponse<String> asked(String address) throws Exception {
        var csrf = CSRF.matcher(send(request("/id/sign-in/link").GET()).body());
        assertThat(csrf.find()).isTrue();
        return posted("/id/sign-in/link", Map.of("email", address, "_csrf", csrf.group(1)));
    }

    String linkTo(String address) {
        sending.check();
        return SINK.taken.stream()
                .filter(each -> each.to().equals(address))
                .map(each -> LINK.matcher(each.words()))
                .filter(Matcher::find)
                .map(link -> link.group(1))
                .toList()
                .getLast();
    }

    /** Presses the button. */
    HttpResponse<String> used(String link) throws Exception {
        HttpResponse<String> shown = send(request(link).GET());
        Matcher csrf = CSRF.matcher(shown.body());
        Matcher token = TOKEN.matcher(shown.body());
        if (!csrf.find() || !token.find()) {
            String csrfOfAnother = csrf();
            return posted(
                    link.split("\\?")[0],
                    Map.of("token", link.split("token=")[1], "_csrf", csrfOfAnother));
        }
        return posted(
                link.split("\\?")[0], Map.of("token", token.group(1), "_csrf", csrf.group(1)));
    }

    String csrf() throws Exception {
        var csrf = CSRF.matcher(send(request("/id/sign-in").GET()).body());
        assertThat(csrf.find()).isTrue();
        return csrf.group(1);
    }

    HttpResponse<String> posted(String path, Map<String, String> fields) throws Exception {
        return send(
                request(path)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(fields))));
    }

    static MailSink sink() {
        try {
            return new MailSink(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
