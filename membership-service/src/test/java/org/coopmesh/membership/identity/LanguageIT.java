package org.coopmesh.membership.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.MediaType;

/** In which language pages are read, and people are written to. */
class LanguageIT extends SignInPages {
    @BeforeEach
    void nothingIsChosen() {
        db.sql("update account set language = 'en', language_chosen = false").update();
    }

    @ParameterizedTest
    @CsvSource({
        "de, de, Anmelden",
        "'es-MX,en;q=0.5', es, Iniciar sesión",
        "'eu,ca;q=0.9,es;q=0.8', ca, Iniciar sessió",
        "'fr-CH', fr, Se connecter",
        "'en-GB', en, Sign in",
        "'it,ja', en, Sign in"
    })
    void thePageSaysWhichLanguageItIsIn(String wanted, String language, String title)
            throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.FRENCH); // That of the machine counts for nothing.
        try {
            String page =
                    send(request("/id/sign-in").header("Accept-Language", wanted).GET()).body();

            assertThat(page)
                    .contains("<html lang=\"" + language + "\"")
                    .contains(">" + title + "<");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void whatWasChosenStaysWhateverABrowserWants() throws Exception {
        submit(EMAIL, PASSWORD, "fr");
        assertThat(language()).isEqualTo("fr");
        http.perform(get("/api/me/language").with(caller(boardId(), "board")))
                .andExpect(jsonPath("$.language").doesNotExist());

        choose("ca");
        submit(EMAIL, PASSWORD, "de");

        assertThat(language()).isEqualTo("ca");
        http.perform(get("/api/me/language").with(caller(boardId(), "board")))
                .andExpect(jsonPath("$.language").value("ca"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"it\"", "\"\"", "\"DE\"", "null"})
    void aLanguageThatIsNotSpokenIsRefusedByItsField(String asked) throws Exception {
        http.perform(
                        put("/api/me/language")
                                .with(caller(boardId(), "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"language\": " + asked + "}"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("language"));
        assertThat(language()).isEqualTo("en");
    }

    private void choose(String language) throws Exception {
        http.perform(
                        put("/api/me/language")
                                .with(caller(boardId(), "board"))
                                .contentType(MediaType.APPLICATION_JSON)
                                .content("{\"language\": \"" + language + "\"}"))
                .andExpect(status().isOk());
    }

    private String language() {
        return db.sql("select language from account where email = :email")
                .param("email", EMAIL)
                .query(String.class)
                .single();
    }
}
