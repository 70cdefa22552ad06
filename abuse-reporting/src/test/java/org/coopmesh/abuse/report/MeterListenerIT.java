package org.coopmesh.abuse.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.coopmesh.abuse.TestClock;
import org.coopmesh.abuse.Village.Calls;
import org.coopmesh.abuse.Village.Home;
import org.coopmesh.abuse.Village.Person;
import org.coopmesh.contracts.billing.v1.LinkDiscrepancy;
import org.coopmesh.contracts.billing.v1.MeterEvent;
import org.coopmesh.contracts.billing.v1.SignedEvidence;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class MeterListenerIT {
    @Autowired MeterListener listener;
    @Autowired TestClock clock;
    @Autowired JdbcClient db;
    @Autowired Calls calls;

    private final String low =
            "1" + UUID.randomUUID().toString().replace("-", "").repeat(2).substring(1);
    private final String high =
            "2" + UUID.randomUUID().toString().replace("-", "").repeat(2).substring(1);

    @Test
    void aDiscrepancyIsOneCaseWithTheSignedReportsOfBothEnds() throws Exception {
        MeterEvent fact = fact("low's reports", "high's reports");

        listener.on(fact.toByteArray());
        listener.on(fact.toByteArray());

        assertThat(cases()).hasSize(1);
        assertThat(evidence())
                .containsExactlyInAnyOrder(
                        fact.getLinkDiscrepancy().getLow().toByteString(),
                        fact.getLinkDiscrepancy().getHigh().toByteString());
    }

    @Test
    void whileItIsNotDecidedItIsTheSameCase() throws Exception {
        listener.on(fact("a", "b").toByteArray());
        clock.advance(Duration.ofDays(9));
        listener.on(fact("c", "d").toByteArray());

        assertThat(cases()).hasSize(1);
        assertThat(evidence()).hasSize(4);
    }

    @Test
    void whoOwnsAnEndOfTheLinkNeitherReadsNorJudgesTheCase() throws Exception {
        Home home = calls.home(false);
        Home household = calls.home(false, UUID.randomUUID(), home.payer(), "10.230.7");
        listener.on(between(home.node(), high, "a", "b").toByteArray());
        String caseId =
                db.sql(
                                """
                                select c.case_id from case_report c join report r using (report_id)
                                 where r.url like '%' || :node || '%'
                                """)
                        .param("node", home.node())
                        .query(UUID.class)
                        .single()
                        .toString();

        for (UUID near : new UUID[] {home.member(), household.member()}) {
            var owner = new Person(near, List.of("member", "moderator"));
            calls.post(owner, "/api/cases/" + caseId + "/claim", "{}")
                    .andExpect(status().isForbidden());
            calls.get(owner, "/api/cases/" + caseId).andExpect(status().isForbidden());
            calls.get(owner, "/api/cases?limit=200")
                    .andExpect(jsonPath("$.items[*].id", not(hasItem(caseId))));
        }
        Person other = Person.with("member", "moderator");
        calls.get(other, "/api/cases?limit=200")
                .andExpect(jsonPath("$.items[*].id", hasItem(caseId)));
        calls.post(other, "/api/cases/" + caseId + "/claim", "{}").andExpect(status().isOk());
    }

    @Test
    void nobodyElseSpeaksOfLinks() throws Exception {
        calls.post(
                        Person.with("member"),
                        "/api/reports",
                        """
                        {"category": "network_misuse", "description": "x", "url": "%s"}
                        """
                                .formatted(Report.linkUrl(low, high)))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].field").value("url"));
    }

    @Test
    void otherFactsOfTheMeterAreNoCase() throws Exception {
        long before = db.sql("select count(*) from abuse_case").query(Long.class).single();

        listener.on(event().build().toByteArray());
        listener.on(
                event().setDayClosed(
                                org.coopmesh.contracts.billing.v1.DayClosed.newBuilder()
                                        .setDay("2026-11-20"))
                        .build()
                        .toByteArray());

        assertThat(db.sql("select count(*) from abuse_case").query(Long.class).single())
                .isEqualTo(before);
    }

    @Test
    void aFactThatNamesNoNodesIsRefused() {
        MeterEvent wrong =
                event().setLinkDiscrepancy(LinkDiscrepancy.newBuilder().setLowNodeId("the mill"))
                        .build();

        assertThatThrownBy(() -> listener.on(wrong.toByteArray()))
                .hasMessageContaining("link_discrepancy.low_node_id");
    }

    private List<UUID> cases() {
        return db.sql(
                        """
                        select distinct c.case_id from case_report c join report r using (report_id)
                        where r.url = :url
                        """)
                .param("url", Report.linkUrl(low, high))
                .query(UUID.class)
                .list();
    }

    private List<ByteString> evidence() {
        return db
                .sql(
                        """
                        select v.clear from vault_file v join evidence e on e.evidence_id = v.file_id join report r using (report_id) where r.url = :url
                        """)
                .param("url", Report.linkUrl(low, high))
                .query(byte[].class)
                .list()
                .stream()
                .map(ByteString::copyFrom)
                .toList();
    }

    private MeterEvent fact(String lowReports, String highReports) {
        return between(low, high, lowReports, highReports);
    }

    private MeterEvent between(String low, String high, String lowReports, String highReports) {
        Instant from = clock.instant().minus(Duration.ofHours(1));
        return event().setLinkDiscrepancy(
                        LinkDiscrepancy.newBuilder()
                                .setDiscrepancyId(UUID.randomUUID().toString())
                                .setLowNodeId(low)
                                .setHighNodeId(high)
                                .setFrom(timestamp(from))
                                .setTo(timestamp(from.plusSeconds(900)))
                                .setShownFrom(timestamp(from))
                                .setShownTo(timestamp(from.plusSeconds(300)))
                                .setWindowsOutside(3)
                                .setLow(evidence(lowReports))
                                .setHigh(evidence(highReports)))
                .build();
    }

    private static SignedEvidence evidence(String reports) {
        return SignedEvidence.newBuilder()
                .addReports(ByteString.copyFromUtf8(reports))
                .setWhole(true)
                .build();
    }

    private MeterEvent.Builder event() {
        return MeterEvent.newBuilder().setEventId(UUID.randomUUID().toString()).setNodeId(low);
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
