package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.quickstart.MailSink;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;

/** What goes by mail: links to sign in by, and word of what was changed. */
class SignInMailIT extends SignInMails {
    @Test
    void aLinkSignsInOnceAndToOpenItUsesNothingUp() throws Exception {
        send(request(authorize()).GET());
        assertThat(location(asked(email))).endsWith("said=sent");
        String link = linkTo(email);
        assertThat(send(request(link).GET()).body()).contains("Sign in as Anna?").contains(email);
        assertThat(send(request(link).GET()).statusCode()).as("a scanner").isEqualTo(200);

        HttpResponse<String> in = used(link);

        assertThat(location(in)).contains("/id/oauth2/authorize");
        var claims = claims(tokens());
        assertThat(claims.getSubject()).isEqualTo(anna.toString());
        assertThat(claims.getStringListClaim("amr")).containsExactly("email");
        assertThat(page()).contains("Link to sign in sent").contains("Signed in by a link");
        signOut();
        assertThat(location(send(request(link).GET()))).as("again").endsWith("said=refused");
        assertThat(location(used(link))).endsWith("said=refused");
        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in");
    }

    @Test
    void aLinkWithoutThePageIsOfNoUse() throws Exception {
        asked(email);
        String link = linkTo(email);

        HttpResponse<String> forged =
                send(
                        request(LinkController.USE)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(link.split("\\?")[1])));

        assertThat(forged.statusCode()).isEqualTo(403);
    }

    @Test
    void anUnknownAddressIsAnsweredAndWrittenDownTheSameWay() throws Exception {
        HttpResponse<String> known = asked(email);
        HttpResponse<String> unknown = asked("nobody@example.org");

        assertThat(unknown.statusCode()).isEqualTo(known.statusCode());
        assertThat(location(unknown)).isEqualTo(location(known));
        assertThat(db.sql("select count(*) from mail").query(Long.class).single()).isEqualTo(2);
        sending.check();
        assertThat(SINK.taken).extracting(MailSink.Taken::to).containsExactly(email);
        for (int i = 0; i < 2; i++) {
            assertThat(location(asked(email))).endsWith("said=sent");
            assertThat(location(asked("nobody@example.org"))).endsWith("said=sent");
        }
        assertThat(location(asked(email.toUpperCase(java.util.Locale.ROOT)))).endsWith("said=wait");
        assertThat(location(asked("nobody@example.org"))).endsWith("said=wait");
        for (String odd : List.of("", "no address", "a@b@c", "a".repeat(300) + "@b"))
            assertThat(location(asked(odd))).as(odd).endsWith("said=sent");
    }

    @Test
    void fromOnePlaceOnlySoManyAreAskedFor() throws Exception {
        for (int i = 0; i < MailedLinks.PER_NETWORK_ADDRESS_MAX; i++)
            assertThat(location(asked("somebody" + i + "@example.org"))).endsWith("said=sent");

        assertThat(location(asked(email))).endsWith("said=wait");
    }

    @Test
    void theTokenStandsNowhereButInTheMail() throws Exception {
        asked(email);
        assertThat(db.sql("select count(digest) from mailed_link").query(Long.class).single())
                .isZero();
        String token = linkTo(email).split("token=")[1];

        assertThat(db.sql("select digest from mailed_link").query(String.class).single())
                .isEqualTo(SecretDigest.of(token));
        assertThat(
                        db.sql("select mailed_link::text || mail::text from mailed_link, mail")
                                .query(String.class)
                                .single())
                .doesNotContain(token);
    }

    @Test
    void aLinkThatIsTooOldOpensNothingAndIsNotWrittenEither() throws Exception {
        asked(email);
        String link = linkTo(email);
        db.sql("update mailed_link set expires_at = now() - interval '1 second'").update();
        assertThat(location(send(request(link).GET()))).endsWith("said=refused");

        asked(email);
        db.sql("update mailed_link set asked_at = now() - interval '16 minutes'").update();
        SINK.taken.clear();
        sending.check();

        assertThat(SINK.taken).isEmpty();
        assertThat(
                        db.sql("select state from mail order by id desc limit 1")
                                .query(String.class)
                                .single())
                .isEqualTo("dropped");
    }

    @Test
    void whoHasAnAppForCodesIsAskedForOneAllTheSame() throws Exception {
        byte[] secret = setUpApp(email);
        signOut();
        send(request(authorize()).GET());
        asked(email);

        used(linkTo(email));

        assertThat(location(send(request(authorize()).GET()))).endsWith("/id/sign-in/code");
        assertThat(location(send(request("/id/security").GET()))).endsWith("/id/sign-in/code");
        code(codeOf(secret, Instant.now().plusSeconds(30)));
        assertThat(claims(tokens()).getStringListClaim("amr")).containsExactly("otp", "email");
    }

    @Test
    void whoseSignInHasEndedOrWhoHasNeverChosenAPasswordGetsNoLink() throws Exception {
        db.sql("update account set open = false where id = :id").param("id", anna).update();
        asked(email);
        sending.check();
        db.sql("update account set open = true, claimed = false where id = :id")
                .param("id", anna)
                .update();
        asked(email);
        sending.check();

        assertThat(SINK.taken).isEmpty();
    }

    @Test
    void whatIsChangedAboutProofsIsToldInTheLanguageOfTheBrowser() throws Exception {
        submit(email, PASSWORD, "de-AT, en;q=0.5");
        setUpAppHere();
        sent("/id/security/code-app/removal", Map.of());
        sent("/id/security/password", Map.of("password", "another-one"));

        sending.check();

        assertThat(SINK.taken).allMatch(taken -> taken.to().equals(email));
        assertThat(SINK.taken)
                .extracting(MailSink.Taken::subject)
                .containsExactlyInAnyOrder(
                        "Ab jetzt wird nach Codes deiner App gefragt",
                        "Es wird kein Code mehr verlangt",
                        "Dein Passwort wurde geändert");
        assertThat(SINK.taken.getFirst().words())
                .startsWith("Hallo Anna,")
                .contains("http://localhost:8080/id/security")
                .contains(Language.DE.moment(clock.instant()))
                .endsWith("Sample village\r\n");
    }

    @Test
    void aNewPasskeyIsTold() throws Exception {
        passkey(email, "My phone");

        sending.check();

        assertThat(SINK.taken.getFirst().subject())
                .isEqualTo("A passkey was added to your account");
        assertThat(SINK.taken.getFirst().words()).contains("to your account: My phone.");
    }

    @Test
    void grantedRolesAreToldOnce() throws Exception {
        db.sql(
                        "insert into role_grant (account_id, role, granted, reason, at) values (:id, 'member', true, 'test', now())")
                .param("id", anna)
                .update();
        for (int i = 0; i < 2; i++)
            http.perform(
                            put("/api/members/{id}/roles", anna)
                                    .with(caller(boardId(), "board"))
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(
                                            "{\"roles\": [\"treasurer\"], \"reason\": \"elected\"}"))
                    .andExpect(status().isOk());

        sending.check();

        assertThat(SINK.taken).hasSize(1);
        assertThat(SINK.taken.getFirst().words()).contains("You now have: member, treasurer.");
    }

    @Test
    void anotherAddressCountsOnceItsMailboxHasConfirmedItAndBothAreTold() throws Exception {
        submit(email, PASSWORD);
        String other = "other-" + UUID.randomUUID() + "@example.org";
        assertThat(location(sent("/id/security/address", Map.of("email", other))))
                .endsWith("said=address-asked");
        String link = linkTo(other);
        assertThat(send(request(link).GET()).body()).contains(other);
        assertThat(
                        db.sql("select email from member where id = :id")
                                .param("id", anna)
                                .query(String.class)
                                .single())
                .isEqualTo(email);
        SINK.taken.clear();

        assertThat(location(used(link))).endsWith("said=changed");

        sending.check();
        assertThat(SINK.taken)
                .extracting(MailSink.Taken::to)
                .containsExactlyInAnyOrder(email, other);
        assertThat(SINK.taken).allMatch(taken -> taken.words().contains(other));
        assertThat(
                        db.sql("select email from member where id = :id")
                                .param("id", anna)
                                .query(String.class)
                                .single())
                .isEqualTo(other);
        signOut();
        assertThat(location(submit(email, PASSWORD))).endsWith("?refused");
        assertThat(location(submit(other, PASSWORD))).doesNotContain("refused");
        assertThat(location(used(link))).endsWith("said=refused");
    }

    @Test
    void nobodyTakesAnAddressThatIsSomebodys() throws Exception {
        submit(email, PASSWORD);
        assertThat(location(sent("/id/security/address", Map.of("email", EMAIL))))
                .endsWith("said=address-asked");
        sending.check();
        assertThat(SINK.taken).isEmpty();

        String other = "other-" + UUID.randomUUID() + "@example.org";
        sent("/id/security/address", Map.of("email", other));
        String link = linkTo(other);
        apply("Faster", other);

        assertThat(location(used(link))).endsWith("said=refused");
    }
}
