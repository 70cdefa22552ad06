package org.coopmesh.abuse.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.ResultActions;

@ServiceTest
class HoursApiIT {
    private final Person moderator = Person.with("member", "moderator");
    private final UUID id = UUID.randomUUID();

    @Autowired Calls calls;
    @Autowired HoursLog log;
    @Autowired JdbcClient db;
    @Autowired Clock clock;

    @Test
    void hoursAreToldOnceHoweverOftenTheyAreSent() throws Exception {
        for (int i = 0; i < 3; i++) {
            log(moderator, id, today(), 90)
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.minutes").value(90))
                    .andExpect(jsonPath("$.moderatorId").value(moderator.id().toString()));
        }

        List<CaseworkEvent> told = calls.caseworkEvents(moderator.id());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().getHoursLogged().getHoursId()).isEqualTo(id.toString());
        assertThat(told.getFirst().getHoursLogged().getMinutes()).isEqualTo(90);
        assertThat(told.getFirst().getHoursLogged().getWorkedOn()).isEqualTo(today().toString());
        assertThat(told.getFirst().toString()).doesNotContain("the queue");
    }

    @Test
    void anotherEntryUnderTheSameIdIsRefused() throws Exception {
        log(moderator, id, today(), 90);

        log(moderator, id, today(), 91)
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].field").value("id"));
        log(Person.with("moderator"), id, today(), 90)
                .andExpect(status().isUnprocessableContent())
                .andExpect(jsonPath("$.errors[0].rule").value("taken"));
    }

    @Test
    void aDayHasNoMoreThan24HoursAlsoForManyAtOnce() throws Exception {
        var member = new MemberId(moderator.id());
        Callable<Boolean> entry =
                () -> {
                    try {
                        log.log(UUID.randomUUID(), member, today(), 400, "much");
                        return true;
                    } catch (HoursRefused full) {
                        return false;
                    }
                };

        try (var threads = Executors.newFixedThreadPool(4)) {
            assertThat(
                            threads.invokeAll(Collections.nCopies(8, entry)).stream()
                                    .filter(each -> each.resultNow())
                                    .count())
                    .isEqualTo(3);
        }
        log(moderator, id, today(), 241)
                .andExpect(jsonPath("$.errors[0].field").value("minutes"))
                .andExpect(jsonPath("$.errors[0].rule").value("day-full"));
        log(moderator, id, today(), 240).andExpect(status().isOk());
    }

    @Test
    void daysAheadAndLongPastAreRefused() throws Exception {
        for (LocalDate wrong : List.of(today().plusDays(2), today().minusDays(64))) {
            log(moderator, id, wrong, 60)
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("workedOn"));
        }
        log(moderator, id, today(), 0).andExpect(status().is4xxClientError());
        log(moderator, id, today().minusDays(61), 60).andExpect(status().isOk());
    }

    @Test
    void aMistakeIsWithdrawnByWhoMadeItAndStaysToBeSeen() throws Exception {
        log(moderator, id, today(), 90);

        withdraw(Person.with("moderator")).andExpect(status().isNotFound());
        withdraw(moderator).andExpect(jsonPath("$.withdrawnWhy").value("twice"));
        withdraw(moderator).andExpect(status().isOk());

        List<CaseworkEvent> told = calls.caseworkEvents(moderator.id());
        assertThat(told).hasSize(2);
        assertThat(told.getLast().getHoursWithdrawn().getHoursId()).isEqualTo(id.toString());
        calls.get(moderator, "/api/hours/mine?month=" + month())
                .andExpect(jsonPath("$.items[0].withdrawnWhy").value("twice"));
        log(moderator, UUID.randomUUID(), today(), 1440).andExpect(status().isOk());
    }

    @Test
    void everybodySeesTheirOwnAndTheBoardAll() throws Exception {
        log(moderator, id, today(), 90);

        calls.get(Person.with("moderator"), "/api/hours/mine?month=" + month())
                .andExpect(jsonPath("$.items").isEmpty());
        calls.get(Person.with("board"), "/api/hours?month=" + month())
                .andExpect(jsonPath("$.items[?(@.id == '%s')]".formatted(id)).exists());
        calls.get(moderator, "/api/hours?month=" + month()).andExpect(status().isForbidden());
        log(Person.with("member", "treasurer"), UUID.randomUUID(), today(), 60)
                .andExpect(status().isForbidden());
    }

    @Test
    void theDatabaseRefusesToChangeHours() throws Exception {
        log(moderator, id, today(), 90);

        for (String change :
                List.of("update worked_hours set minutes = 1", "delete from worked_hours")) {
            assertThatThrownBy(() -> db.sql(change).update())
                    .isInstanceOf(DataAccessException.class);
        }
    }

    private ResultActions log(Person person, UUID as, LocalDate on, int minutes) throws Exception {
        return calls.put(
                person,
                "/api/hours/" + as,
                """
                {"workedOn": "%s", "minutes": %d, "what": "the queue"}
                """
                        .formatted(on, minutes));
    }

    private ResultActions withdraw(Person person) throws Exception {
        return calls.post(person, "/api/hours/" + id + "/withdrawal", "{\"reason\": \"twice\"}");
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private String month() {
        return today().toString().substring(0, 7);
    }
}
