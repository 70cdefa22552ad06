package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Files;
import java.util.List;
import org.coopmesh.membership.RunningService;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Set-up happens once, so the order of these facts matters. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CoopApiIT extends RunningService {
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void ownDatabase(DynamicPropertyRegistry settings) throws Exception {
        String database = Servers.freshDatabase("membership");
        String state = Files.createTempDirectory("membership-coop").toString();
        settings.add("spring.datasource.url", () -> database);
        settings.add("coopmesh.state-dir", () -> state);
    }

    @Test
    @Order(1)
    void beforeSetUpOnlyThatIsTold() throws Exception {
        http.perform(get("/api/coop"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.constituted").value(false))
                .andExpect(jsonPath("$.name").doesNotExist());
    }

    @Test
    @Order(2)
    void nobodyCanApplyBeforeSetUp() throws Exception {
        http.perform(
                        post("/api/applications")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(application("Ida Hill", "ida@example.org")))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/coop-not-constituted"));
    }

    @Test
    @Order(3)
    void setUpCodeIsReadableByItsOwnerOnly() throws Exception {
        assertThat(Files.getPosixFilePermissions(stateDir.resolve("setup-code")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }

    @Test
    @Order(4)
    void wrongSetUpCodeIsRefused() throws Exception {
        http.perform(
                        post("/api/coop")
                                .header("Setup-Code", "0000-0000")
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(COOP))
                .andExpect(status().isForbidden())
                .andExpect(
                        jsonPath("$.type").value("https://coopmesh.org/problems/wrong-setup-code"));
    }

    @Test
    @Order(5)
    void missingSetUpCodeIsNamed() throws Exception {
        http.perform(post("/api/coop").contentType(MediaType.APPLICATION_JSON).content(COOP))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("Setup-Code"));
    }

    @Test
    @Order(6)
    void poolsThatOverlapAreRefusedByName() throws Exception {
        http.perform(
                        post("/api/coop")
                                .header("Setup-Code", setUpCode())
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(
                                        COOP.replace(
                                                "\"10.201.0.0/16\"",
                                                "\"10.201.0.0/16\", \"10.201.4.0/22\"")))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("poolsV4"));
    }

    @Test
    @Order(6)
    void poolsThatNobodyCanBeGivenAreRefusedByName() throws Exception {
        for (String pool :
                List.of(
                        "127.0.0.0/8",
                        "169.254.0.0/16",
                        "224.0.0.0/8",
                        "240.0.0.0/8",
                        "10.0.0.0/7",
                        "10.201.0.1/16",
                        "10.201.0.0/25",
                        "fd42::/48",
                        "ten")) {
            http.perform(
                            post("/api/coop")
                                    .header("Setup-Code", setUpCode())
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(COOP.replace("10.201.0.0/16", pool)))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("poolsV4"))
                    .andExpect(jsonPath("$.errors[0].message").value(containsString(pool)));
        }
        for (String pool : List.of("fe80::/16", "ff00::/16", "::/16", "fd42:201::/65")) {
            http.perform(
                            post("/api/coop")
                                    .header("Setup-Code", setUpCode())
                                    .contentType(MediaType.APPLICATION_JSON)
                                    .content(COOP.replace("fd42:201::/48", pool)))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("poolsV6"));
        }
    }

    @Test
    @Order(7)
    void theCodeConstitutesTheCoopOnce() throws Exception {
        String code = setUpCode();

        http.perform(
                        post("/api/coop")
                                .header("Setup-Code", code)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(COOP))
                .andExpect(status().isCreated())
                .andExpect(jsonPath("$.memberId").isNotEmpty());

        assertThat(stateDir.resolve("setup-code")).doesNotExist();
        http.perform(get("/api/coop"))
                .andExpect(jsonPath("$.constituted").value(true))
                .andExpect(jsonPath("$.currency").value("EUR"))
                .andExpect(jsonPath("$.timeZone").value("Europe/Berlin"))
                .andExpect(jsonPath("$.rulesVersion").value(1));
        http.perform(
                        post("/api/coop")
                                .header("Setup-Code", code)
                                .contentType(MediaType.APPLICATION_JSON)
                                .content(COOP))
                .andExpect(status().isConflict())
                .andExpect(
                        jsonPath("$.type")
                                .value("https://coopmesh.org/problems/coop-already-constituted"));
    }

    @Test
    @Order(8)
    void setUpIsAnnouncedOnTheBus() {
        var topics = db.sql("select topic from outbox order by 1").query(String.class).list();

        assertThat(topics).contains("coopmesh.membership.coop.v1", "coopmesh.membership.member.v1");
    }
}
