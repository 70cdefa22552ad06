package org.coopmesh.abuse.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.ServiceTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ServiceTest
class SubjectRegisterIT {
    private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");
    private static final Instant JULY = Instant.parse("2026-07-01T00:00:00Z");
    private static final MemberId MODERATOR = new MemberId(UUID.randomUUID());

    @Autowired SubjectRegister register;

    @Test
    void anAddressIsWhoseverItWasAtThatMoment() {
        Attachment first = attached("10.250.1", MARCH);
        register.detached(first.id(), MAY);
        Attachment second = attached("10.250.1", JULY);

        assertThat(register.attachment(Prefix.parse("10.250.1.7"), MARCH)).contains(first.id());
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), MAY.minusMillis(1)))
                .contains(first.id());
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), MAY)).isEmpty();
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), MARCH.minusMillis(1))).isEmpty();
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), JULY)).contains(second.id());
        assertThat(register.attachment(Prefix.parse("10.250.2.7"), JULY)).isEmpty();
    }

    @Test
    void anAddressOfTheSixthVersionIsFoundAsWell() {
        Attachment home = attached("10.250.3", MARCH);

        var found =
                register.lookUp(
                        new LookUp(
                                new CaseId(UUID.randomUUID()),
                                MODERATOR,
                                "a reason",
                                Prefix.parse("fd42:250:3::77"),
                                MAY));

        assertThat(found).contains(new Subject(home.member(), home.site(), home.id(), MAY));
    }

    @Test
    void aLookUpWantsAReasonAndOneAddress() {
        var id = new CaseId(UUID.randomUUID());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LookUp(id, MODERATOR, " ", Prefix.parse("10.250.1.7"), MAY));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new LookUp(id, MODERATOR, "r", Prefix.parse("10.250.1.0/24"), MAY));
    }

    @Test
    void aDetachmentHeardTwiceKeepsItsFirstEnd() {
        Attachment home = attached("10.250.4", MARCH);

        register.detached(home.id(), MAY);
        register.detached(home.id(), JULY);

        assertThat(register.attachment(Prefix.parse("10.250.4.1"), MAY)).isEmpty();
    }

    @Test
    void anEndWithoutABeginningIsNotSwallowed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> register.detached(new AttachmentId(UUID.randomUUID()), MAY));
        assertThatIllegalStateException()
                .isThrownBy(() -> register.ended(new NodeId("cd".repeat(32)), "retired"));
    }

    @Test
    void aGatewayIsProtectedWhileItIsOne() {
        var node = new NodeId((UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", ""));
        var member = new MemberId(UUID.randomUUID());
        var site = new SiteId(UUID.randomUUID());
        register.enrolled(node, member, site, true);
        register.attached(attachment(node, "10.250.5", MARCH));
        var router = new Target.OfAddress(Prefix.parse("fd42:250:5::/48"));

        assertThat(register.gatewayWithin(router)).contains("fd42:250:5::1");
        assertThat(register.gatewayWithin(new Target.OfNode(node))).isPresent();
        register.ended(node, "retired");

        assertThat(register.gatewayWithin(router)).isEmpty();
        assertThat(register.gatewayWithin(new Target.OfNode(node))).isEmpty();
    }

    private Attachment attached(String net, Instant at) {
        var node = new NodeId((UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", ""));
        Attachment attachment = attachment(node, net, at);
        register.attached(attachment);
        return attachment;
    }

    private static Attachment attachment(NodeId node, String net, Instant at) {
        String v6 = "fd42:" + net.substring(3).replace('.', ':') + "::";
        return new Attachment(
                new AttachmentId(UUID.randomUUID()),
                node,
                new SiteId(UUID.randomUUID()),
                new MemberId(UUID.randomUUID()),
                Prefix.parse(net + ".0/24"),
                Prefix.parse(v6 + "/64"),
                Prefix.parse(net + ".1"),
                Prefix.parse(v6 + "1"),
                at);
    }
}
