package org.coopmesh.membership.roster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.charset.StandardCharsets;
import org.coopmesh.membership.node.NetworkedService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.ResultActions;

/** Labels, zones and agreed nodes from a spreadsheet, and what of that is there. */
@TestPropertySource(properties = "coopmesh.test.database=sorting")
class SortingApiIT extends NetworkedService {
    private Person anna;
    private String email;

    @BeforeEach
    void somebodyWithASite() throws Exception {
        anna = person();
        email =
                db.sql("select email from member where id = :id")
                        .param("id", anna.id())
                        .query(String.class)
                        .single();
        db.sql("update site set name = 'Mill' where id = :id").param("id", anna.site()).update();
    }

    @AfterEach
    void nothingIsAgreed() {
        db.sql("delete from expected_node").update();
        db.sql("delete from member_label").update();
    }

    @Test
    void whatThePreviewShowsIsSetAndTheSameFileAgainChangesNothing() throws Exception {
        String file =
                """
                email;labels;site;zone;nodes
                %s;"=roof|Helpers";mill;North;"Mill roof|Barn"
                """
                        .formatted(email.toUpperCase(java.util.Locale.ROOT));
        previewed(file)
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.problems[0].field").value("labels"))
                .andExpect(jsonPath("$.problems[0].at").value("2"))
                .andExpect(jsonPath("$.problems[0].rule").value("word"));
        String mended = file.replace("=roof", "roof");
        previewed(mended)
                .andExpect(jsonPath("$.problemCount").value(0))
                .andExpect(jsonPath("$.changes").value(1))
                .andExpect(jsonPath("$.lines[0].labels.to[0]").value("Helpers"))
                .andExpect(jsonPath("$.lines[0].zone.from").value(""))
                .andExpect(jsonPath("$.lines[0].zone.to").value("North"));

        taken(mended).andExpect(jsonPath("$.lines").value(1));

        taken(mended).andExpect(jsonPath("$.lines").value(0));
        http.perform(get("/api/members/{id}", anna.id()).with(caller(board, "board")))
                .andExpect(jsonPath("$.labels.length()").value(2))
                .andExpect(jsonPath("$.sites[0].zone").value("North"));
    }

    @Test
    void anEmptyCellLeavesWhatIsThereAndOneBadLineKeepsAllOthersOut() throws Exception {
        taken("email,labels\n%s,founder\n".formatted(email));
        String bad =
                "email,site,zone\n%s,Mill,South\nnobody@example.org,Mill,South\n%s,Castle,South\n"
                        .formatted(email, email);

        previewed(bad)
                .andExpect(jsonPath("$.problemCount").value(2))
                .andExpect(jsonPath("$.problems[0].rule").value("unknown"))
                .andExpect(jsonPath("$.problems[1].field").value("site"));
        taken(bad).andExpect(status().isUnprocessableContent());

        http.perform(get("/api/members/{id}", anna.id()).with(caller(board, "board")))
                .andExpect(jsonPath("$.labels[0]").value("founder"))
                .andExpect(jsonPath("$.sites[0].zone").doesNotExist());
    }

    @Test
    void otherBytesThanThosePreviewedAreRefused() throws Exception {
        http.perform(
                        post("/api/members/sorting")
                                .param("sha256", "0".repeat(64))
                                .with(caller(board, "board"))
                                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                .content("email\n" + email + "\n"))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].rule").value("not-as-previewed"));
        previewed("email,colour\n%s,red\n".formatted(email))
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].rule").value("unknown-column"));
    }

    @Test
    void whatIsMissingAndWhatIsTooManyIsToldBySite() throws Exception {
        register(anna); // Called “roof”, and not let in yet.
        taken("email,site,nodes\n%s,Mill,\"Roof|Barn\"\n".formatted(email));
        http.perform(get("/api/nodes/agreed").with(caller(board, "network")))
                .andExpect(jsonPath("$.missing").value(2))
                .andExpect(jsonPath("$.items[0].name").value("Barn"))
                .andExpect(jsonPath("$.items[0].state").value("missing"))
                .andExpect(jsonPath("$.items[1].name").value("Roof"))
                .andExpect(jsonPath("$.items[1].state").value("not-enrolled"));

        taken("email,site,nodes\n%s,Mill,Barn\n".formatted(email));

        http.perform(get("/api/nodes/agreed").with(caller(board, "network")))
                .andExpect(jsonPath("$.missing").value(1))
                .andExpect(jsonPath("$.tooMany").value(1))
                .andExpect(jsonPath("$.items[1].name").value("roof"))
                .andExpect(jsonPath("$.items[1].state").value("not-agreed"));
        assertThat(db.sql("select count(*) from expected_node").query(Integer.class).single())
                .isEqualTo(1);
        http.perform(get("/api/nodes/agreed").with(caller(anna.id(), "member")))
                .andExpect(status().isForbidden());
    }

    private ResultActions previewed(String file) throws Exception {
        return http.perform(
                post("/api/members/sorting/preview")
                        .with(caller(board, "board"))
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .content(file.getBytes(StandardCharsets.UTF_8)));
    }

    private ResultActions taken(String file) throws Exception {
        String sha256 =
                read(previewed(file).andReturn().getResponse().getContentAsString())
                        .path("sha256")
                        .asString();
        return http.perform(
                post("/api/members/sorting")
                        .param("sha256", sha256)
                        .with(caller(board, "board"))
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .content(file.getBytes(StandardCharsets.UTF_8)));
    }
}
