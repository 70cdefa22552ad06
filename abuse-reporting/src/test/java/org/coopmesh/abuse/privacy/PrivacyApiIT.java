package org.coopmesh.abuse.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.privacy.PersonalData;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;

@ServiceTest
class PrivacyApiIT {
    @Autowired Calls calls;
    @Autowired MockMvc mvc;
    @Autowired PersonalData data;
    @Autowired JdbcClient db;

    @Test
    void everyColumnOfTheDatabaseIsInTheRegisterAndNoOther() {
        assertThat(data.register().columns())
                .as(
                        "a new column is told in privacy-register.json: of whom it is, why, and how long")
                .containsExactlyInAnyOrderElementsOf(
                        db.sql(
                                        """
                                        select table_name || '.' || column_name
                                          from information_schema.columns
                                          join information_schema.tables using (table_schema, table_name)
                                         where table_schema = 'public' and table_type = 'BASE TABLE'
                                           and table_name <> 'flyway_schema_history'
                                        """)
                                .query(String.class)
                                .list());
        assertThat(data.register().kinds())
                .allSatisfy(kind -> {
                    assertThat(kind.purpose()).isNotBlank();
                    assertThat(kind.basis()).contains("GDPR Art. 6");
                    assertThat(kind.kept()).isNotBlank();
                });
    }

    @Test
    void theArchiveHoldsWhatOneReportedAndWhereOneIsAndNothingOfOthers() throws Exception {
        Person anna = Person.with("member");
        calls.post(
                        anna,
                        "/api/reports",
                        """
                        {"category": "spam", "address": "203.0.113.77", "description": "it came from there"}
                        """)
                .andExpect(status().isCreated());
        Home home = calls.home(false);
        calls.home(false);

        Map<String, String> reporter = archive(anna);
        Map<String, String> neighbour = archive(new Person(home.member(), List.of("member")));

        assertThat(reporter.get("tables/report.csv")).contains("it came from there");
        assertThat(reporter.get("tables/report.csv")).doesNotContain("token_hash");
        assertThat(neighbour.get("tables/attachment.csv")).contains(home.prefix());
        assertThat(neighbour).doesNotContainKey("tables/report.csv");
    }

    @Test
    void whoHasNothingGetsAnArchiveAllTheSame() throws Exception {
        assertThat(archive(Person.with("member")).keySet())
                .containsExactlyInAnyOrder("about-me.json", "register.json");
        mvc.perform(MockMvcRequestBuilders.get("/api/abuse/me/export"))
                .andExpect(status().isUnauthorized());
        calls.get(Person.with("member"), "/api/abuse/privacy/register")
                .andExpect(jsonPath("$.service").value("abuse-reporting"));
    }

    private Map<String, String> archive(Person person) throws Exception {
        byte[] zip =
                calls.get(person, "/api/abuse/me/export")
                        .andExpect(status().isOk())
                        .andReturn()
                        .getResponse()
                        .getContentAsByteArray();
        var files = new LinkedHashMap<String, String>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}
