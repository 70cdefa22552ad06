package org.coopmesh.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.UUID;
import org.coopmesh.billing.TestDatabase;
import org.coopmesh.billing.subscription.SiteHistory.MemberState;
import org.junit.jupiter.api.Test;

class PayerRegisterIT {
    private static final TestDatabase DATABASE = TestDatabase.fresh();
    private static final LocalDate FIRST = LocalDate.of(2026, 10, 1);
    private static final Instant NOON = Instant.parse("2026-10-01T12:00:00Z");

    private final Subscriptions subscriptions = new Subscriptions(DATABASE.db());
    private final Attachments attachments = new Attachments(DATABASE.db());
    private final PayerRegister register = new PayerRegister(subscriptions, attachments);

    private final MemberId anna = new MemberId(UUID.randomUUID());
    private final MemberId bert = new MemberId(UUID.randomUUID());
    private final SiteId annas = new SiteId(UUID.randomUUID());
    private final SiteId berts = new SiteId(UUID.randomUUID());
    private final PayerId own = new PayerId(UUID.randomUUID());
    private final PayerId household = new PayerId(UUID.randomUUID());

    @Test
    void aHouseholdsBillIsOpenToTheMembersItPaysForToday() {
        subscriptions.subscribed(annas, anna, own, "home", FIRST, NOON);
        subscriptions.subscribed(annas, anna, household, "home", FIRST.plusDays(9), NOON);
        subscriptions.subscribed(berts, bert, household, "home", FIRST, NOON);

        assertThat(register.pays(anna, household)).isTrue();
        assertThat(register.pays(bert, household)).isTrue();
        assertThat(register.pays(anna, own)).isTrue(); // has paid for nobody else since
        assertThat(register.pays(bert, own)).isFalse();
        assertThat(register.payersOf(anna)).containsExactlyInAnyOrder(own, household);
    }

    @Test
    void whoMovedOutOfAHouseholdDoesNotSeeItsBillAnyMore() {
        subscriptions.subscribed(annas, anna, household, "home", FIRST, NOON);
        subscriptions.subscribed(berts, bert, household, "home", FIRST, NOON);
        subscriptions.subscribed(annas, anna, own, "home", FIRST.plusDays(9), NOON);

        assertThat(register.pays(anna, household)).isFalse();
        assertThat(register.payersOf(anna)).containsExactly(own);
    }

    @Test
    void whoLeftStillSeesTheirOwnBills() {
        subscriptions.subscribed(annas, anna, own, "home", FIRST, NOON);
        subscriptions.became(anna, MemberState.LEFT, FIRST.plusDays(9), NOON);
        subscriptions.subscribed(annas, anna, null, null, FIRST.plusDays(9), NOON);

        assertThat(register.pays(anna, own)).isTrue();
    }

    @Test
    void payersOfAMonthAreThoseWhoseFactReachesIntoIt() {
        subscriptions.subscribed(annas, anna, own, "home", FIRST, NOON);
        subscriptions.subscribed(annas, anna, household, "home", FIRST.plusMonths(1), NOON);

        assertThat(register.payersBetween(FIRST, FIRST.plusMonths(1)))
                .contains(own)
                .doesNotContain(household);
        assertThat(register.payersBetween(FIRST.plusMonths(1), FIRST.plusMonths(2)))
                .contains(household)
                .doesNotContain(own);
    }

    @Test
    void anAttachmentIsASitesFromAttachingToDetaching() {
        UUID attachment = UUID.randomUUID();
        String node = "cd".repeat(32);
        attachments.attached(attachment, node, annas, anna, NOON);
        attachments.attached(attachment, node, annas, anna, NOON); // heard twice
        attachments.detached(attachment, NOON.plusSeconds(600));
        attachments.attached(attachment, node, berts, bert, NOON.plusSeconds(7_200));

        assertThat(register.siteOf(attachment, NOON.minusSeconds(1))).isEmpty();
        assertThat(register.siteOf(attachment, NOON)).contains(annas);
        assertThat(register.siteOf(attachment, NOON.plusSeconds(600))).isEmpty();
        assertThat(register.siteOf(attachment, NOON.plusSeconds(9_000))).contains(berts);
        assertThat(register.attachmentsOf(annas, NOON, NOON.plusSeconds(60)))
                .containsExactly(attachment);
        assertThat(register.attachmentsOf(berts, NOON, NOON.plusSeconds(60))).isEmpty();
    }

    @Test
    void aRevokedNodeIsKnownAlsoWhenItsEnrolmentWasNeverHeard() {
        String node = "ef".repeat(32);
        assertThat(register.isRevoked(node)).isFalse();

        attachments.ended(node, "revoked");

        assertThat(register.isRevoked(node)).isTrue();
    }

    @Test
    void theCoopCountsInItsOwnZone() {
        var fresh = TestDatabase.fresh();
        var unheard = new PayerRegister(new Subscriptions(fresh.db()), new Attachments(fresh.db()));
        assertThatThrownBy(unheard::coop).isInstanceOf(CoopUnknown.class);

        new Subscriptions(fresh.db())
                .constituted("Ring", Currency.getInstance("EUR"), ZoneId.of("Europe/Berlin"));

        assertThat(unheard.coop().dayAt(Instant.parse("2026-10-31T23:30:00Z")))
                .isEqualTo(LocalDate.of(2026, 11, 1));
    }
}
