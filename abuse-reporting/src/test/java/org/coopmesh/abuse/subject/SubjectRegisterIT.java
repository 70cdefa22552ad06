package org.coopmesh.abuse.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import java.util.List;
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

        assertThat(register.attachment(Prefix.parse("10.250.1.7"), null, MARCH))
                .contains(first.id());
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), null, MAY.minusMillis(1)))
                .contains(first.id());
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), null, MAY)).isEmpty();
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), null, MARCH.minusMillis(1)))
                .isEmpty();
        assertThat(register.attachment(Prefix.parse("10.250.1.7"), null, JULY))
                .contains(second.id());
        assertThat(register.attachment(Prefix.parse("10.250.2.7"), null, JULY)).isEmpty();
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
                                null,
                                MAY));

        assertThat(found).contains(new Subject(home.member(), home.site(), home.id(), MAY));
    }

    @Test
    void aLookUpWantsAReasonAndOneAddress() {
        var id = new CaseId(UUID.randomUUID());

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new LookUp(id, MODERATOR, " ", Prefix.parse("10.250.1.7"), null, MAY));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new LookUp(id, MODERATOR, "r", Prefix.parse("10.250.1.0/24"), null, MAY));
    }

    @Test
    void behindASharedAddressThePortTellsWhoseItWas() {
        var gateway = new NodeId("ab".repeat(32));
        Attachment home = attached("10.251.2", MARCH);
        Prefix outside = Prefix.parse("198.51.100.7");
        register.portBlocksSet(gateway, MARCH, blocks(outside));
        register.portBlocksSet(gateway, MARCH, null);
        register.portBlocksSet(gateway, JULY, null);

        // The third slot of 10.251.0.0/22 has the 512 ports from 1024 + 2 * 512 on.
        assertThat(register.attachment(outside, 2_048, MAY)).contains(home.id());
        assertThat(register.attachment(outside, 2_559, MAY)).contains(home.id());
        assertThat(register.attachment(outside, 2_047, MAY)).isEmpty();
        assertThat(register.attachment(outside, 2_560, MAY)).isEmpty();
        assertThat(register.attachment(outside, 80, MAY)).isEmpty();
        assertThat(register.attachment(outside, null, MAY)).isEmpty();
        assertThat(register.attachment(outside, 2_048, JULY)).isEmpty();
        assertThat(register.attachment(outside, 2_048, MARCH.minusMillis(1))).isEmpty();
        assertThat(register.attachment(Prefix.parse("198.51.100.8"), 2_048, MAY)).isEmpty();
    }

    @Test
    void anAddressThatTwoGatewaysClaimNamesNobody() {
        attached("10.252.0", MARCH);
        attached("10.253.0", MARCH);
        Prefix outside = Prefix.parse("198.51.100.9");
        register.portBlocksSet(
                new NodeId("cd".repeat(32)),
                MARCH,
                new PortBlocks(
                        Prefix.parse("10.252.0.0/22"), 24, List.of(outside), 1_024, 65_000, 512));
        register.portBlocksSet(
                new NodeId("ce".repeat(32)),
                MARCH,
                new PortBlocks(
                        Prefix.parse("10.253.0.0/22"), 24, List.of(outside), 1_024, 65_000, 512));

        assertThat(register.attachment(outside, 1_024, MAY)).isEmpty();
    }

    @Test
    void portsAndMomentsThatCannotBeAreRefused() {
        var id = new CaseId(UUID.randomUUID());
        Prefix address = Prefix.parse("10.250.1.7");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LookUp(id, MODERATOR, "r", address, 65_536, MAY))
                .withMessageStartingWith("port: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LookUp(id, MODERATOR, "r", address, -1, MAY));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        register.lookUp(
                                new LookUp(
                                        id,
                                        MODERATOR,
                                        "r",
                                        address,
                                        null,
                                        Instant.parse("2100-01-01T00:00:00Z"))))
                .withMessageStartingWith("at: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new PortBlocks(
                                Prefix.parse("10.251.0.0/22"), 24, List.of(), 1_024, 2_047, 512));
    }

    private static PortBlocks blocks(Prefix outside) {
        return new PortBlocks(
                Prefix.parse("10.251.0.0/22"), 24, List.of(outside), 1_024, 65_000, 512);
    }

    @Test
    void aDetachmentHeardTwiceKeepsItsFirstEnd() {
        Attachment home = attached("10.250.4", MARCH);

        register.detached(home.id(), MAY);
        register.detached(home.id(), JULY);

        assertThat(register.attachment(Prefix.parse("10.250.4.1"), null, MAY)).isEmpty();
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
