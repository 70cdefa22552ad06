package org.coopmesh.abuse.plea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.abuse.Village.Calls.read;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.ban.Bans;
import org.coopmesh.mail.Mail;
import org.coopmesh.mail.MailWriter.Written;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** Somebody who is no member, from the question what bans their address to the answer by mail. */
@ServiceTest
@TestPropertySource(properties = "coopmesh.test.database=of-pleas")
class PleaApiIT {
    private static final Pattern LINK =
            Pattern.compile("https://mesh\\.example\\.net/appeal/([0-9a-f-]{36})#([\\w-]{43})");
    private static final Person ANNA = Person.with("member", "moderator");
    private static final Person BELA = Person.with("member", "moderator");
    private static int number;

    @Autowired MockMvc http;
    @Autowired Calls calls;
    @Autowired JdbcClient db;
    @Autowired PleaLetters letters;
    @Autowired Pleading pleading;
    @Autowired Bans bans;
    @Autowired TestClock clock;
    private String address;
    private String email;

    @BeforeEach
    void somebodyElse() {
        address = "203.0.113." + ++number;
        email = "somebody" + number + "@example.org";
    }

    private ResultActions from(String client, MockHttpServletRequestBuilder call, String json)
            throws Exception {
        return http.perform(
                call.contentType(MediaType.APPLICATION_JSON)
                        .content(json)
                        .with(request -> {
                            request.setRemoteAddr(client);
                            return request;
                        }));
    }

    private ResultActions ask(String client, String language) throws Exception {
        return from(
                client,
                post("/api/pleas").header("Accept-Language", language),
                "{\"address\": \"%s\", \"email\": \"%s\"}".formatted(address, email));
    }

    /** The newest letter to this test's address. */
    private Written.Ready letter(String notice, String table, String id) {
        UUID about =
                db.sql(
                                "select about from mail join %s on %s = about where notice = ? and email = ? order by mail.id desc limit 1"
                                        .formatted(table, id))
                        .params(notice, email)
                        .query(UUID.class)
                        .single();
        return (Written.Ready)
                letters.write(
                        new Mail(
                                1,
                                about,
                                notice,
                                about,
                                about,
                                Mail.State.SENDING,
                                0,
                                clock.instant(),
                                null,
                                null,
                                null));
    }

    private Written.Ready link() {
        return letter(PleaLetters.LINK, "plea_asking", "asking_id");
    }

    private Written.Ready answer() {
        return letter(PleaLetters.ANSWER, "plea", "plea_id");
    }

    /** The path of the endpoint that a letter's link belongs to. */
    private static String path(Written.Ready letter) {
        Matcher link = LINK.matcher(letter.body());
        assertThat(link.find()).as(letter.body()).isTrue();
        return "/api/pleas/" + link.group(1) + "?token=" + link.group(2);
    }

    private String ban(Person by, String prefix) throws Exception {
        return read(
                calls.post(
                                by,
                                "/api/bans",
                                """
                                {"target": {"kind": "address", "value": "%s"}, "until": "%s", "reason": "attacks"}
                                """
                                        .formatted(prefix, Village.in(clock.instant(), 864_000)))
                        .andExpect(status().isCreated()),
                "$.id");
    }

    private String lodged(String client) throws Exception {
        ask(client, "en").andExpect(status().isAccepted());
        from(client, post(path(link())), "{\"text\": \"it was my cat\"}")
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.dueAt").isNotEmpty());
        return db.sql("select plea_id::text from plea where email = ?")
                .param(email)
                .query(String.class)
                .single();
    }

    @Test
    void whoIsBannedByAddressAppealsWithoutAnAccountAndIsAnsweredByMail() throws Exception {
        String ban = ban(ANNA, address + "/32");
        ask("192.0.2.1", "de-AT, en;q=0.5").andExpect(status().isAccepted());
        Written.Ready letter = link();
        assertThat(letter.to()).isEqualTo(email);
        assertThat(letter.subject()).isEqualTo("Die Sperre von " + address);
        assertThat(letter.body()).contains(address + "/32").doesNotContain("attacks");
        String path = path(letter);

        http.perform(get(path))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.prefix").value(address + "/32"))
                .andExpect(jsonPath("$.state").doesNotExist());
        from("192.0.2.1", post(path), "{\"text\": \"it was my cat\"}")
                .andExpect(status().isCreated());
        from("192.0.2.1", post(path), "{\"text\": \"once more\"}")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("once"));
        http.perform(get(path)).andExpect(jsonPath("$.state").value("lodged"));

        String id =
                read(calls.get(BELA, "/api/abuse/pleas?state=lodged&limit=200"), "$.items[-1].id");
        calls.get(BELA, "/api/abuse/pleas/" + id)
                .andExpect(jsonPath("$.banId").value(ban))
                .andExpect(jsonPath("$.text").value("it was my cat"))
                .andExpect(jsonPath("$.mayHear").value(true))
                .andExpect(jsonPath("$.email").doesNotExist());
        calls.get(ANNA, "/api/abuse/pleas/" + id).andExpect(jsonPath("$.mayHear").value(false));
        calls.post(ANNA, "/api/abuse/pleas/" + id + "/grant", "{\"reason\": \"mine\"}")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("not_you"));
        calls.post(ANNA, "/api/abuse/pleas/" + id + "/refuse", "{\"reason\": \"mine\"}")
                .andExpect(status().isConflict());
        calls.post(BELA, "/api/abuse/pleas/" + id + "/grant", "{\"reason\": \"a cat it was\"}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("granted"));

        calls.get(BELA, "/api/bans/" + ban).andExpect(jsonPath("$.state").value("lifted"));
        assertThat(answer().body()).contains("stattgegeben", "a cat it was");
        assertThat(answer().to()).isEqualTo(email);
        calls.post(BELA, "/api/abuse/pleas/" + id + "/refuse", "{\"reason\": \"no\"}")
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.rule").value("decided"));
        assertThat(
                        db.sql("select kind from log_fact where fact = ? order by position")
                                .param(id)
                                .query(String.class)
                                .list())
                .containsExactly("appeal-lodged", "appeal-granted");
    }

    @Test
    void aRefusalLeavesTheBanAndSaysWhy() throws Exception {
        String ban = ban(ANNA, address + "/32");
        String id = lodged("192.0.2.2");

        calls.post(
                        BELA,
                        "/api/abuse/pleas/" + id + "/refuse",
                        "{\"reason\": \"no cat types so fast\"}")
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.state").value("refused"));

        calls.get(BELA, "/api/bans/" + ban).andExpect(jsonPath("$.state").value("inForce"));
        assertThat(answer().body()).contains("refused", "no cat types so fast");
    }

    @Test
    void whatADecisionBannedIsHeardByOthersAndTheDecisionIsTakenBack() throws Exception {
        Home home = calls.home(false);
        address = home.client();
        String caseId = calls.caseAbout(address);
        calls.post(ANNA, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
        String decision =
                read(
                        calls.post(
                                        ANNA,
                                        "/api/cases/" + caseId + "/decision",
                                        """
                                        {"outcome": "upheld", "rule": "r", "reason": "it did", "measures": [
                                          {"kind": "ban", "until": "%s", "target": {"kind": "address", "value": "%s"}}]}
                                        """
                                                .formatted(
                                                        Village.in(clock.instant(), 864_000),
                                                        address + "/32"))
                                .andExpect(status().isCreated()),
                        "$.id");
        String id = lodged("192.0.2.3");

        calls.get(BELA, "/api/abuse/pleas/" + id)
                .andExpect(jsonPath("$.decisionId").value(decision))
                .andExpect(jsonPath("$.caseId").value(caseId));
        calls.post(ANNA, "/api/abuse/pleas/" + id + "/grant", "{\"reason\": \"mine\"}")
                .andExpect(status().isConflict());
        var neighbour = new Person(home.member(), List.of("member", "moderator"));
        calls.post(neighbour, "/api/abuse/pleas/" + id + "/grant", "{\"reason\": \"me\"}")
                .andExpect(status().isForbidden());
        calls.get(neighbour, "/api/abuse/pleas/" + id).andExpect(status().isForbidden());
        calls.get(neighbour, "/api/abuse/pleas?limit=200")
                .andExpect(jsonPath("$.items[?(@.id == '" + id + "')]").isEmpty());
        calls.post(BELA, "/api/abuse/pleas/" + id + "/grant", "{\"reason\": \"right\"}")
                .andExpect(jsonPath("$.state").value("granted"));

        calls.get(BELA, "/api/cases/" + caseId + "/decisions")
                .andExpect(jsonPath("$.items[0].state").value("reversed"));
    }

    @Test
    void aBanThatEndsByItselfIsToldToo() throws Exception {
        ban(ANNA, address + "/32");
        String id = lodged("192.0.2.4");

        clock.advance(Duration.ofDays(11));
        bans.expireDue();

        calls.get(BELA, "/api/abuse/pleas/" + id).andExpect(jsonPath("$.state").value("over"));
        assertThat(answer().body()).contains("ended by itself");
    }

    @Test
    void whoLiftsTheBanWithoutLookingGrantsWhatWaits() throws Exception {
        String ban = ban(ANNA, address + "/32");
        String id = lodged("192.0.2.5");

        calls.post(ANNA, "/api/bans/" + ban + "/lift", "{\"reason\": \"a mistake\"}")
                .andExpect(status().isOk());

        calls.get(BELA, "/api/abuse/pleas/" + id).andExpect(jsonPath("$.state").value("granted"));
        assertThat(answer().body()).contains("a mistake");
    }

    @Test
    void whatIsNotBannedHereOrByAListIsSaidAndHasNoLink() throws Exception {
        ask("192.0.2.6", "en").andExpect(status().isAccepted());
        assertThat(link().body()).contains("Nothing does").doesNotContain("/appeal/");

        ban(ANNA, "203.0.113.0/24");
        ask("192.0.2.6", "fr").andExpect(status().isAccepted());
        assertThat(link().body()).contains("203.0.113.0/24", "/appeal/");
        String all =
                db.sql(
                                "select ban_id::text from ban_in_force where target = 'address 203.0.113.0/24'")
                        .query(String.class)
                        .single();
        calls.post(ANNA, "/api/bans/" + all + "/lift", "{\"reason\": \"done\"}")
                .andExpect(status().isOk());
    }

    @Test
    void aLinkIsGoodForADayAndItsSecretIsKeptAsAHash() throws Exception {
        ban(ANNA, address + "/32");
        ask("192.0.2.7", "en").andExpect(status().isAccepted());
        String path = path(link());
        String token = path.substring(path.indexOf('=') + 1);
        assertThat(
                        db.sql("select row_to_json(plea_asking)::text from plea_asking")
                                .query(String.class)
                                .list())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).doesNotContain(token));
        http.perform(get(path.replace(token, "x".repeat(43)))).andExpect(status().isNotFound());
        http.perform(get(path.substring(0, path.indexOf('?')))).andExpect(status().isNotFound());

        clock.advance(Duration.ofDays(1));

        http.perform(get(path)).andExpect(status().isNotFound());
        from("192.0.2.7", post(path), "{\"text\": \"late\"}").andExpect(status().isNotFound());
        clock.advance(Duration.ofSeconds(1));
        pleading.forget();
        assertThat(db.sql("select count(*) from plea_asking").query(Integer.class).single())
                .isZero();
    }

    @Test
    void whoAsksTooOftenWaitsAndNobodyElseDoes() throws Exception {
        for (int i = 0; i < 5; i++) {
            ask("192.0.2.8", "en").andExpect(status().isAccepted());
        }
        ask("192.0.2.8", "en")
                .andExpect(status().isTooManyRequests())
                .andExpect(header().exists("Retry-After"));
        ask("198.51.100.8", "en").andExpect(status().isAccepted());

        assertThat(
                        db.sql("select count(*) from plea_asking where email = ?")
                                .param(email)
                                .query(Integer.class)
                                .single())
                .as("three letters for the one network, and one for the other")
                .isEqualTo(4);
    }

    @Test
    void mailAddressAndWordsGoAndThatThereWasOneStays() throws Exception {
        ban(ANNA, address + "/32");
        String id = lodged("192.0.2.9");
        calls.post(BELA, "/api/abuse/pleas/" + id + "/refuse", "{\"reason\": \"no\"}");

        clock.advance(Duration.ofDays(180));
        pleading.forget();
        calls.get(BELA, "/api/abuse/pleas/" + id).andExpect(jsonPath("$.text").isNotEmpty());
        clock.advance(Duration.ofSeconds(1));
        pleading.forget();

        calls.get(BELA, "/api/abuse/pleas/" + id)
                .andExpect(jsonPath("$.text").doesNotExist())
                .andExpect(jsonPath("$.state").value("refused"));
        assertThat(
                        db.sql("select count(*) from plea where email = ?")
                                .param(email)
                                .query(Integer.class)
                                .single())
                .isZero();
    }

    @Test
    void whatIsNoAddressIsRefusedByField() throws Exception {
        from(
                        "192.0.2.10",
                        post("/api/pleas"),
                        "{\"address\": \"203.0.113.0/24\", \"email\": \"a@example.org\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("address"));
        from(
                        "192.0.2.10",
                        post("/api/pleas"),
                        "{\"address\": \"203.0.113.1\", \"email\": \"nobody\"}")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("email"));
    }
}
