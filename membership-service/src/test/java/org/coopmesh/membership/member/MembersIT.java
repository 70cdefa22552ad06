package org.coopmesh.membership.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.coopmesh.quickstart.Servers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@JdbcTest
@AutoConfigureTestDatabase(replace = AutoConfigureTestDatabase.Replace.NONE)
@ImportAutoConfiguration(FlywayAutoConfiguration.class)
@Import({Members.class, Sites.class, Payers.class, Coops.class, Plans.class})
class MembersIT {
    private static final Instant AT = Instant.parse("2026-03-10T12:00:00Z");
    private static final LocalDate TODAY = LocalDate.parse("2026-03-10");

    @Autowired Members members;
    @Autowired Sites sites;
    @Autowired Payers payers;
    @Autowired Coops coops;
    @Autowired Plans plans;
    @Autowired JdbcClient db;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry settings) {
        String database = Servers.freshDatabase("membership");
        settings.add("spring.datasource.url", () -> database);
        settings.add("spring.datasource.username", () -> "postgres");
        settings.add("spring.datasource.password", () -> "postgres");
    }

    @Test
    void everyStateIsReadBackAsItWasStored() {
        Member.Applicant applicant = applicant("ida@example.org");
        members.add(applicant);
        Member.Active active = applicant.approve(TODAY);
        Member.Paused paused = active.pause(TODAY.plusDays(1));
        Member.Left left = paused.leave(TODAY.plusDays(2), "moves away");

        assertThat(members.find(applicant.id())).contains(applicant);
        for (Member state : List.of(active, paused, left)) {
            members.update(state);
            assertThat(members.lock(applicant.id())).contains(state);
        }
        members.update(applicant.refuse("out of reach"));
        assertThat(members.find(applicant.id()).orElseThrow().state())
                .isEqualTo(MemberFacts.State.REFUSED);
    }

    @Test
    void oneAddressIsOneMemberHoweverItIsWritten() {
        members.add(applicant("ida@example.org"));

        boolean added = members.add(applicant("IDA@Example.org"));

        assertThat(added).isFalse();
    }

    @Test
    void theDatabaseRefusesAMixtureOfStates() {
        Member.Applicant applicant = applicant("mixed@example.org");
        members.add(applicant);

        assertThatThrownBy(() ->
                        db.sql("update member set state = 'active' where id = :id")
                                .param("id", applicant.id().value())
                                .update())
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void thereIsOneCoopAndItsPoolsStayCanonical() {
        var coop =
                new Coop(
                        "Village",
                        Currency.getInstance("EUR"),
                        ZoneId.of("Europe/Berlin"),
                        List.of("10.201.0.0/16"),
                        List.of("fd42:201::/48"),
                        List.of("10.200.0.1/32"),
                        1,
                        "Be kind.");

        assertThat(coops.add(coop, AT)).isTrue();
        assertThat(coops.add(coop, AT)).isFalse();
        assertThat(coops.find()).contains(coop);
    }

    @Test
    void theNewestSubscriptionWhoseDayHasComeIsInForce() {
        Site site = site();
        Payer early = payer();
        Payer late = payer();
        sites.subscribe(new Subscription(site.id(), early.id(), "small", TODAY.minusDays(9)), AT);
        sites.subscribe(new Subscription(site.id(), early.id(), "large", TODAY), AT);
        sites.subscribe(new Subscription(site.id(), late.id(), "large", TODAY.plusDays(1)), AT);

        assertThat(sites.inForce(site.id(), TODAY.minusDays(1)).orElseThrow().planCode())
                .isEqualTo("small");
        assertThat(sites.inForce(site.id(), TODAY).orElseThrow().planCode()).isEqualTo("large");
        assertThat(sites.membersPaidBy(early.id(), TODAY)).containsExactly(site.memberId());
        assertThat(sites.membersPaidBy(late.id(), TODAY)).isEmpty();
        assertThat(sites.membersPaidBy(late.id(), TODAY.plusDays(1)))
                .containsExactly(site.memberId());
    }

    @Test
    void twoChangesOnOneDayLeaveTheLaterOneInForce() {
        Site site = site();
        Payer payer = payer();
        sites.subscribe(new Subscription(site.id(), payer.id(), "small", TODAY), AT);
        sites.subscribe(new Subscription(site.id(), payer.id(), "large", TODAY), AT);

        assertThat(sites.inForce(site.id(), TODAY).orElseThrow().planCode()).isEqualTo("large");
    }

    @Test
    void aSubscriptionThatHasNotStartedIsTheFirstToCome() {
        Site site = site();
        Payer payer = payer();
        sites.subscribe(new Subscription(site.id(), payer.id(), "small", TODAY.plusDays(5)), AT);

        assertThat(sites.inForce(site.id(), TODAY).orElseThrow().planCode()).isEqualTo("small");
    }

    @Test
    void nothingIsInForceAfterTheEnd() {
        Site site = site();
        Payer payer = payer();
        sites.subscribe(new Subscription(site.id(), payer.id(), "small", TODAY), AT);
        sites.unsubscribe(site.id(), TODAY, AT);

        assertThat(sites.inForce(site.id(), TODAY)).isEmpty();
        assertThat(sites.inForce(List.of(site.memberId()), TODAY)).isEmpty();
        assertThat(sites.membersPaidBy(payer.id(), TODAY)).isEmpty();
    }

    @Test
    void aSubscriptionIsOfKnownSitesAndPayersOnly() {
        Site site = site();

        assertThatThrownBy(() ->
                        sites.subscribe(
                                new Subscription(site.id(), PayerId.next(), "small", TODAY), AT))
                .isInstanceOf(DataIntegrityViolationException.class);
    }

    @Test
    void onePlanOfAKindReplacesTheOther() {
        Member.Applicant member = applicant("plans@example.org");
        members.add(member);
        var by = MemberId.next();
        plans.put(new Plans.Plan(member.id(), Plans.Kind.PAUSE, TODAY.plusDays(3), "winter", by));
        plans.put(new Plans.Plan(member.id(), Plans.Kind.PAUSE, TODAY.plusDays(5), "winter", by));

        assertThat(plans.of(member.id()))
                .extracting(Plans.Plan::dueOn)
                .containsExactly(TODAY.plusDays(5));
        assertThat(plans.due(TODAY.plusDays(4))).isEmpty();
        assertThat(plans.due(TODAY.plusDays(5))).isPresent();
    }

    private Site site() {
        Member.Applicant member = applicant(UUID.randomUUID() + "@example.org");
        members.add(member);
        var site = new Site(SiteId.next(), member.id(), "Mill", "Mill Lane 1", null);
        sites.add(site);
        return site;
    }

    private Payer payer() {
        var payer = new Payer(PayerId.next(), "Payer", "payer@example.org", "", null);
        payers.add(payer);
        return payer;
    }

    private static Member.Applicant applicant(String email) {
        return new Member.Applicant(MemberId.next(), new Person("Ida Hill", email, null), AT, 1);
    }
}
